package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.jvm.FusedMultiplyAdd;

/** a·b + c, rounded once, at a bearable price on every machine. */
public final class ScalarFma {
  private ScalarFma() {}

  /** Returns the bits of {@link Math#fma(float, float, float)}. */
  public static float fma(float a, float b, float c) {
    return FusedMultiplyAdd.IN_HARDWARE ? Math.fma(a, b, c) : emulate(a, b, c);
  }

  /**
   * The same in double precision, for machines without the instruction, where {@code Math.fma} goes
   * through BigDecimal.
   *
   * <p>The product of two floats is exact in double. The sum is rounded to odd: that keeps enough
   * of what is lost for the final rounding to float (53 ≥ 24 + 2 bits) to be the only one that
   * counts.
   *
   * <p>Source: S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved
   * algorithms using rounding to odd", IEEE Transactions on Computers 57(4), 2008,
   * doi:10.1109/TC.2007.70819.
   */
  static float emulate(float a, float b, float c) {
    double product = (double) a * (double) b;
    double sum = product + (double) c;
    // What the addition lost, exactly (Knuth's TwoSum); NaN if the sum is not finite.
    double addend = sum - product;
    double lost = (product - (sum - addend)) + ((double) c - addend);
    if (lost > 0 || lost < 0) {
      long bits = Double.doubleToRawLongBits(sum);
      if ((bits & 1) == 0) {
        bits += (lost > 0) == (sum > 0) ? 1 : -1;
        sum = Double.longBitsToDouble(bits);
      }
    }
    return (float) sum;
  }
}
