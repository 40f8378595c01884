package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.FloatTensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Contents of tensors: made, copied, compared bit for bit. Equality is that of docs/arithmetic.md:
 * equal {@link Float#floatToIntBits}, so that any NaN equals any.
 */
public final class Floats {

  private Floats() {}

  /** The numbers that belong to a name: the same on every machine. */
  public static float[] of(String name, FloatKind kind, long... shape) {
    return kind.floats(new SplittableRandom(name.hashCode()), count(shape));
  }

  /** The tensor of the numbers that belong to a name. */
  public static FloatTensor tensor(String name, FloatKind kind, long... shape) {
    return FloatTensor.of(of(name, kind, shape), shape);
  }

  /** The next normally distributed numbers. */
  public static float[] normal(RandomGenerator random, int length) {
    float[] x = new float[length];
    for (int j = 0; j < length; j++) {
      x[j] = (float) random.nextGaussian();
    }
    return x;
  }

  /** Elements of a tensor. */
  public static int count(long... shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  /** The same number again and again. */
  public static float[] filled(int length, float value) {
    float[] x = new float[length];
    Arrays.fill(x, value);
    return x;
  }

  /** The same numbers again and again. */
  public static float[] repeated(float[] x, int times) {
    float[] all = new float[times * x.length];
    for (int n = 0; n < times; n++) {
      System.arraycopy(x, 0, all, n * x.length, x.length);
    }
    return all;
  }

  /** A tensor of the same number again and again. */
  public static FloatTensor filledTensor(float value, long... shape) {
    return FloatTensor.of(filled(count(shape), value), shape);
  }

  /** Writes row-major contents into a view. */
  public static void copy(float[] contents, FloatTensor view) {
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
  public static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    Arrays.setAll(bits, j -> Float.floatToIntBits(x[j]));
    return bits;
  }

  /** Fails unless both arrays have the same bits. */
  public static void assertBits(float[] expected, float[] actual, String what) {
    int at = Arrays.mismatch(bits(expected), bits(actual));
    if (at >= 0) {
      assertEquals(expected.length, actual.length, what + ", length");
      assertBits(expected[at], actual[at], what + ", element " + at + " of " + actual.length);
    }
  }

  /** Fails unless both tensors have the same shape and the same bits. */
  public static void assertBits(FloatTensor expected, FloatTensor actual, String what) {
    assertEquals(Arrays.toString(expected.shape()), Arrays.toString(actual.shape()), what);
    assertBits(expected.toArray(), actual.toArray(), what);
  }

  /** Fails unless both floats have the same bits. */
  public static void assertBits(float expected, float actual, String what) {
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
      assertEquals(hex(expected), hex(actual), what);
    }
  }

  private static String hex(float x) {
    return Float.isNaN(x) ? "NaN" : Float.toHexString(x) + " (" + x + ")";
  }

  /** Fails if there is a NaN or an infinity: two of them would be equal. */
  public static float[] requireFinite(float[] x) {
    for (int j = 0; j < x.length; j++) {
      if (!Float.isFinite(x[j])) {
        throw new AssertionError("[" + j + "] is " + x[j]);
      }
    }
    return x;
  }
}
