package io.github.lanewise.reference;

import org.apache.commons.math3.special.Erf;
import org.apache.commons.math3.util.FastMath;

/**
 * What a decoder layer does between its products, in double precision.
 *
 * <pre>
 *   rmsNorm    x · w / √(mean of x² + ε)
 *   sigmoid    1 / (1 + exp(-x))
 *   silu       x · sigmoid(x)
 *   gelu       x · Φ(x), Φ the normal distribution: half of erfc(-x/√2)
 *   geluTanh   x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))
 *   rotate     each pair of a head by the angle position · frequency
 * </pre>
 */
public final class ReferenceRows {
  private ReferenceRows() {}

  /** Returns the root mean square norm of a row; the weights are used as they are, or plus 1. */
  public static double[] rmsNorm(
      double[] x, double[] weight, double epsilon, boolean onePlusWeight) {
    double meanSquare = Primitives.dot(x, 0, x, 0, x.length) / x.length;
    double[] y = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      double w = onePlusWeight ? 1 + weight[j] : weight[j];
      y[j] = x[j] * w / FastMath.sqrt(meanSquare + epsilon);
    }
    return y;
  }

  /** Returns the logistic function; exp(-x) may overflow, to the right limit. */
  public static double sigmoid(double x) {
    return 1 / (1 + FastMath.exp(-x));
  }

  /** Returns x · sigmoid(x), and its limit 0 at -∞. */
  public static double silu(double x) {
    return x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(x);
  }

  /** Returns x · Φ(x), and its limit 0 at -∞. */
  public static double gelu(double x) {
    return x == Double.NEGATIVE_INFINITY ? 0 : x * 0.5 * Erf.erfc(-x / FastMath.sqrt(2));
  }

  /**
   * Returns GELU by tanh, and its limit 0 at -∞. 1 + tanh(t) is 2·sigmoid(2t), in which nothing
   * cancels.
   */
  public static double geluTanh(double x) {
    double t = FastMath.sqrt(2 / FastMath.PI) * (x + 0.044715 * x * x * x);
    return x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(2 * t);
  }

  /**
   * Returns a head whose pairs are turned: elements i and i + n for n frequencies, or 2i and 2i + 1
   * where they are interleaved; what is beyond 2n stays.
   */
  public static double[] rotate(
      double[] head, double[] frequencies, int position, boolean interleaved) {
    double[] y = head.clone();
    for (int i = 0; i < frequencies.length; i++) {
      int a = interleaved ? 2 * i : i;
      int b = interleaved ? 2 * i + 1 : i + frequencies.length;
      double angle = position * frequencies[i];
      y[a] = head[a] * FastMath.cos(angle) - head[b] * FastMath.sin(angle);
      y[b] = head[b] * FastMath.cos(angle) + head[a] * FastMath.sin(angle);
    }
    return y;
  }
}
