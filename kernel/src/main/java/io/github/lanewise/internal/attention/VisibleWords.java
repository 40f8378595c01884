package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.MaskPlan;

/**
 * Which lanes of a block see which keys of a chunk: for every key one word, bit c of which says
 * whether lane c sees it. Built only for chunks that some lane sees in part.
 */
final class VisibleWords {

  static final int NONE = MaskPlan.NONE;
  static final int ALL = MaskPlan.ALL;
  static final int SOME = MaskPlan.SOME;

  private static final int WORDS = CHUNK / Long.SIZE;
  private static final int PANEL = TileKernels.PANEL;

  /** Words of a row that are transposed together: below each other they fill a square of bits. */
  private static final int STACKED = Long.SIZE / PANEL;

  /**
   * One word for each key of the chunk, counted from the chunk's first key. Bits beyond the panel's
   * lanes mean nothing.
   */
  final long[] words = new long[CHUNK];

  private final long[] rowBits = new long[WORDS];
  private final long[] squares = new long[WORDS * PANEL];

  /**
   * Fills {@link #words} for the keys {@code [from, end)} of the chunk that starts at {@code
   * chunk0}; returns NONE, ALL or SOME, and leaves the words alone unless SOME.
   */
  int fill(BlockRows rows, MaskPlan mask, long chunk0, long from, long end) {
    if (mask.isNone()) {
      return ALL;
    }
    int state = extent(rows, from, end);
    if (mask.rangesOnly()) {
      if (state == SOME) {
        fillRanges(rows, chunk0, from, end);
      }
      return state;
    }
    return state == NONE ? NONE : fillBits(rows, mask, chunk0, (int) (end - chunk0));
  }

  /** What the hulls of the rows say of {@code [from, end)}. */
  private static int extent(BlockRows rows, long from, long end) {
    boolean all = true;
    boolean none = true;
    for (int c = 0; c < rows.count; c++) {
      all &= rows.first[c] <= from && rows.end[c] >= end;
      none &= rows.end[c] <= from || rows.first[c] >= end;
    }
    return none ? NONE : all ? ALL : SOME;
  }

  /** Each lane flips its bit at the range's ends; a running exclusive or does the rest. */
  private void fillRanges(BlockRows rows, long chunk0, long from, long end) {
    int begin = (int) (from - chunk0);
    int stop = (int) (end - chunk0);
    java.util.Arrays.fill(words, begin, stop, 0L);
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
  private int fillBits(BlockRows rows, MaskPlan mask, long chunk0, int length) {
    boolean all = true;
    boolean none = true;
    for (int c = 0; c < PANEL; c++) {
      int state = NONE;
      if (c < rows.count) {
        state = mask.chunk(rows.batch, rows.head[c], rows.query[c], chunk0, length, rowBits, 0);
        all &= state == ALL;
        none &= state == NONE;
      }
      for (int w = 0; w < WORDS; w++) {
        squares[w * PANEL + c] = state == SOME ? rowBits[w] : state == ALL ? -1L : 0L;
      }
    }
    if (none || all) {
      return none ? NONE : ALL;
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
    return SOME;
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
