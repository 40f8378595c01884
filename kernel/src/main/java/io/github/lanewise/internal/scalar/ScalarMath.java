package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.ExpPolynomial.C2;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C3;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C4;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C5;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C6;
import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSHED;
import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSH_BELOW;
import static io.github.lanewise.internal.kernel.ExpPolynomial.GREATEST;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LEAST;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LN2_HI;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LN2_LO;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LOG2_E;
import static io.github.lanewise.internal.kernel.ExpPolynomial.MAGIC;
import static io.github.lanewise.internal.kernel.ExpPolynomial.MAGIC_NEGATIVE;
import static io.github.lanewise.internal.kernel.ExpPolynomial.MAGIC_POSITIVE;
import static io.github.lanewise.internal.kernel.ExpPolynomial.UNSCALE_NEGATIVE;
import static io.github.lanewise.internal.kernel.ExpPolynomial.UNSCALE_POSITIVE;

import io.github.lanewise.internal.jvm.Jvm.FusedMultiplyAdd;
import io.github.lanewise.internal.kernel.ExpPolynomial;
import io.github.lanewise.internal.kernel.TanhPolynomial;

/**
 * exp and tanh of one float, whose steps {@link ExpPolynomial} and {@link TanhPolynomial} explain;
 * and a·b + c, rounded once, at a bearable price on every machine.
 */
public final class ScalarMath {
  private ScalarMath() {}

  /**
   * exp(x) over the full range, with gradual underflow.
   *
   * <p>Accuracy: at most 1 ULP (0.879 measured on every float). NaN gives NaN, -inf gives +0, +inf
   * gives +inf.
   */
  public static float exp(float x) {
    boolean negative = x < 0;
    float clamped = x < LEAST ? LEAST : x > GREATEST ? GREATEST : x;
    float magic = negative ? MAGIC_NEGATIVE : MAGIC_POSITIVE;
    float biased = fma(clamped, LOG2_E, magic);
    float p = polynomial(clamped, biased - magic);
    return p * scale(biased) * (negative ? UNSCALE_NEGATIVE : UNSCALE_POSITIVE);
  }

  /**
   * exp(x) for the weights of softmax and attention: +0 below {@link ExpPolynomial#FLUSH_BELOW},
   * else the bits of {@link #exp}. x is at most 88, or NaN, which gives NaN.
   */
  public static float flushedExp(float x) {
    float clamped = x < FLUSH_BELOW ? FLUSHED : x;
    float biased = fma(clamped, LOG2_E, MAGIC);
    return polynomial(clamped, biased - MAGIC) * scale(biased);
  }

  /** exp(x - n·ln 2). */
  private static float polynomial(float x, float n) {
    float r = fma(n, -LN2_LO, fma(n, -LN2_HI, x));
    float p = fma(C6, r, C5);
    p = fma(p, r, C4);
    p = fma(p, r, C3);
    p = fma(p, r, C2);
    p = fma(p, r, 1f);
    return fma(p, r, 1f);
  }

  /** The power of two whose biased exponent is in the low bits. */
  private static float scale(float biased) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(biased) << 23);
  }

  /** tanh(x): at most 2 ULP (1.37 measured on every float), odd, NaN gives NaN. */
  public static float tanh(float x) {
    float a = Math.abs(x);
    float y = a < TanhPolynomial.SPLIT ? smallTanh(a) : largeTanh(a);
    // Not Math.copySign, whose result for NaN is not specified; y is +0, positive or NaN.
    int sign = Float.floatToRawIntBits(x) & Integer.MIN_VALUE;
    return Float.intBitsToFloat(Float.floatToRawIntBits(y) | sign);
  }

  private static float smallTanh(float a) {
    float z = a * a;
    float q = fma(TanhPolynomial.C11, z, TanhPolynomial.C9);
    q = fma(q, z, TanhPolynomial.C7);
    q = fma(q, z, TanhPolynomial.C5);
    q = fma(q, z, TanhPolynomial.C3);
    return fma(a * z, q, a);
  }

  private static float largeTanh(float a) {
    float clamped = a > TanhPolynomial.LARGEST ? TanhPolynomial.LARGEST : a;
    return 1f - 2f / (flushedExp(clamped + clamped) + 1f);
  }

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
