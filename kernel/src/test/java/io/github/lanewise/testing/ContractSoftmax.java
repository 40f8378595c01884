package io.github.lanewise.testing;

import io.github.lanewise.Lanes;
import java.util.Arrays;

/**
 * The softmax of the arithmetic contract, word by word: d = (x - m)/T, p = exp(d), y = p·r with r =
 * 1/l; logarithmic: d - g with g = ln(1 + l₁), where l₁ is the sum l with +0 in place of p at the
 * first maximum.
 */
public final class ContractSoftmax {
  /** Below this, exp is +0 inside softmax and attention. */
  private static final float FLUSH = -0x1.5d589ep6f;

  /** What one row gives. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Row(
      float[] weights, float[] logWeights, float logSumExp, float entropy, float maxWeight) {}

  private ContractSoftmax() {}

  /** Returns the exp of softmax and attention: that of {@link Lanes}, but never subnormal. */
  public static float exp(float x) {
    float[] y = {x};
    Lanes.exp(y, 0, y, 0, 1);
    return x < FLUSH ? 0 : y[0];
  }

  /** Returns ln l as attention has it. */
  public static float ln(float l) {
    return (float) StrictMath.log((double) l);
  }

  /** Returns the softmax of a row of finite scores at a finite temperature above 0. */
  public static float[] softmax(float[] x, float temperature) {
    return row(x, allOf(x), temperature).weights();
  }

  /** Returns the logarithmic softmax of a row of finite scores at a finite temperature above 0. */
  public static float[] logSoftmax(float[] x, float temperature) {
    return row(x, allOf(x), temperature).logWeights();
  }

  /**
   * Returns everything about a row without NaN and +∞, of which some visible score is above -∞, at
   * a temperature above 0.
   */
  public static Row row(float[] x, boolean[] visible, float temperature) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < x.length; j++) {
      max = visible[j] ? Math.max(max, x[j]) : max;
    }
    float[] d = new float[x.length];
    float[] p = new float[x.length];
    float[] others = new float[x.length];
    int first = -1;
    for (int j = 0; j < x.length; j++) {
      d[j] = visible[j] ? difference(x[j], max, temperature) : Float.NEGATIVE_INFINITY;
      p[j] = exp(d[j]);
      boolean isFirst = first < 0 && visible[j] && x[j] == max;
      first = isFirst ? j : first;
      others[j] = isFirst ? 0 : p[j];
    }
    float sum = ContractSum.sum(p, 0, p.length);
    float logSum = (float) StrictMath.log1p((double) ContractSum.sum(others, 0, others.length));
    float reciprocal = 1 / sum;
    float[] weights = new float[x.length];
    float[] logWeights = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      weights[j] = p[j] * reciprocal;
      logWeights[j] = d[j] - logSum;
    }
    float entropy = logSum - moment(p, d) / sum;
    return new Row(weights, logWeights, max / temperature + logSum, entropy, reciprocal);
  }

  /** (x - m)/T; its limit for infinite T is 0, but for -∞. */
  static float difference(float x, float max, float temperature) {
    if (temperature == Float.POSITIVE_INFINITY) {
      return x > Float.NEGATIVE_INFINITY ? 0 : x;
    }
    return (x - max) / temperature;
  }

  /** Σ p·d over p > 0, in the order of the sum, each step fused. */
  private static float moment(float[] p, float[] d) {
    return ContractSum.of(p.length, (lane, j) -> p[j] > 0 ? Math.fma(p[j], d[j], lane) : lane);
  }

  private static boolean[] allOf(float[] x) {
    boolean[] all = new boolean[x.length];
    Arrays.fill(all, true);
    return all;
  }
}
