package io.github.lanewise.internal.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScalarFmaTest {
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    0x1.fffffcp-127f,
    0x1p-75f,
    -0x1p-74f,
    0x1.000002p0f,
    0x1.fffffep-1f,
    0x1p24f,
    0x1.000002p-25f,
    0x1p100f,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  @Test
  void emulationOfRandomBitPatterns() {
    SplittableRandom random = new SplittableRandom(2);
    for (int n = 0; n < 10_000_000; n++) {
      long bits = random.nextLong();
      float a = Float.intBitsToFloat((int) bits);
      float b = Float.intBitsToFloat((int) (bits >>> 32));
      check(a, b, addend(random, a, b));
    }
  }

  /** Mostly near -a·b, where rounding is hard; else any bit pattern. */
  private static float addend(SplittableRandom random, float a, float b) {
    int kind = random.nextInt(4);
    if (kind == 0) {
      return Float.intBitsToFloat(random.nextInt());
    }
    float product = a * b;
    int distance = kind == 1 ? 30 << 23 : kind == 2 ? 1 << 23 : 16;
    return -Float.intBitsToFloat(
        Float.floatToRawIntBits(product) + random.nextInt(-distance, distance + 1));
  }

  @Test
  void emulationOfSpecialValues() {
    for (float a : SPECIAL) {
      for (float b : SPECIAL) {
        for (float c : SPECIAL) {
          check(a, b, c);
        }
      }
    }
  }

  private static void check(float a, float b, float c) {
    int expected = Float.floatToIntBits(Math.fma(a, b, c));
    int actual = Float.floatToIntBits(ScalarMath.emulate(a, b, c));
    if (expected != actual) {
      assertEquals(
          Float.toHexString(Math.fma(a, b, c)),
          Float.toHexString(ScalarMath.emulate(a, b, c)),
          () ->
              "fma("
                  + Float.toHexString(a)
                  + ", "
                  + Float.toHexString(b)
                  + ", "
                  + Float.toHexString(c)
                  + ")");
    }
  }
}
