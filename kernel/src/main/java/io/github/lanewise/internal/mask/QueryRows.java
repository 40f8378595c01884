package io.github.lanewise.internal.mask;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * The rows of a group that is worked on together, numbered head by head, and which keys each of
 * them sees.
 */
public final class QueryRows extends RowGroup {

  private static final int WORDS = MaskPlan.CHUNK_WORDS;

  /** Number of rows. */
  public int count;

  /** Query head of each row. */
  public long[] head = new long[0];

  /** Query of each row, counted from the call's first. */
  public long[] query = new long[0];

  /** Hull of the keys that each row sees: [first, end), empty if first = end. */
  long[] first = new long[0];

  long[] end = new long[0];

  /** Of a chunk: {@link MaskPlan#NONE}, ALL or SOME for each row, and its bits. */
  private int[] states = new int[0];

  private long[] bits = new long[0];

  /** What every row sees: [latestFirst, earliestEnd), if the mask is all ranges. */
  private long latestFirst;

  private long earliestEnd;

  /** Of a chunk's keys, counted from its start, those that any row sees: [from, to). */
  private int from;

  private int to;
  private boolean all;

  /** No rows, until they are set. */
  public QueryRows() {}

  /** Sets the rows, and finds the hull of each and of all. */
  @Override
  public void set(
      MaskPlan plan, long batch, long firstHead, long heads, long firstQuery, long queries) {
    super.set(plan, batch, firstHead, heads, firstQuery, queries);
    count = Math.toIntExact(heads * queries);
    if (head.length < count) {
      int room = Math.max(TileKernels.PANEL, count);
      head = new long[room];
      query = new long[room];
      first = new long[room];
      end = new long[room];
      states = new int[room];
      bits = new long[room * WORDS];
    }
    int r = 0;
    for (long h = firstHead; h < endHead; h++) {
      for (long i = firstQuery; i < endQuery; i++) {
        head[r] = h;
        query[r] = i;
        r++;
      }
    }
    findHull();
  }

  @Override
  public void findHull() {
    long least = Long.MAX_VALUE;
    long most = 0;
    latestFirst = 0;
    earliestEnd = Long.MAX_VALUE;
    for (int r = 0; r < count; r++) {
      first[r] = plan.first(batch, head[r], query[r]);
      end[r] = plan.end(batch, head[r], query[r]);
      if (first[r] < end[r]) {
        least = Math.min(least, first[r]);
        most = Math.max(most, end[r]);
      }
      latestFirst = Math.max(latestFirst, first[r]);
      earliestEnd = Math.min(earliestEnd, end[r]);
    }
    setHull(least, most);
  }

  /** The batch element of all rows. */
  public long batch() {
    return batch;
  }

  /**
   * Finds which of the keys {@code [chunk0, chunk0 + length)} of a chunk each row sees.
   *
   * @return false if no row sees any
   */
  public boolean findVisible(long chunk0, int length) {
    all = everyRowSees(chunk0, chunk0 + length);
    from = all ? 0 : length;
    to = all ? length : 0;
    for (int r = 0; r < count && !all; r++) {
      long h = head[r];
      long i = query[r];
      states[r] = plan.chunk(batch, h, i, first[r], end[r], chunk0, length, bits, r * WORDS);
      if (states[r] != MaskPlan.NONE) {
        from = Math.min(from, (int) Math.max(0, first[r] - chunk0));
        to = Math.max(to, (int) Math.min(length, end[r] - chunk0));
      }
    }
    return from < to;
  }

  /** Whether the hulls say that every row sees all of the keys {@code [first, end)}. */
  boolean everyRowSees(long first, long end) {
    return plan.rangesOnly() && latestFirst <= first && earliestEnd >= end;
  }

  /** Where the chunk's keys that any row sees begin, counted from the chunk's start. */
  public int from() {
    return from;
  }

  /** Where they end. */
  public int to() {
    return to;
  }

  /** Whether a row sees {@link MaskPlan#NONE}, ALL or SOME of the chunk's keys. */
  public int state(int r) {
    return all ? MaskPlan.ALL : states[r];
  }

  /** The bits of the rows that see SOME of the chunk's keys. */
  public long[] bits() {
    return bits;
  }

  /** Where {@link #bits} tells of a row's keys from a multiple of 64 on. */
  public static int bitsAt(int r, int key) {
    return r * WORDS + key / Long.SIZE;
  }

  /** The end of the run of rows from {@code r} that have the same head. */
  public int endOfHead(int r) {
    int stop = r + 1;
    while (stop < count && head[stop] == head[r]) {
      stop++;
    }
    return stop;
  }

  /** Index of a row in the storage of a tensor that has one for each query of each head. */
  public long offsetIn(StridedFloats t, int r) {
    return plan.sequences().queryAt(t, batch, head[r], query[r]);
  }

  /** Distance in the storage between neighbouring queries of a head. */
  public long strideIn(StridedFloats t) {
    return plan.sequences().rowStride(t);
  }

  /**
   * Which of a panel's rows, one a lane, see which keys of a chunk: for every key one word, bit c
   * of which says whether lane c sees it. Built only for chunks that some lane sees in part.
   */
  public static final class VisibleLanes {

    private static final int PANEL = TileKernels.PANEL;

    /** Words of a row that are transposed together: below each other they fill a square of bits. */
    private static final int STACKED = Long.SIZE / PANEL;

    /**
     * One word for each key of the chunk, counted from the chunk's first key. Bits beyond the
     * panel's lanes mean nothing.
     */
    public final long[] words = new long[CHUNK];

    private final long[] squares = new long[WORDS * PANEL];

    /** No lanes, until words are filled. */
    public VisibleLanes() {}

    /**
     * Fills {@link #words} for the keys {@code [from, end)} of the chunk that starts at {@code
     * chunk0}.
     *
     * @param rows at most a panel's
     * @return whether the rows see {@link MaskPlan#NONE}, ALL or SOME of them: the words are left
     *     alone unless SOME
     */
    public int fill(QueryRows rows, long chunk0, long from, long end) {
      if (rows.everyRowSees(from, end)) {
        return MaskPlan.ALL;
      }
      if (isBeyond(rows, from, end)) {
        return MaskPlan.NONE;
      }
      if (!rows.plan.rangesOnly()) {
        return fillBits(rows, chunk0, (int) (end - chunk0));
      }
      fillRanges(rows, chunk0, from, end);
      return MaskPlan.SOME;
    }

    /** Whether the hulls say that no row sees any of the keys {@code [from, end)}. */
    private static boolean isBeyond(QueryRows rows, long from, long end) {
      boolean none = true;
      for (int c = 0; c < rows.count; c++) {
        none &= rows.end[c] <= from || rows.first[c] >= end;
      }
      return none;
    }

    /** Each lane flips its bit at the range's ends; a running exclusive or does the rest. */
    private void fillRanges(QueryRows rows, long chunk0, long from, long end) {
      int begin = (int) (from - chunk0);
      int stop = (int) (end - chunk0);
      Arrays.fill(words, begin, stop, 0L);
      for (int c = 0; c < rows.count; c++) {
        long first = Math.max(rows.first[c], from);
        long last = Math.min(rows.end[c], end);
        if (first < last) {
          words[(int) (first - chunk0)] ^= 1L << c;
          if (last < end) {
            words[(int) (last - chunk0)] ^= 1L << c;
          }
        }
      }
      long running = 0L;
      for (int k = begin; k < stop; k++) {
        running ^= words[k];
        words[k] = running;
      }
    }

    /** Rows of bits, transposed to words of lanes. */
    private int fillBits(QueryRows rows, long chunk0, int length) {
      rows.findVisible(chunk0, length);
      boolean all = true;
      boolean none = true;
      for (int c = 0; c < PANEL; c++) {
        int state = c < rows.count ? rows.state(c) : MaskPlan.NONE;
        all &= state == MaskPlan.ALL || c >= rows.count;
        none &= state == MaskPlan.NONE;
        for (int w = 0; w < WORDS; w++) {
          squares[w * PANEL + c] =
              state == MaskPlan.SOME ? rows.bits[c * WORDS + w] : state == MaskPlan.ALL ? -1L : 0L;
        }
      }
      if (none || all) {
        return none ? MaskPlan.NONE : MaskPlan.ALL;
      }
      for (int w = 0; w * Long.SIZE < length; w += STACKED) {
        transpose(squares, w * PANEL);
        for (int part = 0; part < STACKED; part++) {
          int to = (w + part) * Long.SIZE;
          for (int k = 0; k < Long.SIZE; k++) {
            words[to + k] = squares[w * PANEL + k] >>> (part * PANEL);
          }
        }
      }
      return MaskPlan.SOME;
    }

    /**
     * Transposes a square of 64 x 64 bits by swapping ever smaller blocks (Warren, Hacker's
     * Delight, 2nd edition, section 7-3).
     */
    static void transpose(long[] bits, int from) {
      long low = 0x0000_0000_FFFF_FFFFL;
      for (int width = Long.SIZE / 2; width != 0; width >>= 1, low ^= low << width) {
        for (int row = 0; row < Long.SIZE; row = (row + width + 1) & ~width) {
          long above = bits[from + row];
          long below = bits[from + row + width];
          long swap = (above >>> width ^ below) & low;
          bits[from + row] = above ^ swap << width;
          bits[from + row + width] = below ^ swap;
        }
      }
    }
  }
}
