package io.github.lanewise.internal.kernel;

/**
 * The numbers behind tanh, shared by the scalar and the vector code.
 *
 * <p>With a = |x|, and the sign of x put back at the end:
 *
 * <pre>
 * a &lt; SPLIT:  z = a·a;  tanh = fma(a·z, q(z), a),  q by Horner: C11 … C3
 * else:       e = exp(2·min(a, LARGEST));  tanh = 1 - 2 / (e + 1)
 * </pre>
 *
 * <p>Nothing overflows: exp is at most e^20.
 *
 * <p>Accuracy: at most 1.37 ULP over all floats (ExhaustiveFunctionTest measures it). C3 to C11 are
 * the minimax polynomial of the relative error on [0, SPLIT].
 */
public final class TanhPolynomial {
  /** Above it, 2/(e+1) is at most 0.446, and the cancellation costs less than half an ULP. */
  public static final float SPLIT = 0.625f;

  /** tanh rounds to 1 from 9.01 on. */
  public static final float LARGEST = 10f;

  public static final float C3 = -0x1.555532p-2f;
  public static final float C5 = 0x1.110726p-3f;
  public static final float C7 = -0x1.b83c5ap-5f;
  public static final float C9 = 0x1.52269cp-6f;
  public static final float C11 = -0x1.75e1dp-8f;

  private TanhPolynomial() {}
}
