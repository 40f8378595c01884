package io.github.lanewise.internal.kernel;

import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

/**
 * Kernels over a row of logits x and their weights p, 0 ≤ p ≤ 1. Kernels trust their arguments.
 *
 * <p><b>Exact sums.</b> A weight counts in whole units of 2<sup>-35</sup>, rounded to the nearest,
 * ties to even, and sums of units are integers: they have no order, so that lanes, threads and any
 * selection of tokens give the same. In float lanes a weight is taken apart,
 *
 * <pre>
 * high = (p + HIGH) - HIGH          a multiple of 2⁻¹⁷
 * low  = ((p - high) + LOW) - LOW   a multiple of 2⁻³⁵, at most 2⁻¹⁸
 * </pre>
 *
 * so that {@link #EXACT} of either fit into the 24 bits of a lane's sum: 64 · 1 · 2¹⁷ = 64 · 2⁻¹⁸ ·
 * 2³⁵ = 2²³.
 */
public interface SamplingKernels {
  /** Weights that one float lane adds up without rounding. */
  int EXACT = 64;

  /** Units of the weight 1. */
  double UNITS = 0x1p35;

  /** The unit in the last place of its sum with a weight is 2⁻¹⁷. */
  float HIGH = 0x1.8p6f;

  /** The unit in the last place of its sum with at most 2⁻¹⁸ is 2⁻³⁵. */
  float LOW = 0x1.8p-12f;

  /** Thresholds that {@link #tails} takes at once. */
  int THRESHOLDS = 4;

  /** Elements that {@link #tails} can count at once in float lanes. */
  int LONGEST_TAILS = 1 << 20;

  /** Floats of scratch that {@link #units} and {@link #tails} need. */
  int SCRATCH = 2 * THRESHOLDS * LANES;

  /** Units of one weight. */
  static long units(float p) {
    return (long) Math.rint(p * UNITS);
  }

  /**
   * Largest of each block ({@link Arithmetic#CHUNK}) of x[from, to), counted from {@code from}: NaN
   * if it holds one.
   */
  void blockMaxima(float[] x, int from, int to, float[] maxima, int at);

  /**
   * Σ units of the weights p[pFrom + i] ≥ leastWeight where x[xFrom + i] ≥ least, i &lt; length.
   */
  long units(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float least,
      float leastWeight,
      float[] scratch);

  /**
   * For each threshold, how many x[xFrom + i] ≥ thresholds[t] there are, i &lt; length, and
   * approximately the sum of their weights p[pFrom + i]; the order of these sums is unspecified.
   *
   * @param length at most {@link #LONGEST_TAILS}
   */
  void tails(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float[] thresholds,
      double[] sums,
      long[] counts,
      int at,
      float[] scratch);

  /**
   * Sets bit i of {@code bits} where least ≤ x[from + i] &lt; below, i &lt; length; all others of
   * its words to 0.
   */
  void between(float[] x, int from, int length, float least, float below, long[] bits);
}
