package io.github.lanewise.internal.kernel;

/**
 * Kernels over runs of consecutive floats: what the primitives and softmax rows are built from.
 *
 * <p>They trust their arguments; the public operators check them. Every one of them gives the same
 * bits in every implementation (NaN payloads aside).
 */
public interface LaneKernels {
  /** Largest of x[from, to) as {@link Math#max(float, float)} orders it; -inf if empty. */
  float max(float[] x, int from, int to);

  /** Sum of x[from, to), with blocks counted from {@code from}; +0 if empty. */
  float sum(float[] x, int from, int to);

  /** y[yFrom + i] = exp(x[xFrom + i]), full range. The two runs are the same one or disjoint. */
  void exp(float[] x, int xFrom, float[] y, int yFrom, int length);

  /** y[yFrom + i] = x[xFrom + i] / divisor. The two runs are the same one or disjoint. */
  void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length);
}
