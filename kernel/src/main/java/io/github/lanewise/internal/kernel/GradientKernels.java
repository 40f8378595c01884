package io.github.lanewise.internal.kernel;

/**
 * Kernels of attention's gradients. Scores, weights and their gradients are panels {@code
 * [queries][PANEL]}: one lane is one key, one row is one query. Kernels trust their arguments;
 * {@code columns} is the number of lanes in use, and an implementation may compute up to the next
 * multiple of its lane count.
 */
public interface GradientKernels {

  /** Lanes of a panel. */
  int PANEL = TileKernels.PANEL;

  /** Rows of a panel come in multiples of this many; rows beyond the last are scratch. */
  int ROWS = 4;

  /**
   * {@code dots[at + r] = Σ a·b} over row r of either, as a sum of fused multiply-adds in the order
   * of {@link RowReductions}.
   *
   * @param scratch 16 floats
   */
  void rowDots(
      float[] a,
      int aFrom,
      int aStride,
      float[] b,
      int bFrom,
      int bStride,
      int rows,
      int width,
      float[] dots,
      int at,
      float[] scratch);

  /**
   * {@code t = tanh(s·scale / cap)}, {@code s = cap·t}, and in the same place of {@code slopes} the
   * derivative {@code fma(-t, t, 1)}.
   */
  void softcap(float[] s, int from, int rows, int columns, float scale, float cap, float[] slopes);

  /**
   * {@code p = exp(s - logSumExp)} in place of the score, and {@code p·(dp - dot)·factor} in place
   * of the weight's gradient; both are +0 where the score is -inf.
   *
   * @param logSumExp of row r at {@code at + r}; up to whole {@link #ROWS} there must be some
   * @param dots likewise
   */
  void differentiate(
      float[] s,
      float[] dp,
      int from,
      int rows,
      int columns,
      float[] logSumExp,
      float[] dots,
      int at,
      float factor);

  /** {@code s = s·ds}, and +0 where s is -inf. */
  void scoreProducts(float[] s, float[] ds, int from, int rows, int columns);

  /** {@code sums[at + 16·r + c mod 16] += x[r][c]}, c ascending: the 16 virtual lanes of a row. */
  void addToLanes(float[] x, int from, int rows, int columns, float[] sums, int at);

  /** {@code out[to + r]} = the fixed tree over the 16 lanes at {@code sums[at + 16·r]}. */
  void foldLanes(float[] sums, int at, int rows, float[] out, int to);

  /** {@code out[to + c] = Σ x[r][c]}: one chain of additions, ascending over r, from +0. */
  void sumRows(float[] x, int from, int rows, int columns, float[] out, int to);

  /**
   * Σ exp(sink - logSumExp)·dot over rows whose logSumExp is not -inf: one chain of fused
   * multiply-adds, ascending, from +0.
   */
  float sinkSum(float sink, float[] logSumExp, float[] dots, int rows);

  /** {@code x = x·factors}, element by element. */
  void multiply(float[] x, float[] factors, int from, int rows, int columns);

  /**
   * {@code a = a + b}.
   *
   * @param length a multiple of {@link #PANEL}
   */
  void add(float[] a, int aFrom, float[] b, int bFrom, int length);

  /**
   * {@code a = a + 0}: -0 becomes +0.
   *
   * @param length a multiple of {@link #PANEL}
   */
  void addZero(float[] a, int from, int length);
}
