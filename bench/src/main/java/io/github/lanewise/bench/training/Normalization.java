package io.github.lanewise.bench.training;

import java.util.Arrays;

/** y = g·x/√(mean x² + ε), row by row (Zhang, Sennrich, 2019). */
final class Normalization {
  private static final float EPSILON = 1e-5f;

  final Parameter gain;
  private final int rows;
  private final int width;
  private final float[] inverse;

  Normalization(int rows, int width) {
    this.rows = rows;
    this.width = width;
    gain = Parameter.vector(width, 1f, 1f);
    inverse = new float[rows];
  }

  void forward(float[] x, float[] y) {
    float[] g = gain.value;
    for (int r = 0; r < rows; r++) {
      int at = r * width;
      float sum = 0;
      for (int j = 0; j < width; j++) {
        sum += x[at + j] * x[at + j];
      }
      float factor = (float) (1 / Math.sqrt(sum / width + EPSILON));
      inverse[r] = factor;
      for (int j = 0; j < width; j++) {
        y[at + j] = x[at + j] * factor * g[j];
      }
    }
  }

  /** Adds the gradient by x to dx, and replaces that by the gain. */
  void backward(float[] x, float[] dy, float[] dx) {
    float[] g = gain.value;
    float[] dg = gain.gradient;
    Arrays.fill(dg, 0f);
    for (int r = 0; r < rows; r++) {
      int at = r * width;
      float factor = inverse[r];
      float dot = 0;
      for (int j = 0; j < width; j++) {
        float unit = x[at + j] * factor;
        dg[j] += dy[at + j] * unit;
        dot += dy[at + j] * g[j] * unit;
      }
      float mean = dot / width;
      for (int j = 0; j < width; j++) {
        dx[at + j] += factor * (dy[at + j] * g[j] - x[at + j] * factor * mean);
      }
    }
  }
}
