package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender.Run;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;

/** The rows of a layer as a good programmer writes them, with the functions of {@link Math}. */
final class PlainRows {
  private PlainRows() {}

  static Run prepare(Question question, QuestionData data, float[] out) {
    float[] x = data.a();
    int columns = question.columns();
    return switch (question.operation()) {
      case SIGMOID -> new BufferRun(out, () -> sigmoid(x, out));
      case GELU ->
          question.variant() == Variant.TANH
              ? new BufferRun(out, () -> geluTanh(x, out))
              : new BufferRun(out, () -> gelu(x, out));
      case NORM -> new BufferRun(out, () -> norm(x, data.b(), columns, out));
      case SILU -> new BufferRun(out, () -> silu(x, data.b(), out));
      default -> {
        float[] angles = angles(question.rows(), columns);
        int heads = question.heads();
        yield question.variant() == Variant.INTERLEAVED
            ? new BufferRun(out, () -> rotateNeighbours(x, angles, heads, columns, out))
            : new BufferRun(out, () -> rotateHalves(x, angles, heads, columns, out));
      }
    };
  }

  private static void sigmoid(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = 1f / (1f + (float) Math.exp(-x[i]));
    }
  }

  private static void silu(float[] x, float[] up, float[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] / (1f + (float) Math.exp(-x[i])) * up[i];
    }
  }

  private static void geluTanh(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      float t = 0.7978846f * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
      y[i] = 0.5f * x[i] * (1f + (float) Math.tanh(t));
    }
  }

  /**
   * By formula 7.1.26 of M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, in double:
   * Java has no erf.
   */
  private static void gelu(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      double a = Math.abs(x[i]) * 0.7071067811865476;
      double t = 1 / (1 + 0.3275911 * a);
      double polynomial =
          ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t
                  + 0.254829592)
              * t;
      double erf = Math.copySign(1 - polynomial * Math.exp(-a * a), x[i]);
      y[i] = (float) (0.5 * x[i] * (1 + erf));
    }
  }

  private static void norm(float[] x, float[] weight, int columns, float[] y) {
    for (int from = 0; from < x.length; from += columns) {
      float squares = 0;
      for (int j = 0; j < columns; j++) {
        squares += x[from + j] * x[from + j];
      }
      float factor = (float) (1 / Math.sqrt(squares / columns + QuestionData.EPSILON));
      for (int j = 0; j < columns; j++) {
        y[from + j] = x[from + j] * factor * weight[j];
      }
    }
  }

  /** For each token the cosines, then the sines, of half a head. */
  private static float[] angles(int tokens, int dim) {
    float[] angles = new float[tokens * dim];
    for (int token = 0; token < tokens; token++) {
      for (int i = 0; i < dim / 2; i++) {
        double angle = token * Math.pow(QuestionData.ROPE_BASE, -2.0 * i / dim);
        angles[token * dim + i] = (float) Math.cos(angle);
        angles[token * dim + dim / 2 + i] = (float) Math.sin(angle);
      }
    }
    return angles;
  }

  private static void rotateHalves(float[] x, float[] angles, int heads, int dim, float[] y) {
    int half = dim / 2;
    for (int head = 0; head < x.length / dim; head++) {
      int at = head * dim;
      int cos = head / heads * dim;
      for (int i = 0; i < half; i++) {
        float a = x[at + i];
        float b = x[at + half + i];
        y[at + i] = a * angles[cos + i] - b * angles[cos + half + i];
        y[at + half + i] = b * angles[cos + i] + a * angles[cos + half + i];
      }
    }
  }

  private static void rotateNeighbours(float[] x, float[] angles, int heads, int dim, float[] y) {
    int half = dim / 2;
    for (int head = 0; head < x.length / dim; head++) {
      int at = head * dim;
      int cos = head / heads * dim;
      for (int i = 0; i < half; i++) {
        float a = x[at + 2 * i];
        float b = x[at + 2 * i + 1];
        y[at + 2 * i] = a * angles[cos + i] - b * angles[cos + half + i];
        y[at + 2 * i + 1] = b * angles[cos + i] + a * angles[cos + half + i];
      }
    }
  }
}
