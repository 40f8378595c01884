package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.internal.scalar.ScalarMath;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.ContractSum;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Sizes;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  /** Of a range within its array: aligned to vectors, and not. */
  private static final int[] OFFSETS = {0, 1, Sizes.lanes() / 2, 37};

  private final SplittableRandom random = new SplittableRandom(3);

  private float[] normal(int length) {
    float[] x = Floats.normal(random, length);
    for (int i = 0; i < length; i++) {
      x[i] *= 4;
    }
    return x;
  }

  /** x in the middle of NaN: whoever reads one of them shows it. */
  private static float[] within(float[] x, int offset) {
    return within(x, offset, Float.NaN);
  }

  private static float[] within(float[] x, int offset, float around) {
    float[] padded = Floats.filled(offset + x.length + 17, around);
    System.arraycopy(x, 0, padded, offset, x.length);
    return padded;
  }

  @Test
  void sumHasTheBitsOfTheContract() {
    for (int length : Sizes.sweep()) {
      for (int offset : OFFSETS) {
        float[] x = normal(length);
        float actual = Lanes.sum(within(x, offset), offset, offset + length);
        Floats.assertBits(ContractSum.of(x), actual, "sum of " + length);
      }
    }
    for (int length = 0; length < 1100; length++) {
      float[] x = normal(length);
      Floats.assertBits(ContractSum.of(x), Lanes.sum(x, 0, length), "sum of " + length);
    }
    float[] x = normal(128_256);
    Floats.assertBits(ContractSum.of(x), Lanes.sum(x, 0, x.length), "sum of " + x.length);
  }

  @Test
  void sumOfNegativeZerosIsZero() {
    for (int length : Sizes.sweep()) {
      float[] x = Floats.filled(length, -0f);
      Floats.assertBits(0f, Lanes.sum(x, 0, length), "sum of " + length);
    }
  }

  @Test
  void maxIsThatOfMath() {
    for (int length : Sizes.sweep()) {
      for (int offset : OFFSETS) {
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
    Floats.assertBits(expected, actual, "max of " + x.length);
  }

  /** In and out of place, they keep to their range. */
  @Test
  void expAndDivideOfEveryLengthInAndOutOfPlace() {
    for (int length : Sizes.sweep()) {
      for (int offset : OFFSETS) {
        float[] x = normal(length);
        float[] exp = new float[length];
        float[] quotient = new float[length];
        for (int i = 0; i < length; i++) {
          exp[i] = ScalarMath.exp(x[i]);
          quotient[i] = x[i] / 3f;
        }
        String what = length + " at " + offset;
        float[] in = within(x, offset);
        float[] y = Floats.filled(3 + length + 17, 7f);
        Lanes.exp(in, offset, y, 3, length);
        Floats.assertBits(within(exp, 3, 7f), y, "exp of " + what);
        Lanes.divide(in, offset, 3f, y, 3, length);
        Floats.assertBits(within(quotient, 3, 7f), y, "quotient of " + what);
        Floats.assertBits(within(x, offset), in, "input of " + what);
        Lanes.exp(in, offset, in, offset, length);
        Floats.assertBits(within(exp, offset), in, "exp in place of " + what);
        float[] divided = within(x, offset);
        Lanes.divide(divided, offset, 3f, divided, offset, length);
        Floats.assertBits(within(quotient, offset), divided, "quotient in place of " + what);
      }
    }
  }

  @Test
  void expOfSpecialValues() {
    float[] x = new float[20];
    float[] special = {Float.NaN, INF, -INF, 0f, -0f, 88.8f, -104f, -103.9f};
    System.arraycopy(special, 0, x, 0, special.length);
    Lanes.exp(x, 0, x, 0, x.length);
    float[] expected = {Float.NaN, INF, 0f, 1f, 1f, INF, 0f, Float.MIN_VALUE, 1f};
    Floats.assertBits(expected, Arrays.copyOf(x, expected.length), "exp");
  }

  @Test
  void logSumExpNeitherOverflowsNorVanishes() {
    float[] large = Floats.filled(1000, 1000f);
    assertEquals(1000 + Math.log(1000), Lanes.logSumExp(large, 0, 1000), 1e-4);
    float[] small = Floats.filled(1000, -1000f);
    assertEquals(-1000 + Math.log(1000), Lanes.logSumExp(small, 0, 1000), 1e-4);
    for (int length : Sizes.sweep()) {
      float[] x = normal(length);
      double sum = 0;
      for (float v : x) {
        sum += Math.exp(v);
      }
      float actual = Lanes.logSumExp(x, 0, length);
      for (int offset : OFFSETS) {
        float within = Lanes.logSumExp(within(x, offset), offset, offset + length);
        Floats.assertBits(actual, within, length + " at " + offset);
      }
      assertEquals(Math.log(sum), actual, 1e-5, "length " + length);
    }
  }

  @Test
  void logSumExpOfSpecialValues() {
    Floats.assertBits(-INF, Lanes.logSumExp(new float[] {}, 0, 0), "empty");
    Floats.assertBits(-INF, Lanes.logSumExp(new float[] {-INF, -INF}, 0, 2), "nothing");
    Floats.assertBits(INF, Lanes.logSumExp(new float[] {1, INF, -INF}, 0, 3), "infinite");
    Floats.assertBits(Float.NaN, Lanes.logSumExp(new float[] {1, INF, Float.NaN}, 0, 3), "NaN");
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
