package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.attention.Attention;
import org.junit.jupiter.api.Test;

/** True values where articles print wrong ones, through softmax and attention. */
class TrueValuesTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void fiveScores() {
    assertWeights(1, scores(2.8f, 0.8f, 0.3f, 0.2f, -0.5f), 0.7527, 0.1019, 0.0618, 0.0559, 0.0278);
  }

  @Test
  void fourScores() {
    assertWeights(1, scores(2.8f, 1.2f, 0.5f, 3.1f), 0.3771, 0.0761, 0.0378, 0.5090);
  }

  @Test
  void twoScoresAndTwoMasked() {
    assertWeights(1, scores(2.8f, 1.2f, -INFINITY, -INFINITY), 0.8320, 0.1680, 0, 0);
    FloatTensor y = FloatTensor.allocate(4);
    FloatTensor x = FloatTensor.of(scores(2.8f, 1.2f, 9, 9), 4);
    Softmax.standard().apply(x, Mask.prefix(2), y);
    assertArrayEquals(new float[] {0.8320f, 0.1680f, 0, 0}, y.toArray(), 0.5e-4f);
    assertEquals(0, y.get(2));
  }

  @Test
  void threeDistantScores() {
    assertWeights(1, scores(8, 5, 2), 0.9503, 0.0473, 0.0024);
  }

  @Test
  void temperatures() {
    assertWeights(0.5f, scores(3, 2, 1), 0.8668, 0.1173, 0.0159);
    assertWeights(2, scores(3, 2, 1), 0.5065, 0.3072, 0.1863);
  }

  @Test
  void threeLargeScores() {
    float[] y = scores(45, 40, 35);
    Softmax.standard().apply(y, 0, 3);
    assertArrayEquals(new float[] {0.99326f, 0.00669f, 0.00005f}, y, 0.5e-5f);
  }

  /** As softmax of a row, and as the weights of one query whose keys are the scores. */
  private static void assertWeights(float temperature, float[] scores, double... expected) {
    int n = scores.length;
    float[] y = scores.clone();
    Softmax.builder().temperature(temperature).build().apply(y, 0, n);
    assertRow(expected, y);
    FloatTensor weights = FloatTensor.allocate(1, 1, 1, n);
    FloatTensor query = FloatTensor.of(new float[] {1}, 1, 1, 1, 1);
    Attention.builder()
        .scale(1)
        .temperature(temperature)
        .build()
        .weights(query, FloatTensor.of(scores, 1, 1, n, 1), weights, Workers.caller());
    assertRow(expected, weights.toArray());
  }

  private static void assertRow(double[] expected, float... actual) {
    double sum = 0;
    for (int j = 0; j < expected.length; j++) {
      assertEquals(expected[j], actual[j], 0.5e-4);
      sum += actual[j];
    }
    assertEquals(1, sum, 1e-6);
  }

  private static float[] scores(float... scores) {
    return scores;
  }
}
