package io.github.lanewise.internal.kernel;

/**
 * Kernels between the products of a decoder layer: the end of a norm, activations, and rotations of
 * pairs. Each element, or pair, by itself; kernels trust their arguments. Input and output runs are
 * one and the same or disjoint.
 *
 * <p>With e = exp(-|z|) over the full range, as {@link ExpPolynomial} has it,
 *
 * <pre>
 * sigmoid(z) = (z &lt; 0 ? e : 1) / (e + 1)
 * </pre>
 *
 * so that nothing overflows, and a small result keeps its relative accuracy.
 */
public interface LayerKernels {
  /** y = (x·factor)·w with the weights w = weight[weightFrom + i], or 1 + weight[…]. */
  void normalize(
      float[] x,
      int xFrom,
      float factor,
      float[] weight,
      int weightFrom,
      boolean onePlus,
      float[] y,
      int yFrom,
      int length);

  /** y = sigmoid(x). */
  void sigmoid(float[] x, int xFrom, float[] y, int yFrom, int length);

  /**
   * y = (x'·sigmoid(x))·up, where x' is x, or {@link ExpPolynomial#LEAST} below that, so that the
   * limit at -inf is 0.
   */
  void siluMultiply(float[] x, int xFrom, float[] up, int upFrom, float[] y, int yFrom, int length);

  /** y = x·Φ(x), by the steps of {@link GeluFunctions}. */
  void gelu(float[] x, int xFrom, float[] y, int yFrom, int length);

  /** y = x·sigmoid(z(x)), by the steps of {@link GeluFunctions}. */
  void geluTanh(float[] x, int xFrom, float[] y, int yFrom, int length);

  /**
   * Turns pairs: the elements i and i + pairs of each head,
   *
   * <pre>
   * y[i]         = fma(x[i + pairs], -sin, x[i]·cos)
   * y[i + pairs] = fma(x[i],          sin, x[i + pairs]·cos)
   * </pre>
   *
   * with cos = table[at + i] and sin = table[at + pairs + i].
   *
   * @param heads so many runs, {@code xStride} and {@code yStride} apart
   */
  void rotateHalves(
      float[] table,
      int at,
      int pairs,
      float[] x,
      int xFrom,
      int xStride,
      float[] y,
      int yFrom,
      int yStride,
      int heads);

  /** As {@link #rotateHalves} for the elements 2i and 2i + 1 of each head. */
  void rotateInterleaved(
      float[] table,
      int at,
      int pairs,
      float[] x,
      int xFrom,
      int xStride,
      float[] y,
      int yFrom,
      int yStride,
      int heads);
}
