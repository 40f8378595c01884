package io.github.lanewise.internal.cache;

/**
 * Numbers in fewer bits. Finite floats in, finite floats out; rounding is to nearest, ties to even.
 */
final class Narrow {

  /** Largest float that rounds to a finite bfloat16: half a unit below 2¹²⁸, ties excluded. */
  static final float BFLOAT16_LIMIT = Math.nextDown(0x1.FFp127f);

  /** Largest float that rounds to a finite float16, whose largest number is 65504. */
  static final float FLOAT16_LIMIT = Math.nextDown(65520f);

  /** Largest magnitude of an int8; -128 is not used, so that the range is symmetric. */
  static final int INT8_MOST = 127;

  private Narrow() {}

  /** The upper half of the float, rounded to nearest even; x is at most the limit. */
  static short bfloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  static float fromBfloat16(short x) {
    return Float.intBitsToFloat(x << 16);
  }

  /** Scale of a row for {@link #int8}: max|x| / 127. */
  static float int8Scale(float[] x, int from, int length) {
    float most = 0f;
    for (int i = from; i < from + length; i++) {
      most = Math.max(most, Math.abs(x[i]));
    }
    return most / INT8_MOST;
  }

  /** x / scale, rounded; a scale of 0 stands for a row of (almost) zeros. */
  static byte int8(float x, float scale) {
    if (scale == 0f) {
      return 0;
    }
    double quotient = Math.rint(x / scale);
    return (byte) Math.max(-INT8_MOST, Math.min(INT8_MOST, quotient));
  }
}
