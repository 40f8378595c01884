package io.github.lanewise.reference;

import java.util.Arrays;
import org.apache.commons.math3.util.FastMath;
import org.apache.commons.math3.util.MathArrays;

/**
 * The five steps that softmax is made of: max, exp, sum, divide, log-sum-exp, and the dot product
 * of attention. In double precision; sums are compensated, so that their own error is that of one
 * rounding.
 */
public final class Primitives {
  private Primitives() {}

  /** Returns the largest element: NaN if any is NaN, -∞ if there is none. */
  public static double max(double... x) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : x) {
      max = Math.max(max, value);
    }
    return max;
  }

  /** Returns e to the power of each element. */
  public static double[] exp(double... x) {
    double[] y = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      y[j] = FastMath.exp(x[j]);
    }
    return y;
  }

  /** Returns x₀ + x₁ + …; 0 if there is no element. */
  public static double sum(double... x) {
    double[] ones = new double[x.length];
    Arrays.fill(ones, 1.0);
    return dot(x, 0, ones, 0, x.length);
  }

  /** Returns each element divided by the divisor. */
  public static double[] divide(double[] x, double divisor) {
    double[] y = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      y[j] = x[j] / divisor;
    }
    return y;
  }

  /**
   * Returns ln Σ exp(x), by way of the maximum: m + ln(1 + Σ' exp(x - m)), where Σ' leaves out the
   * first x = m, whose exponential is the 1. So a row whose maximum is 0 and towers over the rest
   * keeps its relative accuracy: ln(1 + 1e-20) is not ln 1. -∞ if there is no element or all are
   * -∞; NaN if one is NaN; +∞ if one is +∞ and none is NaN.
   */
  public static double logSumExp(double... x) {
    double max = max(x);
    if (Double.isInfinite(max)) {
      return max;
    }
    double[] others = new double[x.length];
    boolean found = false;
    for (int j = 0; j < x.length; j++) {
      boolean first = !found && x[j] == max;
      found |= first;
      others[j] = first ? 0 : FastMath.exp(x[j] - max);
    }
    return max + FastMath.log1p(sum(others));
  }

  /**
   * Returns Σ a[aFrom + c]·b[bFrom + c] over c in [0, length).
   *
   * <p>Source: T. Ogita, S. M. Rump, S. Oishi, Accurate Sum and Dot Product, SIAM J. Sci. Comput.
   * 26(6), 2005, as in Commons Math's {@link MathArrays#linearCombination(double[], double[])}.
   */
  public static double dot(double[] a, int aFrom, double[] b, int bFrom, int length) {
    if (length == 0) {
      return 0.0;
    }
    return MathArrays.linearCombination(
        Arrays.copyOfRange(a, aFrom, aFrom + length), Arrays.copyOfRange(b, bFrom, bFrom + length));
  }

  /**
   * Returns the floats as doubles: what the oracle computes on is exactly what the kernel was
   * given.
   */
  public static double[] widen(float... x) {
    double[] y = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      y[j] = x[j];
    }
    return y;
  }
}
