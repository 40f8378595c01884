package io.github.lanewise.reference;

import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.apache.commons.math3.util.FastMath;

/**
 * Calibration by temperature: the T at which the mean over the rows of -ln softmax(x/T)[label] is
 * least, found by comparing losses alone; and how far confidence and accuracy are apart.
 */
public final class ReferenceCalibration {
  private static final double RELATIVE = 1e-12;
  private static final int MOST_EVALUATIONS = 1000;

  private ReferenceCalibration() {}

  /** Returns the mean loss of all rows at a temperature. */
  public static double loss(double[][] logits, int[] labels, double temperature) {
    double sum = 0;
    for (int r = 0; r < labels.length; r++) {
      sum += ReferenceCrossEntropy.loss(logits[r], labels[r], temperature, 0);
    }
    return sum / labels.length;
  }

  /** Returns the temperature of the least loss between two others, by Brent's method over ln T. */
  public static double temperature(double[][] logits, int[] labels, double low, double high) {
    double logarithm =
        new BrentOptimizer(RELATIVE, RELATIVE)
            .optimize(
                new MaxEval(MOST_EVALUATIONS),
                GoalType.MINIMIZE,
                new UnivariateObjectiveFunction(t -> loss(logits, labels, FastMath.exp(t))),
                new SearchInterval(FastMath.log(low), FastMath.log(high)))
            .getPoint();
    return FastMath.exp(logarithm);
  }

  /**
   * Returns Σ (n/N)·|accuracy - mean confidence| over bins of equal width, where an answer is the
   * first class of the largest weight, its confidence that weight, and bin b holds the confidences
   * above b/bins and up to (b + 1)/bins.
   */
  public static double expectedError(
      double[][] logits, int[] labels, double temperature, int bins) {
    double error = 0;
    for (int b = 0; b < bins; b++) {
      double confidence = 0;
      double right = 0;
      for (int r = 0; r < labels.length; r++) {
        double[] weights = ReferenceSoftmax.softmax(logits[r], temperature);
        double largest = Primitives.max(weights);
        if (largest > (double) b / bins && largest <= (b + 1.0) / bins) {
          confidence += largest;
          right += first(logits[r], Primitives.max(logits[r])) == labels[r] ? 1 : 0;
        }
      }
      error += FastMath.abs(right - confidence) / labels.length;
    }
    return error;
  }

  private static int first(double[] x, double value) {
    int j = 0;
    while (x[j] != value) {
      j++;
    }
    return j;
  }
}
