package io.github.lanewise.reference;

import java.util.Arrays;
import org.apache.commons.math3.util.FastMath;

/**
 * Scaled dot-product attention, out = softmax(scale·QKᵀ)·V, with every option of {@link
 * AttentionOptions}: one query row at a time, in four passes.
 *
 * <p>A row with a NaN or +∞ among its visible scores is NaN throughout; a row that sees no score
 * above -∞ is 0. Keys and values that a row does not see do not enter its arithmetic at all.
 */
public final class ReferenceAttention {
  private ReferenceAttention() {}

  /** Returns out, weights and statistics of every query row. */
  public static AttentionResult forward(
      AttentionShape shape, AttentionOptions options, double[] q, double[] k, double[] v) {
    AttentionResult result = AttentionResult.allocate(shape);
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.queryHeads(); h++) {
        for (int i = 0; i < shape.queryLength(); i++) {
          forwardRow(shape, options, q, k, v, b, h, i, result);
        }
      }
    }
    return result;
  }

  private static void forwardRow(
      AttentionShape shape,
      AttentionOptions options,
      double[] q,
      double[] k,
      double[] v,
      int b,
      int h,
      int i,
      AttentionResult result) {
    int row = shape.queryRow(b, h, i);
    int keys = shape.keyLength();
    boolean hasSink = options.sinks().length > 0;

    // pass 1: scores. A sink is one more outcome after the last key: it has a logit, but no value.
    int outcomes = keys + (hasSink ? 1 : 0);
    double[] scores = new double[outcomes];
    boolean[] visible = new boolean[outcomes];
    for (int j = 0; j < keys; j++) {
      visible[j] = options.visibility().visible(b, h, i, j);
      if (visible[j]) {
        scores[j] = score(shape, options, q, k, b, h, i, j);
      }
    }
    if (hasSink) {
      scores[keys] = options.sinks()[h];
      visible[keys] = true;
    }

    // pass 2: weights. The scores are divided by the temperature already, unless it is 0.
    double temperature = options.temperatureOf(h) == 0 ? 0 : 1;
    double[] weights = ReferenceSoftmax.softmax(scores, visible, temperature, 0);
    double[] dropped = new double[keys]; // softmax and statistics do not know of dropout
    for (int j = 0; j < keys; j++) {
      double factor = visible[j] ? options.dropout().factor(b, h, i, j) : 1;
      dropped[j] = factor == 0 ? 0 : weights[j] * factor;
      result.weights()[row * keys + j] = dropped[j];
    }

    // pass 3: out, the weighted mean of the values
    for (int c = 0; c < shape.valueDim(); c++) {
      double[] terms = new double[keys];
      for (int j = 0; j < keys; j++) {
        if (visible[j] && scores[j] != Double.NEGATIVE_INFINITY) {
          boolean kept = options.dropout().factor(b, h, i, j) != 0;
          boolean chosen = kept && (temperature != 0 || weights[j] != 0);
          terms[j] = chosen ? dropped[j] * v[shape.keyRow(b, h, j) * shape.valueDim() + c] : 0;
        }
      }
      result.out()[row * shape.valueDim() + c] = Primitives.sum(terms);
    }

    // pass 4: statistics
    result.logSumExp()[row] = ReferenceSoftmax.logSumExp(scores, visible, temperature);
    result.entropy()[row] = ReferenceSoftmax.entropy(scores, visible, temperature);
    result.maxWeight()[row] =
        keys == 0 ? 0 : Primitives.max(Arrays.copyOf(weights, keys)); // not the sink's
    if (Double.isNaN(Primitives.sum(weights))) {
      Arrays.fill(result.out(), row * shape.valueDim(), (row + 1) * shape.valueDim(), Double.NaN);
    }
  }

  /** Returns the score of one query and one visible key: what enters the softmax. */
  static double score(
      AttentionShape shape,
      AttentionOptions options,
      double[] q,
      double[] k,
      int b,
      int h,
      int i,
      int j) {
    int dim = shape.headDim();
    double score =
        Primitives.dot(q, shape.queryRow(b, h, i) * dim, k, shape.keyRow(b, h, j) * dim, dim)
            * options.scale();
    if (options.softcap() != 0) {
      score = options.softcap() * FastMath.tanh(score / options.softcap());
    }
    score += options.bias().at(b, h, i, j);
    if (options.alibi().length > 0) {
      score -= options.alibi()[h] * Math.abs((double) (j - (i + options.alibiOffset())));
    }
    return divideByTemperature(score, options.temperatureOf(h));
  }

  /**
   * At T = ∞ everything above -∞ is equal; T = 0 is left to the softmax, which takes the maximum.
   */
  private static double divideByTemperature(double score, double temperature) {
    boolean keepsInfinity = score == Double.NEGATIVE_INFINITY || temperature == 0;
    return keepsInfinity ? score : score / temperature;
  }
}
