package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.util.MathArrays;
import org.junit.jupiter.api.Test;

class OracleAgreementTest {
  @Test
  void theLargestDifferenceOfEmbeddingsLosesNoNaN() {
    double[] a = {1, 2, 3};
    assertEquals(0.5, MathArrays.distanceInf(a, new double[] {1, 2.5, 3.25}));
    assertEquals(0, MathArrays.distanceInf(a, a));
    assertTrue(Double.isNaN(MathArrays.distanceInf(a, new double[] {1, Double.NaN, 3})));
    assertThrows(IllegalArgumentException.class, () -> MathArrays.distanceInf(a, new double[] {1}));
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
