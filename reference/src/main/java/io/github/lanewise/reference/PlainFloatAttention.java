package io.github.lanewise.reference;

import java.util.Arrays;

/**
 * The formula of {@link ReferenceAttention} as one would write it in float: no fused multiply-add,
 * no lanes, no blocks, sums from left to right. The kernel's error is measured against the error of
 * this class.
 */
public final class PlainFloatAttention {
  private PlainFloatAttention() {}

  /**
   * Returns out, in the shape [batch, queryHeads, queryLength, valueDim].
   *
   * @throws IllegalArgumentException at temperature 0 or infinity, which no rounding touches
   */
  public static float[] forward(
      AttentionShape shape, AttentionOptions options, float[] q, float[] k, float[] v) {
    if (Arrays.stream(options.temperature()).anyMatch(t -> t == 0 || Double.isInfinite(t))) {
      throw new IllegalArgumentException("temperature 0 or infinity leaves nothing to round");
    }
    float[] out = new float[shape.queryRows() * shape.valueDim()];
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.queryHeads(); h++) {
        for (int i = 0; i < shape.queryLength(); i++) {
          float[] weights = weights(shape, options, q, k, b, h, i);
          int row = shape.queryRow(b, h, i) * shape.valueDim();
          for (int j = 0; j < shape.keyLength(); j++) {
            if (weights[j] != 0) {
              int value = shape.keyRow(b, h, j) * shape.valueDim();
              for (int c = 0; c < shape.valueDim(); c++) {
                out[row + c] += weights[j] * v[value + c];
              }
            }
          }
        }
      }
    }
    return out;
  }

  private static float[] weights(
      AttentionShape shape, AttentionOptions options, float[] q, float[] k, int b, int h, int i) {
    float max = options.sinks().length > 0 ? (float) options.sinks()[h] : Float.NEGATIVE_INFINITY;
    float[] scores = new float[shape.keyLength()];
    for (int j = 0; j < scores.length; j++) {
      scores[j] =
          options.visibility().visible(b, h, i, j)
              ? score(shape, options, q, k, b, h, i, j)
              : Float.NEGATIVE_INFINITY;
      max = Math.max(max, scores[j]);
    }
    if (max == Float.NEGATIVE_INFINITY) {
      return new float[scores.length];
    }
    float sum = 0;
    for (int j = 0; j < scores.length; j++) {
      scores[j] = (float) Math.exp(scores[j] - max);
      sum += scores[j];
    }
    if (options.sinks().length > 0) {
      sum += (float) Math.exp((float) options.sinks()[h] - max);
    }
    for (int j = 0; j < scores.length; j++) {
      scores[j] /= sum;
    }
    return scores;
  }

  private static float score(
      AttentionShape shape,
      AttentionOptions options,
      float[] q,
      float[] k,
      int b,
      int h,
      int i,
      int j) {
    int query = shape.queryRow(b, h, i) * shape.headDim();
    int key = shape.keyRow(b, h, j) * shape.headDim();
    float score = 0;
    for (int c = 0; c < shape.headDim(); c++) {
      score += q[query + c] * k[key + c];
    }
    score *= (float) options.scale();
    if (options.softcap() != 0) {
      float cap = (float) options.softcap();
      score = cap * (float) Math.tanh(score / cap);
    }
    score += (float) options.bias().at(b, h, i, j);
    if (options.alibi().length > 0) {
      score -= (float) options.alibi()[h] * Math.abs((float) (j - (i + options.alibiOffset())));
    }
    return score / (float) options.temperatureOf(h);
  }
}
