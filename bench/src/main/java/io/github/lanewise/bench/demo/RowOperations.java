package io.github.lanewise.bench.demo;

import io.github.lanewise.Lanes;
import io.github.lanewise.bench.demo.MiniLm.Norm;

/**
 * What ends a linear layer, on rows of one width: its bias, and then GELU, or a residual and layer
 * normalisation. The loops run over whole arrays from 0, for C2 to vectorise them: a row is copied
 * out and back. Sums and exponentials are Lanewise's.
 *
 * <p><b>GELU</b> is its erf form, gelu(x) = x·Φ(x), with Φ the normal distribution function.
 * Written as gelu(x) = max(x, 0) - a·Φ(-a) with a = |x|, it needs no branch, and it loses no digits
 * where 1 + erf cancels. ln Φ(-a) is smooth, so a polynomial and {@link Lanes#exp} give Φ(-a).
 * Accuracy: an absolute error of at most half an ULP of the result plus 5e-8, measured by
 * RowOperationsTest against Commons Math.
 */
final class RowOperations {
  /** a·Φ(-a) is 5.9e-9 here, below the float error elsewhere: nothing beyond it needs a digit. */
  private static final float LARGEST = 6;

  // ln Φ(-a) in powers of t = a - 1 on [0, 6]: minimax of degree 8 under the weight a·Φ(-a), the
  // error's share in the result; 7e-9 before rounding.
  private static final float C0 = -0x1.d74d32p+0f;
  private static final float C1 = -0x1.866f3ep+0f;
  private static final float C2 = -0x1.9a0fd4p-2f;
  private static final float C3 = -0x1.3f58aep-6f;
  private static final float C4 = 0x1.b0650cp-9f;
  private static final float C5 = -0x1.a41f8cp-12f;
  private static final float C6 = 0x1.40b62ep-17f;
  private static final float C7 = 0x1.0cdde0p-17f;
  private static final float C8 = -0x1.3a8678p-20f;

  private final int width;
  private final float[] row;
  private final float[] second;
  private final float[] third;

  RowOperations(int width) {
    this.width = width;
    row = new float[width];
    second = new float[width];
    third = new float[width];
  }

  /** Adds the bias to the row of {@code x} that starts at {@code from}. */
  void addBias(float[] x, int from, float[] bias) {
    System.arraycopy(x, from, row, 0, width);
    add(row, bias);
    System.arraycopy(row, 0, x, from, width);
  }

  private static void add(float[] x, float[] bias) {
    for (int j = 0; j < x.length; j++) {
      x[j] += bias[j];
    }
  }

  /** Replaces the row of {@code x} that starts at {@code from} by gelu(x + bias). */
  void gelu(float[] x, int from, float[] bias) {
    System.arraycopy(x, from, row, 0, width);
    logTail(row, bias, second, third);
    Lanes.exp(third, 0, third, 0, width);
    combine(row, second, third);
    System.arraycopy(row, 0, x, from, width);
  }

  private static void logTail(float[] x, float[] bias, float[] magnitude, float[] logTail) {
    for (int j = 0; j < x.length; j++) {
      float biased = x[j] + bias[j];
      float a = Math.min(Math.abs(biased), LARGEST);
      float t = a - 1;
      float p = Math.fma(C8, t, C7);
      p = Math.fma(p, t, C6);
      p = Math.fma(p, t, C5);
      p = Math.fma(p, t, C4);
      p = Math.fma(p, t, C3);
      p = Math.fma(p, t, C2);
      p = Math.fma(p, t, C1);
      logTail[j] = Math.fma(p, t, C0);
      magnitude[j] = a;
      x[j] = biased;
    }
  }

  private static void combine(float[] x, float[] magnitude, float[] tail) {
    for (int j = 0; j < x.length; j++) {
      x[j] = Math.max(x[j], 0) - magnitude[j] * tail[j];
    }
  }

  /**
   * Replaces the row of {@code residual} at {@code at} by norm(x + bias + residual), with the row
   * of {@code x} that starts at {@code from}.
   */
  void norm(float[] x, int from, float[] bias, float[] residual, int at, Norm norm) {
    System.arraycopy(x, from, row, 0, width);
    System.arraycopy(residual, at, second, 0, width);
    add(row, bias, second);
    float mean = Lanes.sum(row, 0, width) / width;
    centre(row, mean, second);
    float variance = Lanes.sum(second, 0, width) / width;
    float scale = (float) (1 / Math.sqrt(variance + MiniLm.NORM_EPSILON));
    scale(row, scale, norm.gain(), norm.bias());
    System.arraycopy(row, 0, residual, at, width);
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
