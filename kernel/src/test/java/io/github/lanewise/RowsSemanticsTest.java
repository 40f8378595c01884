package io.github.lanewise;

import io.github.lanewise.testing.Floats;
import org.junit.jupiter.api.Test;

/** What infinities, NaN, zeros and the ends of the range give, in lanes and in tails. */
class RowsSemanticsTest {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final float NAN = Float.NaN;
  private static final float LARGE = Float.MAX_VALUE;

  /** Each value in every place of a row that is longer than any vector, and no multiple of one. */
  private static float[] row(float[] values) {
    return Floats.repeated(values, 37);
  }

  private interface Function {
    void apply(FloatTensor x, FloatTensor y);
  }

  private static void check(String what, Function function, float[] x, float[] expected) {
    float[] actual = row(x);
    FloatTensor t = FloatTensor.of(actual, actual.length);
    function.apply(t, t);
    Floats.assertBits(row(expected), actual, what);
  }

  @Test
  void activationsHaveTheirLimits() {
    float[] x = {-INF, -LARGE, -200, -0f, 0f, 200, LARGE, INF, NAN};
    check("sigmoid", Rows::sigmoid, x, new float[] {0, 0, 0, 0.5f, 0.5f, 1, 1, 1, NAN});
    float[] linear = {-0f, -0f, -0f, -0f, 0f, 200, LARGE, INF, NAN};
    check("GELU", Rows::gelu, x, linear);
    check("GELU by tanh", Rows::geluTanh, x, linear);
    FloatTensor ones = Floats.filledTensor(1f, 37L * x.length);
    check("SiLU", (in, out) -> Rows.siluMultiply(in, ones, out), x, linear);
    FloatTensor infinite = Floats.filledTensor(INF, 37L * x.length);
    float[] product = {NAN, NAN, NAN, NAN, NAN, INF, INF, INF, NAN};
    check("SiLU times infinity", (in, out) -> Rows.siluMultiply(in, infinite, out), x, product);
  }

  /** Where other implementations give 0, or nothing but noise. */
  @Test
  void aSmallSigmoidUnderflowsGradually() {
    float[] x = {-16, -18, -88, -100, -103.9f, -104};
    float[] expected = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      expected[j] = (float) (Math.exp(x[j]) / (1 + Math.exp(x[j])));
    }
    float[] actual = x.clone();
    FloatTensor t = FloatTensor.of(actual, x.length);
    Rows.sigmoid(t, t);
    for (int j = 0; j < x.length; j++) {
      float tolerance = Math.max(2 * Math.ulp(expected[j]), Float.MIN_VALUE);
      if (!(Math.abs(actual[j] - expected[j]) <= tolerance)) {
        Floats.assertBits(expected[j], actual[j], "sigmoid(" + x[j] + ")");
      }
    }
  }

  @Test
  void normsOfSpecialRows() {
    norm("NaN", new float[] {1, NAN, 2}, 1e-5f, NAN, NAN, NAN);
    norm("infinity", new float[] {1, -INF, 2}, 1e-5f, 0, NAN, 0);
    norm("overflow", new float[] {1, 1e30f, -2}, 1e-5f, 0, 0, -0f);
    norm("zeros", new float[] {0, -0f, 0}, 1, 0, -0f, 0);
    norm("zeros without epsilon", new float[] {0, 0, 0}, 0, NAN, NAN, NAN);
  }

  private static void norm(String what, float[] x, float epsilon, float... expected) {
    FloatTensor t = FloatTensor.of(x.clone(), x.length);
    Rows.rmsNorm(t, Floats.filledTensor(1f, x.length), epsilon, t);
    Floats.assertBits(expected, t.toArray(), what);
  }

  /** A NaN or an infinity stays within its pair, and what is not rotated is copied. */
  @Test
  void rotationsKeepToTheirPairs() {
    double[] frequencies = {0, 0, 0, 0, 0};
    float[] head = {1, NAN, 3, 4, 5, 6, INF, 8, 9, 10, NAN, -0f};
    for (RotaryEmbedding.Pairs pairs : RotaryEmbedding.Pairs.values()) {
      RotaryEmbedding still = RotaryEmbedding.of(frequencies, 1, pairs);
      FloatTensor out = FloatTensor.allocate(1, 12);
      Rows.rotate(still, FloatTensor.of(head, 1, 12), new int[1], out);
      boolean halves = pairs == RotaryEmbedding.Pairs.HALVES;
      float[] expected = head.clone();
      expected[halves ? 6 : 0] = NAN;
      expected[halves ? 1 : 7] = NAN; // 0 · infinity
      Floats.assertBits(expected, out.toArray(), pairs.toString());
    }
  }
}
