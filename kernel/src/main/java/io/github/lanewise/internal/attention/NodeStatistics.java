package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.scalar.ScalarExp;

/** The statistics of a row, from the root of its merge tree: maximum m, sum l and moment. */
public final class NodeStatistics {
  private NodeStatistics() {}

  /** m + ln l; -inf if nothing is visible. */
  public static float logSumExp(float m, float sum) {
    return m + logarithm(sum);
  }

  /** ln l - moment / l; 0 if nothing is visible. */
  public static float entropy(float sum, float moment) {
    return sum == 0f ? 0f : logarithm(sum) - moment / sum;
  }

  /** exp(largest score of a key - m)·r with r = 1 / l; 0 if nothing is visible. */
  public static float maxWeight(float keyMaximum, float m, float sum) {
    return sum == 0f ? 0f : ScalarExp.flushed(keyMaximum - m) * (1f / sum);
  }

  private static float logarithm(float sum) {
    return (float) StrictMath.log((double) sum);
  }
}
