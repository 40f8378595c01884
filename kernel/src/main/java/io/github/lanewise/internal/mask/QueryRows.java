package io.github.lanewise.internal.mask;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.tensor.StridedFloats;

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

  /** Index of a row in the storage of a tensor [batch, heads, queries, …]. */
  public long offsetIn(StridedFloats t, int r) {
    return t.offset() + batch * t.stride(0) + head[r] * t.stride(1) + query[r] * t.stride(2);
  }
}
