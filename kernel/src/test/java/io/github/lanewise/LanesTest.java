package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.internal.scalar.ScalarMath;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.ContractSum;
import io.github.lanewise.testing.Sizes;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final float INF = Float.POSITIVE_INFINITY;
  private final SplittableRandom random = new SplittableRandom(3);

  private float[] normal(int length) {
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) (random.nextGaussian() * 4);
    }
    return x;
  }

  /** x in the middle of NaN: whoever reads one of them shows it. */
  private static float[] within(float[] x, int offset) {
    float[] padded = new float[offset + x.length + 17];
    Arrays.fill(padded, Float.NaN);
    System.arraycopy(x, 0, padded, offset, x.length);
    return padded;
  }

  private static void assertBits(float expected, float actual, String what) {
    assertEquals(
        Float.floatToIntBits(expected),
        Float.floatToIntBits(actual),
        () -> what + ": " + expected + ", but " + actual);
  }

  @Test
  void sumHasTheBitsOfTheContract() {
    for (int length : Sizes.sweep()) {
      for (int offset : Sizes.offsets()) {
        float[] x = normal(length);
        float actual = Lanes.sum(within(x, offset), offset, offset + length);
        assertBits(ContractSum.of(x), actual, "sum of " + length);
      }
    }
    for (int length = 0; length < 1100; length++) {
      float[] x = normal(length);
      assertBits(ContractSum.of(x), Lanes.sum(x, 0, length), "sum of " + length);
    }
    float[] x = normal(128_256);
    assertBits(ContractSum.of(x), Lanes.sum(x, 0, x.length), "sum of " + x.length);
  }

  @Test
  void sumOfNegativeZerosIsZero() {
    for (int length : Sizes.sweep()) {
      float[] x = new float[length];
      Arrays.fill(x, -0f);
      assertBits(0f, Lanes.sum(x, 0, length), "sum of " + length);
    }
  }

  @Test
  void maxIsThatOfMath() {
    for (int length : Sizes.sweep()) {
      for (int offset : Sizes.offsets()) {
        float[] x = normal(length);
        checkMax(x, offset);
        if (length > 0) {
          x[random.nextInt(length)] = INF;
          checkMax(x, offset);
          x[random.nextInt(length)] = Float.NaN;
          checkMax(x, offset);
          Arrays.fill(x, -0f);
          checkMax(x, offset);
          x[random.nextInt(length)] = 0f;
          checkMax(x, offset);
          Arrays.fill(x, -INF);
          checkMax(x, offset);
        }
      }
    }
  }

  private static void checkMax(float[] x, int offset) {
    float expected = -INF;
    for (float v : x) {
      expected = Math.max(expected, v);
    }
    // Outside of the range stands NaN, which would win.
    float actual = Lanes.max(within(x, offset), offset, offset + x.length);
    assertBits(expected, actual, "max of " + x.length);
  }

  @Test
  void expAndDivideOfEveryLengthInAndOutOfPlace() {
    for (int length : Sizes.sweep()) {
      for (int offset : Sizes.offsets()) {
        float[] x = normal(length);
        float[] exp = new float[length];
        float[] quotient = new float[length];
        for (int i = 0; i < length; i++) {
          exp[i] = ScalarMath.exp(x[i]);
          quotient[i] = x[i] / 3f;
        }
        checkMap(x, exp, offset, y -> map(y, offset, length, true));
        checkMap(x, quotient, offset, y -> map(y, offset, length, false));
        float[] y = new float[length + 5];
        Lanes.exp(within(x, offset), offset, y, 3, length);
        checkRun(exp, y, 3, 0f);
      }
    }
  }

  private static float[] map(float[] y, int offset, int length, boolean exp) {
    if (exp) {
      Lanes.exp(y, offset, y, offset, length);
    } else {
      Lanes.divide(y, offset, 3f, y, offset, length);
    }
    return y;
  }

  private static void checkMap(
      float[] x, float[] expected, int offset, UnaryOperator<float[]> map) {
    checkRun(expected, map.apply(within(x, offset)), offset, Float.NaN);
  }

  private static void checkRun(float[] expected, float[] y, int offset, float around) {
    for (int i = 0; i < y.length; i++) {
      boolean inside = i >= offset && i < offset + expected.length;
      assertBits(inside ? expected[i - offset] : around, y[i], "element " + (i - offset));
    }
  }

  @Test
  void expOfSpecialValues() {
    float[] x = new float[20];
    float[] special = {Float.NaN, INF, -INF, 0f, -0f, 88.8f, -104f, -103.9f};
    System.arraycopy(special, 0, x, 0, special.length);
    Lanes.exp(x, 0, x, 0, x.length);
    float[] expected = {Float.NaN, INF, 0f, 1f, 1f, INF, 0f, Float.MIN_VALUE, 1f};
    for (int i = 0; i < expected.length; i++) {
      assertBits(expected[i], x[i], "exp " + i);
    }
  }

  @Test
  void logSumExpNeitherOverflowsNorVanishes() {
    float[] large = new float[1000];
    Arrays.fill(large, 1000f);
    assertEquals(1000 + Math.log(1000), Lanes.logSumExp(large, 0, 1000), 1e-4);
    float[] small = new float[1000];
    Arrays.fill(small, -1000f);
    assertEquals(-1000 + Math.log(1000), Lanes.logSumExp(small, 0, 1000), 1e-4);
    for (int length : Sizes.sweep()) {
      float[] x = normal(length);
      double sum = 0;
      for (float v : x) {
        sum += Math.exp(v);
      }
      float actual = Lanes.logSumExp(within(x, 1), 1, 1 + length);
      assertEquals(Math.log(sum), actual, 1e-5, "length " + length);
    }
  }

  @Test
  void logSumExpOfSpecialValues() {
    assertBits(-INF, Lanes.logSumExp(new float[] {}, 0, 0), "empty");
    assertBits(-INF, Lanes.logSumExp(new float[] {-INF, -INF}, 0, 2), "nothing");
    assertBits(INF, Lanes.logSumExp(new float[] {1, INF, -INF}, 0, 3), "infinite");
    assertBits(Float.NaN, Lanes.logSumExp(new float[] {1, INF, Float.NaN}, 0, 3), "NaN");
  }

  @Test
  void wrongArgumentsAreRefusedWithBothNumbers() {
    float[] x = new float[10];
    float[] before = x.clone();
    refusesRange("[3, 11)", "10", () -> Lanes.max(x, 3, 11));
    refusesRange("[-1, 4)", "10", () -> Lanes.sum(x, -1, 4));
    refusesRange("[5, 4)", "10", () -> Lanes.logSumExp(x, 5, 4));
    refusesRange("4 elements from 7 of x", "10", () -> Lanes.exp(x, 7, new float[9], 0, 4));
    refusesRange("5 elements from 1 of y", "5", () -> Lanes.exp(x, 0, new float[5], 1, 5));
    refusesRange("-1", "0", () -> Lanes.divide(x, 0, 2f, x, 0, -1));
    refusesRange(
        "from " + Integer.MAX_VALUE, "10", () -> Lanes.divide(x, Integer.MAX_VALUE, 2f, x, 0, 2));
    IllegalArgumentException overlap =
        assertThrows(IllegalArgumentException.class, () -> Lanes.exp(x, 0, x, 3, 4));
    assertTrue(String.valueOf(overlap.getMessage()).contains("y from 3 overlaps x from 0"));
    Lanes.exp(x, 0, x, 3, 3);
    Arrays.fill(x, 0f);
    assertEquals(Arrays.toString(before), Arrays.toString(x));
  }

  @Test
  @SuppressWarnings("NullAway") // that is what is tested
  void nullIsRefused() {
    float[] x = new float[10];
    assertThrows(NullPointerException.class, () -> Lanes.max(null, 0, 0));
    assertThrows(NullPointerException.class, () -> Lanes.sum(null, 0, 0));
    assertThrows(NullPointerException.class, () -> Lanes.logSumExp(null, 0, 0));
    assertThrows(NullPointerException.class, () -> Lanes.exp(null, 0, x, 0, 0));
    assertThrows(NullPointerException.class, () -> Lanes.exp(x, 0, null, 0, 0));
    assertThrows(NullPointerException.class, () -> Lanes.divide(null, 0, 1, x, 0, 0));
    assertThrows(NullPointerException.class, () -> Lanes.divide(x, 0, 1, null, 0, 0));
  }

  private static void refusesRange(String one, String other, Runnable call) {
    String message =
        String.valueOf(assertThrows(IndexOutOfBoundsException.class, call::run).getMessage());
    assertTrue(message.contains(one) && message.contains(other), message);
  }

  @Test
  void nothingIsAllocated() {
    float[] x = normal(1000);
    float[] y = new float[1000];
    assertEquals(0, Allocated.bytesPerCall(() -> y[0] = Lanes.max(x, 1, 1000)));
    assertEquals(0, Allocated.bytesPerCall(() -> y[0] = Lanes.sum(x, 1, 1000)));
    assertEquals(0, Allocated.bytesPerCall(() -> y[0] = Lanes.logSumExp(x, 1, 1000)));
    assertEquals(0, Allocated.bytesPerCall(() -> Lanes.exp(x, 1, y, 0, 999)));
    assertEquals(0, Allocated.bytesPerCall(() -> Lanes.divide(x, 1, 3f, y, 0, 999)));
  }

  /** What is rare must not cost the rest its vectors: C2 compiles for what it has seen. */
  @Test
  void rareInputsAllocateNothingEither() {
    float[] x = normal(100_000);
    x[77_777] = -100f; // alone has a result that is no normal number
    float[] y = new float[x.length];
    assertEquals(0, Allocated.bytesPerCall(() -> Lanes.exp(x, 0, y, 0, x.length)));
    assertEquals(Math.exp(-100), y[77_777], Float.MIN_VALUE);
    x[77_777] = 1f;
    assertEquals(0, Allocated.bytesPerCall(() -> Lanes.exp(x, 0, y, 0, x.length)));
  }
}
