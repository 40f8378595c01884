package io.github.lanewise.bench.contender;

import java.util.Arrays;

/**
 * Softmax in three passes over a row: maximum, exponentials with their sum, and scaling.
 *
 * <p>The sum is a double: an addition hides behind the exponential, and a float that has grown
 * loses the small terms of a long row.
 */
final class PlainSoftmax {
  private PlainSoftmax() {}

  static void plain(float[] x, int columns, float[] y) {
    for (int from = 0; from < x.length; from += columns) {
      row(x, from, from + columns, y);
    }
  }

  static void causal(float[] x, int columns, float[] y) {
    int rows = x.length / columns;
    for (int i = 0; i < rows; i++) {
      prefix(x, i * columns, Math.min(columns, Math.max(0, i + 1 + columns - rows)), columns, y);
    }
  }

  static void lengths(float[] x, int columns, int[] lengths, float[] y) {
    for (int i = 0; i < lengths.length; i++) {
      prefix(x, i * columns, lengths[i], columns, y);
    }
  }

  private static void prefix(float[] x, int from, int length, int columns, float[] y) {
    row(x, from, from + length, y);
    Arrays.fill(y, from + length, from + columns, 0f);
  }

  /** The softmax of x[from, to), which may be done in place. */
  static void row(float[] x, int from, int to, float[] y) {
    float max = PlainLoopContender.max(x, from, to);
    double sum = 0;
    for (int i = from; i < to; i++) {
      float weight = (float) Math.exp(x[i] - max);
      y[i] = weight;
      sum += weight;
    }
    scale(y, from, to, (float) (1 / sum));
  }

  private static void scale(float[] y, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      y[i] *= factor;
    }
  }

  static void allowed(float[] x, int columns, boolean[] allowed, float[] y) {
    for (int from = 0; from < x.length; from += columns) {
      int to = from + columns;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = from; i < to; i++) {
        if (allowed[i]) {
          max = Math.max(max, x[i]);
        }
      }
      double sum = 0;
      for (int i = from; i < to; i++) {
        float weight = allowed[i] ? (float) Math.exp(x[i] - max) : 0f;
        y[i] = weight;
        sum += weight;
      }
      scale(y, from, to, (float) (1 / sum));
    }
  }

  static void bits(float[] x, int columns, long[] bits, float[] y) {
    int longs = (columns + Long.SIZE - 1) / Long.SIZE;
    for (int row = 0; row < x.length / columns; row++) {
      int from = row * columns;
      float max = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < columns; j++) {
        if ((bits[row * longs + (j >> 6)] >>> j & 1) != 0) {
          max = Math.max(max, x[from + j]);
        }
      }
      double sum = 0;
      for (int j = 0; j < columns; j++) {
        boolean visible = (bits[row * longs + (j >> 6)] >>> j & 1) != 0;
        float weight = visible ? (float) Math.exp(x[from + j] - max) : 0f;
        y[from + j] = weight;
        sum += weight;
      }
      scale(y, from, from + columns, (float) (1 / sum));
    }
  }

  static void logarithmic(float[] x, int columns, float[] y) {
    for (int from = 0; from < x.length; from += columns) {
      int to = from + columns;
      float max = PlainLoopContender.max(x, from, to);
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += (float) Math.exp(x[i] - max);
      }
      float shift = max + (float) Math.log(sum);
      for (int i = from; i < to; i++) {
        y[i] = x[i] - shift;
      }
    }
  }

  static void backward(float[] y, float[] dy, int columns, float[] dx) {
    for (int from = 0; from < y.length; from += columns) {
      int to = from + columns;
      float dot = PlainProduct.dot(y, dy, from, to);
      for (int i = from; i < to; i++) {
        dx[i] = y[i] * (dy[i] - dot);
      }
    }
  }
}
