package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

class RowOperationsTest {
  /** As the Javadoc of RowOperations states it. */
  private static final double LIMIT = 5e-8;

  private static final int STEPS = 200_001;

  @Test
  void errorOfGeluAgainstCommonsMath() {
    double largest = 0;
    float worst = 0;
    float[] x = new float[STEPS];
    for (int i = 0; i < STEPS; i++) {
      x[i] = (i - STEPS / 2) * 1e-4f;
    }
    float[] y = gelu(x);
    for (int i = 0; i < STEPS; i++) {
      double exact = x[i] * 0.5 * Erf.erfc(-x[i] / Math.sqrt(2));
      double error = Math.abs(y[i] - exact) - Math.ulp((float) exact) / 2;
      if (error > largest) {
        largest = error;
        worst = x[i];
      }
    }
    System.out.printf(
        "gelu on [-10, 10]: largest absolute error beyond half an ULP %.2e at %s%n",
        largest, worst);
    assertTrue(largest <= LIMIT, "error " + largest + " at " + worst);
  }

  @Test
  void specialValuesOfGelu() {
    float[] y = gelu(0, -0f, 100, -100, Float.NaN, Float.POSITIVE_INFINITY);
    assertEquals(0, y[0]);
    assertEquals(0, Math.abs(y[1]));
    assertEquals(100, y[2]);
    assertEquals(0, y[3], 6e-9);
    assertTrue(Float.isNaN(y[4]));
    assertEquals(Float.POSITIVE_INFINITY, y[5]);
  }

  @Test
  void biasIsAddedFirstAndOtherRowsAreLeftAlone() {
    float[] x = {7, 7, 1, 2, 7, 7};
    new RowOperations(2).gelu(x, 2, new float[] {1, -2});
    assertEquals(1.9545, x[2], 1e-4);
    assertEquals(0, x[3], 1e-9);
    for (int i : new int[] {0, 1, 4, 5}) {
      assertEquals(7, x[i]);
    }
  }

  @Test
  void biasAloneIsAddedToOneRow() {
    float[] x = {7, 7, 1, 2, 7, 7};
    new RowOperations(2).addBias(x, 2, new float[] {1, -2});
    assertArrayEquals(new float[] {7, 7, 2, 0, 7, 7}, x);
  }

  private static float[] gelu(float... x) {
    float[] y = x.clone();
    new RowOperations(x.length).gelu(y, 0, new float[x.length]);
    return y;
  }
}
