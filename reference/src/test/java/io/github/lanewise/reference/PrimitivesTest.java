package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Test;

class PrimitivesTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @Test
  void maxTakesNaNOverEverythingAndMinusInfinityForNothing() {
    assertEquals(3, Primitives.max(1, 3, -2));
    assertEquals(-INFINITY, Primitives.max());
    assertTrue(Double.isNaN(Primitives.max(1, Double.NaN, INFINITY)));
    assertEquals(0.0, Primitives.max(-0.0, 0.0)); // Double.equals: +0
    double[] x = {-5, -1.5, -8};
    assertEquals(StatUtils.max(x), Primitives.max(x));
  }

  @Test
  void sumLosesNothingToCancellation() {
    assertEquals(0, Primitives.sum());
    assertEquals(7, Primitives.sum(7));
    assertEquals(2, Primitives.sum(1, 1e17, 1, -1e17));
    assertEquals(StatUtils.sum(new double[] {1, 2, 4}), Primitives.sum(1, 2, 4));
    assertTrue(Double.isNaN(Primitives.sum(1, Double.NaN)));
    assertEquals(-INFINITY, Primitives.sum(1, -INFINITY));
  }

  @Test
  void expAndDivideGoElementByElement() {
    assertArrayEquals(
        new double[] {1, Math.E, 0, INFINITY}, Primitives.exp(0, 1, -INFINITY, INFINITY), 1e-15);
    assertArrayEquals(
        new double[] {0.5, -1, INFINITY}, Primitives.divide(new double[] {1, -2, INFINITY}, 2));
  }

  @Test
  void logSumExpIsMaxPlusLogOfTheShiftedSum() {
    assertEquals(FastMath.log(6), Primitives.logSumExp(0, FastMath.log(2), FastMath.log(3)), 1e-15);
    assertEquals(1000 + FastMath.log(2), Primitives.logSumExp(1000, 1000), 1e-12);
    assertEquals(-INFINITY, Primitives.logSumExp());
    assertEquals(-INFINITY, Primitives.logSumExp(-INFINITY, -INFINITY));
    assertEquals(INFINITY, Primitives.logSumExp(1, INFINITY));
    assertTrue(Double.isNaN(Primitives.logSumExp(1, Double.NaN, INFINITY)));
  }

  @Test
  void dotTakesRangesAndIsCompensated() {
    double[] a = {9, 1, 1e17, -1e17};
    double[] b = {1, 1, 1};
    assertEquals(1, Primitives.dot(a, 1, b, 0, 3));
    assertEquals(0, Primitives.dot(a, 0, b, 0, 0));
    assertEquals(9, Primitives.dot(a, 0, b, 2, 1));
  }
}
