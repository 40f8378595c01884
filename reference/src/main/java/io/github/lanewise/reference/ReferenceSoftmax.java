package io.github.lanewise.reference;

import java.util.Arrays;
import org.apache.commons.math3.util.FastMath;

/**
 * Softmax, from naive to good.
 *
 * <pre>
 *   sumNormalised         xⱼ / Σ x                  negative scores give negative "weights"; Σ x may be 0
 *   reluNormalised        max(xⱼ, 0) / Σ max(x, 0)  negative scores all weigh 0; no positive score: 0/0
 *   maskedWithoutSoftmax  xⱼ / Σ x, invisible = -∞  one invisible key turns the whole row to NaN or 0
 *   unshifted             exp(xⱼ) / Σ exp(x)        right, until exp overflows (x > 709) or all underflow
 *   softmax               exp(xⱼ - m) / Σ exp(x - m), m = max x       never overflows; this is the one
 *     … with temperature  exp((xⱼ - m)/T) / Σ …     T → 0: one-hot; T → ∞: uniform
 *     … with a mask       over the visible keys only
 *   logSoftmax            (xⱼ - m)/T - ln Σ exp((x - m)/T)
 *   backward              the gradient, αᵢ(δᵢₖ - αₖ)/T summed against dy
 * </pre>
 */
public final class ReferenceSoftmax {
  private ReferenceSoftmax() {}

  /** Returns each score divided by the sum of the scores. Not a softmax: for comparison. */
  public static double[] sumNormalised(double... scores) {
    return Primitives.divide(scores, Primitives.sum(scores));
  }

  /** Returns max(x, 0) divided by the sum of the same. Not a softmax: for comparison. */
  public static double[] reluNormalised(double... scores) {
    return sumNormalised(Arrays.stream(scores).map(score -> Math.max(score, 0)).toArray());
  }

  /** Returns the masked scores divided by their sum. Not a softmax: for comparison. */
  public static double[] maskedWithoutSoftmax(double[] scores, boolean[] visible) {
    return sumNormalised(masked(scores, visible));
  }

  /** Returns exp(x) / Σ exp(x), literally. Overflows to NaN: for comparison. */
  public static double[] unshifted(double... scores) {
    double[] exponentials = Primitives.exp(scores);
    return Primitives.divide(exponentials, Primitives.sum(exponentials));
  }

  /**
   * Returns {@link #unshifted} as float arithmetic would have it: beyond x = 88.7 there is no float
   * exp(x). For comparison.
   */
  public static float[] unshiftedInFloat(float... scores) {
    float sum = 0;
    float[] weights = new float[scores.length];
    for (int j = 0; j < scores.length; j++) {
      weights[j] = CorrectlyRounded.exp(scores[j]);
      sum += weights[j];
    }
    for (int j = 0; j < scores.length; j++) {
      weights[j] /= sum;
    }
    return weights;
  }

  /** Returns the softmax of a row. */
  public static double[] softmax(double... scores) {
    return softmax(scores, 1);
  }

  /** Returns the softmax of a row at a temperature. */
  public static double[] softmax(double[] scores, double temperature) {
    boolean[] visible = new boolean[scores.length];
    Arrays.fill(visible, true);
    return softmax(scores, visible, temperature, Double.NaN);
  }

  /**
   * Returns the softmax over the visible scores of a row; invisible positions weigh 0.
   *
   * @param emptyValue every position of a row that has no visible score above -∞
   */
  public static double[] softmax(
      double[] scores, boolean[] visible, double temperature, double emptyValue) {
    double[] shifted = shifted(masked(scores, visible), temperature);
    if (isEmpty(shifted)) {
      return filled(scores.length, emptyValue);
    }
    double[] exponentials = Primitives.exp(shifted);
    double[] weights = Primitives.divide(exponentials, Primitives.sum(exponentials));
    return invisibleAre(0, weights, visible);
  }

  /** Returns ln softmax of a row at a temperature. */
  public static double[] logSoftmax(double[] scores, double temperature) {
    boolean[] visible = new boolean[scores.length];
    Arrays.fill(visible, true);
    return logSoftmax(scores, visible, temperature, Double.NaN);
  }

  /**
   * Returns ln softmax over the visible scores of a row; invisible positions are -∞.
   *
   * @param emptyValue every position of a row that has no visible score above -∞
   */
  public static double[] logSoftmax(
      double[] scores, boolean[] visible, double temperature, double emptyValue) {
    double[] shifted = shifted(masked(scores, visible), temperature);
    if (isEmpty(shifted)) {
      return filled(scores.length, emptyValue);
    }
    double logSum = Primitives.logSumExp(shifted); // the largest is 0
    double[] logWeights = Arrays.stream(shifted).map(d -> d - logSum).toArray();
    return invisibleAre(Double.NEGATIVE_INFINITY, logWeights, visible);
  }

  /**
   * Returns ln Σ exp(x/T) over the visible scores: -∞ if none is above -∞; NaN if one is NaN or +∞,
   * and at T = 0.
   */
  public static double logSumExp(double[] scores, boolean[] visible, double temperature) {
    double[] row = masked(scores, visible);
    double[] shifted = shifted(row, temperature);
    if (isEmpty(shifted)) {
      return Double.NEGATIVE_INFINITY;
    }
    if (temperature == 0) {
      return Double.NaN;
    }
    return Primitives.max(row) / temperature + Primitives.logSumExp(shifted);
  }

  /**
   * Returns -Σ α ln α in nats, with 0·ln 0 = 0: 0 for a one-hot row, ln n for a uniform one.
   * Attention whose entropy is near 0 is over-peaked: it passes a gradient to nobody.
   *
   * <p>A weight near 1 has forgotten how far from 1 it is, so that a small entropy is right
   * absolutely, not relatively: see {@link #entropy(double[], boolean[], double)}.
   */
  public static double entropy(double... weights) {
    return Primitives.sum(
        Arrays.stream(weights).map(a -> a == 0 ? 0 : -a * FastMath.log(a)).toArray());
  }

  /**
   * Returns the entropy of the softmax α over the visible scores of a row, from the scores: with d
   * = (x - m)/T, ln α = d - ln Σ exp(d), hence -Σ α ln α = ln Σ exp(d) - Σ α·d. Neither term is
   * negative, so that the relative accuracy is that of the terms. 0 if no score is above -∞.
   */
  public static double entropy(double[] scores, boolean[] visible, double temperature) {
    double[] shifted = shifted(masked(scores, visible), temperature);
    if (isEmpty(shifted)) {
      return 0;
    }
    double[] weights = softmax(scores, visible, temperature, 0);
    double[] terms = new double[scores.length];
    for (int j = 0; j < scores.length; j++) {
      terms[j] = weights[j] == 0 ? 0 : -weights[j] * shifted[j];
    }
    return Primitives.logSumExp(shifted) + Primitives.sum(terms);
  }

  /**
   * Returns the gradient by the scores, given the weights α = softmax(x/T) and the gradient dα:
   *
   * <pre>
   *   dxᵢ = Σₖ dαₖ·∂αₖ/∂xᵢ,   ∂αₖ/∂xᵢ = αₖ(δᵢₖ - αᵢ)/T = αᵢ(δᵢₖ - αₖ)/T
   * </pre>
   */
  public static double[] backward(double[] weights, double[] gradient, double temperature) {
    int n = weights.length;
    double[] dx = new double[n];
    for (int i = 0; i < n; i++) {
      double[] terms = new double[n];
      for (int k = 0; k < n; k++) {
        double delta = i == k ? 1 : 0;
        terms[k] = gradient[k] * weights[i] * (delta - weights[k]) / temperature;
      }
      dx[i] = Primitives.sum(terms);
    }
    return dx;
  }

  /** Returns the scores with -∞ in every invisible place, whatever stood there. */
  static double[] masked(double[] scores, boolean[] visible) {
    return invisibleAre(Double.NEGATIVE_INFINITY, scores.clone(), visible);
  }

  /**
   * Returns (x - m)/T, and its limits at the two ends: T = 0 leaves the first maximum alone at 0, T
   * = ∞ puts everything above -∞ at 0. A NaN or +∞ among the scores makes every position NaN.
   */
  private static double[] shifted(double[] scores, double temperature) {
    double max = Primitives.max(scores);
    if (Double.isNaN(max) || max == Double.POSITIVE_INFINITY) {
      return filled(scores.length, Double.NaN);
    }
    if (max == Double.NEGATIVE_INFINITY) {
      return scores.clone();
    }
    double[] shifted = new double[scores.length];
    boolean found = false;
    for (int j = 0; j < scores.length; j++) {
      boolean first = !found && scores[j] == max;
      found |= first;
      if (temperature == 0) {
        shifted[j] = first ? 0 : Double.NEGATIVE_INFINITY;
      } else if (scores[j] == Double.NEGATIVE_INFINITY) {
        shifted[j] = Double.NEGATIVE_INFINITY;
      } else {
        shifted[j] = (scores[j] - max) / temperature;
      }
    }
    return shifted;
  }

  private static boolean isEmpty(double[] shifted) {
    return Primitives.max(shifted) == Double.NEGATIVE_INFINITY;
  }

  private static double[] invisibleAre(double value, double[] row, boolean[] visible) {
    for (int j = 0; j < row.length; j++) {
      if (!visible[j]) {
        row[j] = value;
      }
    }
    return row;
  }

  private static double[] filled(int length, double value) {
    double[] row = new double[length];
    Arrays.fill(row, value);
    return row;
  }
}
