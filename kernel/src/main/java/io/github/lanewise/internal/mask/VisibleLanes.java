package io.github.lanewise.internal.mask;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import java.util.Arrays;

/**
 * Which of a panel's rows, one a lane, see which keys of a chunk: for every key one word, bit c of
 * which says whether lane c sees it. Built only for chunks that some lane sees in part.
 */
public final class VisibleLanes {

  private static final int WORDS = MaskPlan.CHUNK_WORDS;
  private static final int PANEL = TileKernels.PANEL;

  /** Words of a row that are transposed together: below each other they fill a square of bits. */
  private static final int STACKED = Long.SIZE / PANEL;

  /**
   * One word for each key of the chunk, counted from the chunk's first key. Bits beyond the panel's
   * lanes mean nothing.
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
            state == MaskPlan.SOME
                ? rows.bits()[QueryRows.bitsAt(c, 0) + w]
                : state == MaskPlan.ALL ? -1L : 0L;
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
   * Transposes a square of 64 x 64 bits by swapping ever smaller blocks (Warren, Hacker's Delight,
   * 2nd edition, section 7-3).
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
