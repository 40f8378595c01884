package io.github.lanewise.testing;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;

/**
 * First-order error bounds of one attention row, from the errors of its scores. A score is off by
 * at most e, the sum of the roundings of its steps. Then p = exp(s - m) is off by 2e + |s - m|·u +
 * 2u relatively, and so are sums of p, plus the roundings of their own order.
 */
public final class ScoreError {
  /** Roundings in the sums of a row of up to 2¹² keys: 16 per lane, 4 over lanes, merges. */
  private static final double ROUNDINGS = 40;

  private final AttentionCase c;
  private final AttentionShape s;
  private final double score;
  private final double mean;
  private final double meanSquare;
  private final double maxValue;
  private final double logSumExp;
  private final double entropy;
  private final double maxWeight;

  /**
   * Derives the bounds from the case and from what the oracle computed for the row.
   *
   * @param expected without dropout: dropped keys are in the sums, too
   */
  public ScoreError(AttentionCase attentionCase, AttentionResult expected, int row) {
    c = attentionCase;
    s = c.shape();
    int b = row / s.queryLength() / s.queryHeads();
    int h = row / s.queryLength() % s.queryHeads();
    int i = row % s.queryLength();
    logSumExp = expected.logSumExp()[row];
    entropy = expected.entropy()[row];
    maxWeight = expected.maxWeight()[row];
    double largest = 0;
    double values = 0;
    double first = 0;
    double second = 0;
    for (int j = 0; j < s.keyLength(); j++) {
      double weight = expected.weights()[row * s.keyLength() + j];
      if (!c.visibility().visible(b, h, i, j) || !(weight > 0)) {
        continue;
      }
      largest = Math.max(largest, roundings(b, h, i, j));
      // of a quotient it could be infinite: subnormal weights
      double distance = Math.max(0, Math.log(maxWeight) - Math.log(weight));
      first += weight * distance;
      second += weight * distance * distance;
      for (int col = 0; col < s.valueDim(); col++) {
        double value = Math.abs(c.v()[s.keyRow(b, h, j) * s.valueDim() + col]);
        values = Double.isFinite(value) ? Math.max(values, value) : values;
      }
    }
    score = largest;
    // A sink or a merge shifts distances by as much as the row's own spread.
    mean = first + Math.abs(Math.log(Math.max(maxWeight, 0x1p-126)));
    meanSquare = second + mean * mean;
    maxValue = values * c.keepFactor();
  }

  /** Error of one score. */
  double roundings(int b, int h, int i, int j) {
    return roundings(c, b, h, i, j);
  }

  /**
   * Error of one score of a case: each step is off by one rounding of what comes out of it, so that
   * the dot product, a chain of fused steps, is off by a rounding of each of its partial sums
   * (Higham, Accuracy and Stability of Numerical Algorithms, 3.3: running error analysis).
   */
  static double roundings(AttentionCase c, int b, int h, int i, int j) {
    AttentionShape s = c.shape();
    double temperature = c.temperatureOf(h);
    if (temperature == 0 || Double.isInfinite(temperature)) {
      return 0; // the scores are compared, or are all equal
    }
    int query = s.queryRow(b, h, i) * s.headDim();
    int key = s.keyRow(b, h, j) * s.headDim();
    double value = 0;
    double error = 0;
    for (int col = 0; col < s.headDim(); col++) {
      value += (double) c.q()[query + col] * c.k()[key + col];
      error += Math.abs(value);
    }
    value *= c.scale();
    error = error * Math.abs(c.scale()) + Math.abs(value);
    if (c.softcap() != 0) {
      value = c.softcap() * Math.tanh(value / c.softcap());
      error += 6 * Math.abs(value); // division, multiplication, 2 ULP of tanh
    }
    if (c.bias() != null) {
      value += c.scoreBias().at(b, h, i, j);
      error += Math.abs(value);
    }
    if (c.slopes() != null) {
      double penalty = c.slopes()[h] * (j - (i + c.offset()));
      value -= Math.abs(penalty);
      error += Math.abs(penalty) + Math.abs(value);
    }
    return (error + Math.abs(value)) / temperature * U;
  }

  private double relative(double distance) {
    return 2 * score + (distance + 2 * mean + ROUNDINGS) * U;
  }

  /** Bound for a weight; below 2⁻¹²⁶ it may be flushed. */
  public double ofWeight(double weight) {
    return 2 * relative(-Math.log(Math.max(weight, 0x1p-140))) * weight + 0x1p-125;
  }

  /** Bound for an element of out: the weights' errors, and chains of fused steps. */
  public double ofValue() {
    return (2 * relative(mean) + 32 * U) * maxValue + 0x1p-120;
  }

  /** Bound for the log-sum-exp. */
  public double ofLogSumExp() {
    return relative(mean) + 3 * Math.abs(logSumExp) * U + 3 * mean * U;
  }

  /** Bound for the entropy. */
  public double ofEntropy() {
    return 2 * (relative(mean) + 32 * U) * (1 + mean) + (2 * meanSquare + 2 * entropy) * U;
  }

  /** Checks the statistics of a row against the oracle's. */
  public void check(
      Accuracy accuracy, float ofSum, float ofEntropy, float ofMaxWeight, String where) {
    accuracy.check(logSumExp, ofSum, ofLogSumExp(), " logSumExp" + where);
    accuracy.check(entropy, ofEntropy, ofEntropy(), " entropy" + where);
    accuracy.check(maxWeight, ofMaxWeight, ofWeight(maxWeight), " maxWeight" + where);
  }
}
