package io.github.lanewise.internal.kernel;

/**
 * The numbers behind exp, shared by the scalar and the vector code.
 *
 * <p>exp(x) = 2ⁿ · p(r) with n = round(x / ln 2) and r = x - n·ln 2, |r| ≤ 0.347. All steps are
 * fused multiply-adds, in this order, which must not be rearranged (a half-Estrin scheme is 1.009
 * ULP, a full one 1.27):
 *
 * <pre>
 * t = fma(x, LOG2_E, MAGIC)                  the low bits of t hold n plus a bias
 * n = t - MAGIC
 * r = fma(n, -LN2_LO, fma(n, -LN2_HI, x))
 * p = fma(fma(fma(fma(fma(fma(C6, r, C5), r, C4), r, C3), r, C2), r, 1), r, 1)
 * y = p · 2ⁿ                                 2ⁿ = bits(t) &lt;&lt; 23
 * </pre>
 *
 * <p>Accuracy: at most 0.879 ULP over all floats (ExhaustiveFunctionTest measures it). C2 to C6 are
 * the minimax polynomial of the relative error on [-ln 2 / 2, ln 2 / 2], moved to those
 * neighbouring floats that give the smallest maximum over all inputs.
 */
public final class ExpPolynomial {
  public static final float LOG2_E = 0x1.715476p0f;

  /** ln 2 to 15 bits: n·LN2_HI is exact for |n| &lt; 512. */
  public static final float LN2_HI = 0x1.62e400p-1f;

  /** ln 2 - LN2_HI. */
  public static final float LN2_LO = 0x1.7f7d1cp-20f;

  public static final float C2 = 0x1.fffffep-2f;
  public static final float C3 = 0x1.555488p-3f;
  public static final float C4 = 0x1.55588ap-5f;
  public static final float C5 = 0x1.123ffap-7f;
  public static final float C6 = 0x1.69efep-10f;

  /** 1.5·2²³ rounds its sum with a small number to an integer; 127 is the bias of an exponent. */
  public static final float MAGIC = 0x1.8p23f + 127;

  /**
   * Below it, the weights of softmax and attention are +0: the least float whose exp is a normal
   * number.
   */
  public static final float FLUSH_BELOW = -0x1.5d589ep6f;

  /** Up to it, 2ⁿ is a float. */
  public static final float GREATEST_NORMAL = 88f;

  /** Gives n = -127: its scale has exponent bits 0, so that the product with it is +0. */
  public static final float FLUSHED = -88f;

  /*
   * The full range: 2ⁿ is applied as 2^(n+64) · 2^-64 for negative x and as 2^(n-64) · 2^64 otherwise.
   * The first product is exact, so that a subnormal result is rounded once, and an overflow is one.
   */
  public static final float MAGIC_NEGATIVE = 0x1.8p23f + 127 + 64;
  public static final float UNSCALE_NEGATIVE = 0x1p-64f;
  public static final float MAGIC_POSITIVE = 0x1.8p23f + 127 - 64;
  public static final float UNSCALE_POSITIVE = 0x1p64f;

  /** exp is +0 there and below: e^-104 &lt; 2^-150, half the smallest subnormal. */
  public static final float LEAST = -104f;

  /** exp is +inf there and above. */
  public static final float GREATEST = 89f;

  private ExpPolynomial() {}
}
