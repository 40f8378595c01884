package io.github.lanewise.internal.kernel;

/**
 * Kernels over nodes of the merge tree in row layout: one row of values for each query, as the
 * decode path and a stored state keep them. {@link ScoreKernels} has the same nodes with one lane
 * for each query; both give the same bits.
 *
 * <p>A node of R rows and value width D is one run of floats: the maximum m of each row, the sum l
 * of its weights, its moment Σ p·(s - m), and its weighted values {@code [R][D]}. A row that has
 * seen no key has m = -inf, l = 0, moment 0 and values 0. Kernels trust their arguments; in every
 * implementation they give the same bits (NaN payloads aside).
 */
public interface NodeKernels {

  /** Offset of the maxima in a node. */
  int MAXIMUM = 0;

  /** Offset of the sums in a node of {@code rows} rows. */
  static int sum(int rows) {
    return rows;
  }

  /** Offset of the moments in a node of {@code rows} rows. */
  static int moment(int rows) {
    return 2 * rows;
  }

  /** Offset of the weighted values in a node of {@code rows} rows. */
  static int values(int rows) {
    return 3 * rows;
  }

  /** Floats that a node takes. */
  static long length(long rows, long valueDim) {
    return Math.multiplyExact(rows, Math.addExact(3, valueDim));
  }

  /**
   * Merges node b, of the higher keys, into node a, moments included; a row with m = -inf is the
   * identity. Equations in docs/arithmetic.md, "merge".
   *
   * @param b may be the same array as a, in another place
   */
  void merge(float[] a, int aFrom, float[] b, int bFrom, int rows, int valueDim);

  /**
   * {@code out = o·r + 0} with r = 1 / l, row by row; 0 where l is 0, and -0 becomes +0.
   *
   * @param out receives {@code [rows][valueDim]}; may be the node's own values
   */
  void normalize(float[] node, int nodeFrom, int rows, int valueDim, float[] out, int outFrom);
}
