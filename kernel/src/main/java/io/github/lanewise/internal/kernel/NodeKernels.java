package io.github.lanewise.internal.kernel;

import java.util.Arrays;

/**
 * Kernels over nodes of the merge tree. A node is the partial result of a run of keys: for every
 * row of queries the maximum m of its scores, the sum l of its weights, its moment Σ p·(s - m), and
 * its weighted values. A row that has seen no key has m = -inf, l = 0, moment 0 and values 0.
 *
 * <p>Maxima, sums and moments come first, one float a row, each kind {@code stride} floats behind
 * the one before. The values follow, in one of two layouts with the same bits:
 *
 * <ul>
 *   <li>a panel, one lane for each row, as prefill makes them: the stride is {@link
 *       TileKernels#PANEL}, the values are {@code [valueDim][PANEL]};
 *   <li>rows, as decode makes and a stored state keeps them: the stride is the number of rows, the
 *       values are {@code [rows][valueDim]}.
 * </ul>
 *
 * <p>Kernels trust their arguments; in every implementation they give the same bits (NaN payloads
 * aside). In a panel an implementation may compute up to the next multiple of its lane count.
 */
public interface NodeKernels {

  /** Offset of the maxima in a node. */
  int MAXIMUM = 0;

  /** Offset of the sums. */
  static int sum(int stride) {
    return stride;
  }

  /** Offset of the moments. */
  static int moment(int stride) {
    return 2 * stride;
  }

  /** Offset of the weighted values. */
  static int values(int stride) {
    return 3 * stride;
  }

  /** Floats that a node takes in row layout. */
  static long length(long rows, long valueDim) {
    return Math.multiplyExact(rows, Math.addExact(3, valueDim));
  }

  /** Copies maxima, sums and moments of some rows to a node with another stride. */
  static void copySums(
      float[] from, int at, int stride, float[] to, int toAt, int toStride, int rows) {
    for (int kind = 0; kind < values(1); kind++) {
      System.arraycopy(from, at + kind * stride, to, toAt + kind * toStride, rows);
    }
  }

  /** Makes the node at a place that of rows that have seen no key. */
  static void clear(float[] nodes, int at, int stride, int length) {
    Arrays.fill(nodes, at, at + stride, Float.NEGATIVE_INFINITY);
    Arrays.fill(nodes, at + stride, at + length, 0f);
  }

  /** Rows whose sums are merged before their values are. */
  int MERGED_AT_ONCE = TileKernels.PANEL;

  /** Floats of scratch that a merge needs: the factors of either side's values. */
  int FACTORS = 2 * MERGED_AT_ONCE;

  /** The factor of the values of a side that is the identity: they do not count, even if NaN. */
  float IDENTITY = -1f;

  /**
   * Merges panel b, of the higher keys, into panel a; a row with m = -inf is the identity. The
   * equations are in docs/arithmetic.md.
   *
   * @param columns lanes in use
   * @param factors scratch, {@link #FACTORS} floats
   */
  void mergePanels(float[] nodes, int aFrom, int bFrom, int valueDim, int columns, float[] factors);

  /**
   * The same in row layout.
   *
   * @param b may be the same array as a, in another place
   */
  void mergeRows(
      float[] a, int aFrom, float[] b, int bFrom, int rows, int valueDim, float[] factors);

  /** {@code o = o·r + 0} with r = 1 / l in place, 0 where l is 0: -0 becomes +0. */
  void normalizePanel(float[] node, int nodeFrom, int valueDim, int columns);

  /** The same in row layout. */
  void normalizeRows(float[] node, int nodeFrom, int rows, int valueDim);

  /**
   * The statistics of a root: {@code logSumExp = m + ln l}, {@code entropy = ln l - moment / l},
   * {@code maxWeight = exp(keyMaximum - m)·r} with r = 1 / l; -inf, 0 and 0 if nothing is visible.
   *
   * @param keyMaximum of each row, before the sink joined
   */
  void statistics(
      float[] node,
      int nodeFrom,
      int stride,
      int rows,
      float[] keyMaximum,
      float[] logSumExp,
      float[] entropy,
      float[] maxWeight);
}
