package io.github.lanewise.bench.demo.minilm;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HIDDEN;

import io.github.lanewise.Lanes;

/**
 * Layer normalisation of x + bias + residual, row by row: the end of both halves of an encoder
 * layer. The loops run over whole arrays from 0, for C2 to vectorise them; the sums are Lanewise's.
 */
final class LayerNorm {
  private final float[] row = new float[HIDDEN];
  private final float[] other = new float[HIDDEN];

  /** out = norm(x + bias + residual), rows [0, rows) of dense [rows, HIDDEN] arrays. */
  void apply(
      float[] x, float[] bias, float[] residual, MiniLmWeights.Norm norm, float[] out, int rows) {
    for (int from = 0; from < rows * HIDDEN; from += HIDDEN) {
      System.arraycopy(x, from, row, 0, HIDDEN);
      System.arraycopy(residual, from, other, 0, HIDDEN);
      add(row, bias, other);
      normalise(norm);
      System.arraycopy(row, 0, out, from, HIDDEN);
    }
  }

  /** out = norm(x), one row. */
  void apply(float[] x, int from, MiniLmWeights.Norm norm) {
    System.arraycopy(x, from, row, 0, HIDDEN);
    normalise(norm);
    System.arraycopy(row, 0, x, from, HIDDEN);
  }

  private void normalise(MiniLmWeights.Norm norm) {
    float mean = Lanes.sum(row, 0, HIDDEN) / HIDDEN;
    centre(row, mean, other);
    float variance = Lanes.sum(other, 0, HIDDEN) / HIDDEN;
    float scale = (float) (1 / Math.sqrt(variance + MiniLm.NORM_EPSILON));
    scale(row, scale, norm.gain(), norm.bias());
  }

  private static void add(float[] x, float[] bias, float[] residual) {
    for (int j = 0; j < x.length; j++) {
      x[j] = x[j] + bias[j] + residual[j];
    }
  }

  private static void centre(float[] x, float mean, float[] squares) {
    for (int j = 0; j < x.length; j++) {
      float centred = x[j] - mean;
      x[j] = centred;
      squares[j] = centred * centred;
    }
  }

  private static void scale(float[] x, float scale, float[] gain, float[] bias) {
    for (int j = 0; j < x.length; j++) {
      x[j] = Math.fma(x[j] * scale, gain[j], bias[j]);
    }
  }
}
