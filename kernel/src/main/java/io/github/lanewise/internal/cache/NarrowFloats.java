package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.tensor.StridedFloats;

/**
 * Numbers in fewer bits than a float's. Finite floats in, finite floats out; rounding is to
 * nearest, ties to even.
 */
public final class NarrowFloats {

  /** Largest float that rounds to a finite bfloat16: half a unit below 2¹²⁸, ties excluded. */
  public static final float BFLOAT16_LIMIT = Math.nextDown(0x1.FFp127f);

  /** Largest float that rounds to a finite float16, whose largest number is 65504. */
  public static final float FLOAT16_LIMIT = Math.nextDown(65520f);

  /** Largest magnitude of an int8; -128 is not used, so that the range is symmetric. */
  private static final int INT8_MOST = 127;

  private NarrowFloats() {}

  /**
   * Checks that every element of a tensor of rank 3 or 4 is finite, and stays so when it is
   * rounded; to floats there is nothing to check.
   *
   * @throws IllegalArgumentException with the position of the first that cannot be stored
   */
  static void requireStorable(Element element, StridedFloats t, String name) {
    float most =
        switch (element) {
          case FLOAT32 -> Float.POSITIVE_INFINITY;
          case BFLOAT16 -> BFLOAT16_LIMIT;
          case FLOAT16 -> FLOAT16_LIMIT;
          case INT8 -> Float.MAX_VALUE;
        };
    if (element == Element.FLOAT32) {
      return;
    }
    int axis = t.rank() - 3;
    long outer = axis == 0 ? 1 : t.size(0);
    for (long b = 0; b < outer; b++) {
      for (long h = 0; h < t.size(axis); h++) {
        for (long i = 0; i < t.size(axis + 1); i++) {
          long row = t.offset() + (axis == 0 ? 0 : b * t.stride(0));
          row += h * t.stride(axis) + i * t.stride(axis + 1);
          for (long d = 0; d < t.size(axis + 2); d++) {
            float x = t.element(row + d);
            if (!(Math.abs(x) <= most)) {
              String at = (axis == 0 ? "" : b + ", ") + h + ", " + i + ", " + d;
              throw refusal(element, name, at, x, most);
            }
          }
        }
      }
    }
  }

  private static IllegalArgumentException refusal(
      Element element, String name, String at, float x, float most) {
    String why =
        Float.isFinite(x)
            ? "rounds numbers above " + most + " to infinity"
            : "holds finite numbers only";
    return new IllegalArgumentException(
        name + "[" + at + "] is " + x + ", but " + element + " " + why);
  }

  /** The upper half of the float, rounded to nearest even; x is at most the limit. */
  public static short bfloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  static float fromBfloat16(short x) {
    return Float.intBitsToFloat(x << 16);
  }

  /** Scale of a row for {@link #quotient}: max|x| / 127. */
  static float int8Scale(float[] x, int from, int length) {
    float most = 0f;
    for (int i = from; i < from + length; i++) {
      most = Math.max(most, Math.abs(x[i]));
    }
    return most / INT8_MOST;
  }

  /** x in units of a scale; a scale of 0 stands for a row of (almost) zeros. */
  static float quotient(float x, float scale) {
    return scale == 0f ? 0f : x / scale;
  }

  /** A quotient, rounded. */
  static byte int8(float quotient) {
    return (byte) Math.max(-INT8_MOST, Math.min(INT8_MOST, Math.rint(quotient)));
  }
}
