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

import io.github.lanewise.internal.kernel.ExpPolynomial;

/** exp of one float; see {@link ExpPolynomial} for the steps. */
public final class ScalarExp {
  private ScalarExp() {}

  /**
   * exp(x) over the full range, with gradual underflow.
   *
   * <p>Accuracy: at most 1 ULP (0.879 measured on every float). NaN gives NaN, -inf gives +0, +inf
   * gives +inf.
   */
  public static float full(float x) {
    boolean negative = x < 0;
    float clamped = x < LEAST ? LEAST : x > GREATEST ? GREATEST : x;
    float magic = negative ? MAGIC_NEGATIVE : MAGIC_POSITIVE;
    float biased = ScalarFma.fma(clamped, LOG2_E, magic);
    float p = polynomial(clamped, biased - magic);
    return p * scale(biased) * (negative ? UNSCALE_NEGATIVE : UNSCALE_POSITIVE);
  }

  /**
   * exp(x) for the weights of softmax and attention: +0 below {@link ExpPolynomial#FLUSH_BELOW},
   * else the bits of {@link #full}. x is at most 88, or NaN, which gives NaN.
   */
  public static float flushed(float x) {
    float clamped = x < FLUSH_BELOW ? FLUSHED : x;
    float biased = ScalarFma.fma(clamped, LOG2_E, MAGIC);
    return polynomial(clamped, biased - MAGIC) * scale(biased);
  }

  /** exp(x - n·ln 2). */
  private static float polynomial(float x, float n) {
    float r = ScalarFma.fma(n, -LN2_LO, ScalarFma.fma(n, -LN2_HI, x));
    float p = ScalarFma.fma(C6, r, C5);
    p = ScalarFma.fma(p, r, C4);
    p = ScalarFma.fma(p, r, C3);
    p = ScalarFma.fma(p, r, C2);
    p = ScalarFma.fma(p, r, 1f);
    return ScalarFma.fma(p, r, 1f);
  }

  /** The power of two whose biased exponent is in the low bits. */
  private static float scale(float biased) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(biased) << 23);
  }
}
