package io.github.lanewise.testing;

import java.util.function.Supplier;

/**
 * Equality as docs/arithmetic.md means it: equal {@link Float#floatToIntBits}, so that any NaN
 * equals any.
 */
public final class Bits {
  private Bits() {}

  /** Fails unless both arrays have the same bits. */
  public static void assertEqual(float[] expected, float[] actual, Supplier<String> what) {
    if (expected.length != actual.length) {
      throw new AssertionError(
          what.get() + " has " + actual.length + " elements, not " + expected.length);
    }
    for (int j = 0; j < expected.length; j++) {
      int at = j;
      assertEqual(expected[j], actual[j], () -> what.get() + "[" + at + "]");
    }
  }

  /** Fails unless both floats have the same bits. */
  public static void assertEqual(float expected, float actual, Supplier<String> what) {
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
      throw new AssertionError(
          what.get()
              + " is "
              + Float.toHexString(actual)
              + " ("
              + actual
              + "), not "
              + Float.toHexString(expected)
              + " ("
              + expected
              + ")");
    }
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
