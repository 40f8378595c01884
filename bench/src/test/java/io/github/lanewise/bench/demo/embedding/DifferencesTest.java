package io.github.lanewise.bench.demo.embedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DifferencesTest {
  @Test
  void maxAbsoluteDifference() {
    float[] a = {1, 2, 3};
    assertEquals(0.5, Differences.maxAbsoluteDifference(a, new float[] {1, 2.5f, 3.25f}));
    assertEquals(0, Differences.maxAbsoluteDifference(a, a));
    assertTrue(Double.isNaN(Differences.maxAbsoluteDifference(a, new float[] {1, Float.NaN, 3})));
    assertThrows(
        IllegalArgumentException.class,
        () -> Differences.maxAbsoluteDifference(a, new float[] {1}));
  }

  @Test
  void rankingIsBestFirstAndStable() {
    assertArrayEquals(new int[] {2, 0, 3, 1}, Differences.ranking(0.5, 0.1, 0.9, 0.5));
    assertArrayEquals(new int[] {}, Differences.ranking());
  }

  @Test
  void smallestGap() {
    assertEquals(0.25, Differences.smallestGap(1, 0.25, 0.5));
    assertEquals(Double.POSITIVE_INFINITY, Differences.smallestGap(1));
  }

  @Test
  void relativeErrorIsRelativeToTheLargestOfTheHead() {
    double[] oracle = {0.001, -2, 1};
    double[] ours = {0.003, -2, 1.001};
    assertEquals(0.001, OracleAgreement.relativeError(ours, oracle, 0, 3), 1e-12);
    assertEquals(2, OracleAgreement.relativeError(ours, oracle, 0, 1), 1e-12);
    assertEquals(0, OracleAgreement.relativeError(oracle, oracle, 0, 3));
    double[] broken = {Double.NaN, -2, 1};
    assertTrue(Double.isNaN(OracleAgreement.relativeError(broken, oracle, 0, 3)));
  }
}
