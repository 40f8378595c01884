package io.github.lanewise.testing;

import static io.github.lanewise.testing.Accuracy.U;

import org.jspecify.annotations.Nullable;

/**
 * The error bounds that {@link io.github.lanewise.Softmax} states, for one row: from the distances
 * |d| of its visible scores to the maximum. At a temperature that is no power of two, d is rounded
 * twice instead of once, and what comes from its rounding counts twice.
 */
public final class SoftmaxError {
  private final double[] distance;
  private final double shift;
  private final int roundings;
  private final double levels;
  private final double flushed;
  private final double mean;
  private final double meanSquare;
  private final double logSum;

  /** Σ exp(d) without the first maximum. */
  private final double rest;

  public SoftmaxError(double[] scores, float temperature) {
    this(scores, null, temperature);
  }

  /** A null for {@code visible}: all of them. */
  public SoftmaxError(double[] scores, boolean @Nullable [] visible, float temperature) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < scores.length; j++) {
      max = visible == null || visible[j] ? Math.max(max, scores[j]) : max;
    }
    distance = new double[scores.length];
    boolean found = false;
    double others = 0;
    double first = 0;
    double second = 0;
    for (int j = 0; j < scores.length; j++) {
      boolean weighs = (visible == null || visible[j]) && scores[j] > Double.NEGATIVE_INFINITY;
      if (weighs && temperature > 0) {
        double d = (max - scores[j]) / temperature;
        double p = found || scores[j] < max ? Math.exp(-d) : 0;
        found |= scores[j] == max;
        others += p;
        first += p == 0 ? 0 : p * d;
        second += p == 0 ? 0 : p * d * d;
        distance[j] = d;
      }
    }
    rest = others;
    mean = first / (1 + rest);
    meanSquare = second / (1 + rest);
    logSum = Math.log1p(rest);
    boolean exactDivision = Math.scalb(1f, Math.getExponent(temperature)) == temperature;
    roundings = exactDivision ? 1 : 2;
    shift = exactDivision ? 0 : Math.abs(max / temperature);
    levels = Accuracy.blockLevels(scores.length);
    flushed = 0x1p-126 * scores.length;
  }

  /** Weight j: |d| and D, the order of the sum, r and p·r; what is below 2⁻¹²⁶ may be 0. */
  public double ofWeight(int j, double weight) {
    return (roundings * (distance[j] + mean) + levels + 33) * U * weight + 0x1p-126;
  }

  /** The largest weight, which is r: its d is 0, and its p is 1. */
  public double ofMaxWeight(double maxWeight) {
    return (roundings * mean + levels + 32) * U * maxWeight;
  }

  /** g = ln(1 + rest): the rest's error, as a share of the sum, and the logarithm's rounding. */
  private double ofLogSum() {
    return (roundings * mean + (levels + 23) * rest / (1 + rest) + logSum) * U + flushed;
  }

  /** Logarithmic weight j = d - g. */
  public double ofLogWeight(int j, double logWeight) {
    return (roundings * distance[j] + Math.abs(logWeight)) * U + ofLogSum();
  }

  /** m/T + g. */
  public double ofLogSumExp(double logSumExp) {
    return (shift + Math.abs(logSumExp)) * U + ofLogSum();
  }

  /** g - moment/l: l and the moment with the errors of their p and d, and of their order. */
  public double ofEntropy(double entropy) {
    double moment =
        roundings * (meanSquare + mean * mean + mean) + (2 * levels + 47) * mean + entropy;
    return moment * U + ofLogSum() + 0x1p-119 * distance.length;
  }
}
