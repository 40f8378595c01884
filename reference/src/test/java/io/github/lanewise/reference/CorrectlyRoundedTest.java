package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CorrectlyRoundedTest {
  @Test
  void knownPoints() {
    assertEquals(1f, CorrectlyRounded.exp(0f));
    assertEquals(1f, CorrectlyRounded.exp(-0f));
    assertEquals((float) Math.E, CorrectlyRounded.exp(1f));
    assertEquals(0f, CorrectlyRounded.exp(Float.NEGATIVE_INFINITY));
    assertEquals(Float.POSITIVE_INFINITY, CorrectlyRounded.exp(Float.POSITIVE_INFINITY));
    assertTrue(Float.isNaN(CorrectlyRounded.exp(Float.NaN)));
    // ln(2^128 - 2^103), the last argument that does not overflow, and its successor
    assertTrue(Float.isFinite(CorrectlyRounded.exp(0x1.62e42ep6f)));
    assertEquals(Float.POSITIVE_INFINITY, CorrectlyRounded.exp(0x1.62e430p6f));
    // ln(2^-150): everything above rounds to the smallest subnormal
    assertEquals(Float.MIN_VALUE, CorrectlyRounded.exp(-0x1.9fe368p6f));
    assertEquals(0f, CorrectlyRounded.exp(-0x1.9fe36ap6f));
  }

  /**
   * The double result is trusted only where it is clear; where it is not, the decimal result must
   * agree with a power series summed here in BigDecimal.
   */
  @Test
  void hardCasesAgreeWithAPowerSeries() {
    SplittableRandom random = new SplittableRandom(0x5eed);
    int hard = 0;
    for (int i = 0; i < 20_000_000 && hard < 5; i++) {
      float x = Float.intBitsToFloat(random.nextInt());
      if (Math.abs(x) < 88 && Math.abs(x) > 1e-4 && nearBoundary(StrictMath.exp(x))) {
        hard++;
        assertEquals(powerSeries(x), CorrectlyRounded.decimalExp(x), "exp(" + x + ")");
        assertEquals(powerSeries(x), CorrectlyRounded.exp(x), "exp(" + x + ")");
      }
    }
    assertEquals(5, hard);
  }

  /** Within 2⁻¹⁶ ulp of the boundary: hard enough to try, and frequent enough to find. */
  private static boolean nearBoundary(double y) {
    double inUlps = y / Math.ulp((float) y);
    return Math.abs(inUlps - Math.floor(inUlps) - 0.5) < 0x1p-16;
  }

  @Test
  void aCaseIsHardOnlyNextToABoundary() {
    double boundary = 1 + 0x1p-24; // midway between the floats 1 and 1 + 2^-23
    assertTrue(CorrectlyRounded.isHard(boundary));
    assertTrue(CorrectlyRounded.isHard(boundary * (1 + 0x1p-52)));
    assertFalse(CorrectlyRounded.isHard(boundary * (1 + 0x1p-48)));
    assertFalse(CorrectlyRounded.isHard(1));
    assertFalse(CorrectlyRounded.isHard(Double.NaN));
  }

  @Test
  void errorIsCountedInUlpsOfTheCorrectResult() {
    float x = 3.25f;
    float correct = CorrectlyRounded.exp(x);
    assertTrue(CorrectlyRounded.expErrorInUlps(x, correct) <= 0.5);
    assertEquals(
        1, CorrectlyRounded.expErrorInUlps(x, Math.nextUp(correct)), 0.5); // 0.5 to 1.5 ulp
    assertTrue(CorrectlyRounded.expErrorInUlps(x, Math.nextUp(Math.nextUp(correct))) > 1.5);
    assertEquals(0, CorrectlyRounded.expErrorInUlps(Float.NaN, Float.NaN));
    assertEquals(0, CorrectlyRounded.expErrorInUlps(100, Float.POSITIVE_INFINITY));
    assertEquals(Double.POSITIVE_INFINITY, CorrectlyRounded.expErrorInUlps(1, Float.NaN));
    assertEquals(Double.POSITIVE_INFINITY, CorrectlyRounded.expErrorInUlps(100, 3e38f));
  }

  private static float powerSeries(float x) {
    MathContext digits = new MathContext(60);
    // exp(x) = exp(x/1024)^1024
    BigDecimal reduced = new BigDecimal(x).divide(new BigDecimal(1024), digits);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = BigDecimal.ONE;
    for (int n = 1; n < 60; n++) {
      term = term.multiply(reduced, digits).divide(new BigDecimal(n), digits);
      sum = sum.add(term, digits);
    }
    for (int n = 0; n < 10; n++) {
      sum = sum.multiply(sum, digits);
    }
    return sum.floatValue();
  }
}
