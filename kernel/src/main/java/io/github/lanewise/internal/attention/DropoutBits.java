package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.Dropout;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;

/** The bits that decide on some rows of queries, or on some keys, as the kernel takes them. */
final class DropoutBits {

  private static final int PANEL = TileKernels.PANEL;

  /** The low halves, and behind them the high halves. */
  private int[] halves = new int[0];

  private final long[] bits;
  private int count;

  /**
   * @param most rows or keys
   */
  DropoutBits(int most) {
    bits = new long[most];
  }

  /** No bits yet. */
  void clear() {
    count = 0;
    if (halves.length == 0) {
      halves = new int[2 * ((bits.length + PANEL - 1) / PANEL * PANEL)];
    }
  }

  /** Takes the next row's or key's bits. */
  void add(long next) {
    bits[count] = next;
    halves[count] = (int) next;
    halves[halves.length / 2 + count] = (int) (next >>> 32);
    count++;
  }

  /** Takes consecutive queries of a head. */
  void addRows(AttentionOptions options, long batch, long head, long position, int rows) {
    long ofHead = Dropout.head(options.seed, batch, head);
    for (int r = 0; r < rows; r++) {
      add(Dropout.row(ofHead, position + r));
    }
  }

  /** Takes consecutive keys. */
  void addKeys(AttentionOptions options, long key, int keys) {
    for (int k = 0; k < keys; k++) {
      add(Dropout.column(options.seed, key + k));
    }
  }

  /** Whether the weight of a row here and a key there, or the other way round, stays. */
  boolean keeps(int at, DropoutBits other, int otherAt, int threshold) {
    return Dropout.keeps(bits[at], other.bits[otherAt], threshold);
  }

  /**
   * Drops elements of a panel, and multiplies the others.
   *
   * @param at first of the panel's rows here
   * @param lanes the bits of the lanes
   * @param laneAt first of the panel's lanes there
   */
  void drop(
      AttentionOptions options,
      float[] x,
      int from,
      int rows,
      int columns,
      int at,
      DropoutBits lanes,
      int laneAt,
      float factor) {
    Kernels.scores()
        .drop(
            x,
            from,
            rows,
            columns,
            halves,
            at,
            lanes.halves,
            laneAt,
            options.dropThreshold,
            factor);
  }
}
