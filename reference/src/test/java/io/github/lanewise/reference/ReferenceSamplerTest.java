package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Test;

class ReferenceSamplerTest {
  private static final int ALL = Integer.MAX_VALUE;

  /** Weights 1, 4, 2, 4, 1, 0 of 12. */
  private static final double[] LOGITS = {
    0, FastMath.log(4), FastMath.log(2), FastMath.log(4), 0, Double.NEGATIVE_INFINITY
  };

  @Test
  void withoutCutsItIsTheSoftmax() {
    assertDistribution(1, ALL, 1, 0, 1, 4, 2, 4, 1, 0);
    assertDistribution(0.5, ALL, 1, 0, 1, 16, 4, 16, 1, 0);
    assertDistribution(0, ALL, 1, 0, 0, 1, 0, 0, 0, 0);
    assertDistribution(Double.POSITIVE_INFINITY, ALL, 1, 0, 1, 1, 1, 1, 1, 0);
  }

  @Test
  void topKTakesTheLowerOfEqualLogits() {
    assertDistribution(1, 1, 1, 0, 0, 1, 0, 0, 0, 0);
    assertDistribution(1, 3, 1, 0, 0, 4, 2, 4, 0, 0);
    assertDistribution(1, 4, 1, 0, 1, 4, 2, 4, 0, 0);
    assertDistribution(1, 6, 1, 0, 1, 4, 2, 4, 1, 0);
  }

  @Test
  void topPTakesTheTokenThatReachesTheShare() {
    assertDistribution(1, ALL, 0, 0, 0, 1, 0, 0, 0, 0);
    assertDistribution(1, ALL, 0.34, 0, 0, 4, 0, 4, 0, 0);
    assertDistribution(1, ALL, 0.8, 0, 0, 4, 2, 4, 0, 0);
    assertDistribution(1, ALL, 0.9, 0, 1, 4, 2, 4, 0, 0);
    // of the weight that top-k has left: 8 of 10 are the share 0.8
    assertDistribution(1, 3, 0.79, 0, 0, 4, 0, 4, 0, 0);
    assertDistribution(1, 3, 0.81, 0, 0, 4, 2, 4, 0, 0);
  }

  @Test
  void minPIsAShareOfTheLargestWeight() {
    assertDistribution(1, ALL, 1, 0.26, 0, 4, 2, 4, 0, 0);
    assertDistribution(1, ALL, 1, 0.49, 0, 4, 2, 4, 0, 0);
    assertDistribution(1, ALL, 1, 1, 0, 4, 0, 4, 0, 0);
    assertDistribution(0.5, ALL, 1, 0.26, 0, 4, 0, 4, 0, 0);
  }

  @Test
  void theTemperatureMayComeAfterTheCuts() {
    // Top-p 0.8 keeps weights 4, 2, 4 of 12 at T = 1; their squares decide at T = 1/2.
    double[] last = ReferenceSampler.distribution(LOGITS, 0.5, ALL, 0.8, 0, true);
    double[] squares = {0, 16, 4, 16, 0, 0};
    assertArrayEquals(Primitives.divide(squares, 36), last, 1e-15);
    double[] atLeast = ReferenceSampler.distribution(LOGITS, 2, ALL, 1, 0.6, true);
    assertArrayEquals(new double[] {0, 0.5, 0, 0.5, 0, 0}, atLeast, 1e-15);
  }

  @Test
  void logProbabilitiesAreThoseBeforeTheCuts() {
    double[] actual = ReferenceSampler.logProbabilities(LOGITS, 1);
    assertEquals(FastMath.log(4 / 12.0), actual[1], 1e-15);
    assertEquals(Double.NEGATIVE_INFINITY, actual[5]);
    assertArrayEquals(new int[] {1, 3, 2, 0}, ReferenceSampler.likeliest(LOGITS, 4));
    assertArrayEquals(new int[] {1, 3, 2, 0, 4}, ReferenceSampler.likeliest(LOGITS, 9));
  }

  @Test
  void aTokenIsFoundByItsShareOfTheUnitInterval() {
    double[] probabilities = {0, 0.25, 0, 0.75, 0};
    assertEquals(1, ReferenceSampler.token(probabilities, 0));
    assertEquals(1, ReferenceSampler.token(probabilities, 0.2499));
    assertEquals(3, ReferenceSampler.token(probabilities, 0.25));
    assertEquals(3, ReferenceSampler.token(probabilities, Math.nextDown(1.0)));
    assertEquals(1, ReferenceSampler.token(new double[] {0, 0.9, 0}, 0.95));
  }

  private static void assertDistribution(
      double temperature, int topK, double topP, double minP, double... weights) {
    double[] expected = Primitives.divide(weights, Primitives.sum(weights));
    double[] actual = ReferenceSampler.distribution(LOGITS, temperature, topK, topP, minP);
    assertArrayEquals(expected, actual, 1e-15);
  }
}
