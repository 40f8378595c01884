package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.testing.FloatKind;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Contents of tensors: drawn, copied, compared bit for bit. */
final class Floats {

  private Floats() {}

  /** The numbers that belong to a name: the same on every machine. */
  static float[] of(String name, FloatKind kind, long... shape) {
    return kind.floats(new SplittableRandom(name.hashCode()), count(shape));
  }

  static int count(long... shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  static float[] filled(int length, float value) {
    float[] x = new float[length];
    Arrays.fill(x, value);
    return x;
  }

  /** Writes row-major contents into a view. */
  static void copy(float[] contents, FloatTensor view) {
    if (count(view.shape()) != contents.length) {
      throw new IllegalArgumentException(contents.length + " floats for " + view);
    }
    long[] index = new long[view.rank()];
    for (float value : contents) {
      view.set(value, index);
      for (int axis = index.length - 1; axis >= 0 && ++index[axis] == view.size(axis); axis--) {
        index[axis] = 0;
      }
    }
  }

  /** Bits in which all NaN are one. */
  static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    for (int j = 0; j < x.length; j++) {
      bits[j] = Float.floatToIntBits(x[j]);
    }
    return bits;
  }

  static void assertSameBits(float[] expected, float[] actual, String what) {
    int at = Arrays.mismatch(bits(expected), bits(actual));
    if (at >= 0) {
      assertEquals(expected.length, actual.length, what);
      assertEquals(hex(expected[at]), hex(actual[at]), what + ", element " + at);
    }
  }

  static void assertSameBits(FloatTensor expected, FloatTensor actual, String what) {
    assertEquals(Arrays.toString(expected.shape()), Arrays.toString(actual.shape()), what);
    assertSameBits(expected.toArray(), actual.toArray(), what);
  }

  private static String hex(float x) {
    return Float.isNaN(x) ? "NaN" : Float.toHexString(x) + " (" + x + ")";
  }
}
