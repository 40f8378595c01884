package io.github.lanewise.internal.kernel;

/** Two floats in a long: a kernel's two results, without an object. */
public final class FloatPair {
  private FloatPair() {}

  public static long of(float first, float second) {
    return (long) Float.floatToRawIntBits(first) << 32
        | Integer.toUnsignedLong(Float.floatToRawIntBits(second));
  }

  public static float first(long pair) {
    return Float.intBitsToFloat((int) (pair >>> 32));
  }

  public static float second(long pair) {
    return Float.intBitsToFloat((int) pair);
  }

  /** The two sums, each added to its like; a is the one of the lower index. */
  public static long add(long a, long b) {
    return of(first(a) + first(b), second(a) + second(b));
  }
}
