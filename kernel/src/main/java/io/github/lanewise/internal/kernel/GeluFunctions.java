package io.github.lanewise.internal.kernel;

/**
 * The numbers behind both forms of GELU, shared by the scalar and the vector code.
 *
 * <p><b>Erf.</b> x·Φ(x), with Φ the normal distribution. For a = |x|, Φ(-a) = exp(-a²/2)·h(a), and
 * h is smooth: half of erfcx(a/√2). So nothing cancels, and a small result keeps its relative
 * accuracy:
 *
 * <pre>
 * a = min(|x|, FARTHEST)
 * s = a·a,  rest = fma(a, a, -s)               the rounding of s, exactly
 * e = exp(-s/2);  e = fma(e, -rest/2, e)
 * t = 1 / fma(a, TURN, 1)
 * q = fma(… fma(H8, t, H7) …, t, H0)           Horner, ascending powers of t
 * n = -((q·t)·a)                               q·t is h(a)
 * y = fma(n, e, x &lt; 0 ? -0 : x)
 * </pre>
 *
 * <p>H0 to H8 are the minimax polynomial of the relative error of h(a)/t on [0, FARTHEST],
 * 0.56·2⁻²⁴ before they were rounded (the Lawson iteration on 4000 Chebyshev points).
 *
 * <p><b>Tanh.</b> x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))) is x·sigmoid(z), with z twice the
 * argument of tanh:
 *
 * <pre>
 * z = fma(x·x, CUBIC, LINEAR)·x
 * y = max(x, LOWEST)·sigmoid(z)
 * </pre>
 */
public final class GeluFunctions {
  /** From here on Φ(-a) is at most 2⁻¹⁵⁰, and exp(-a²/2) still above 0: -0 for negative x. */
  public static final float FARTHEST = 14.42f;

  /** 0.34: where t is half is where h begins to fall like 1/a. */
  public static final float TURN = 0x1.5c28f6p-2f;

  public static final float H0 = 0x1.15c0bp-3f;
  public static final float H1 = 0x1.16b8f2p-3f;
  public static final float H2 = 0x1.d864eep-4f;
  public static final float H3 = 0x1.d63ae2p-4f;
  public static final float H4 = -0x1.62f216p-5f;
  public static final float H5 = 0x1.99b7f8p-3f;
  public static final float H6 = -0x1.15b13cp-2f;
  public static final float H7 = 0x1.1badfp-3f;
  public static final float H8 = -0x1.a883a4p-6f;

  /** 2·√(2/π). */
  public static final float LINEAR = 0x1.988454p0f;

  /** 2·√(2/π)·0.044715. */
  public static final float CUBIC = 0x1.2444f2p-4f;

  /** There and below exp(-|z|) is +0. */
  public static final float LOWEST = -11f;

  private GeluFunctions() {}
}
