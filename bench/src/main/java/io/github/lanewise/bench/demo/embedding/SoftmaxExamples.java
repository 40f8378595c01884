package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;

/**
 * The rows of scores behind the figure that shows why softmax. What is right comes from the kernel
 * and is held against the reference; what is wrong comes from the reference's naive formulas.
 */
final class SoftmaxExamples {
  /** The bound that {@link Softmax} states, (|d| + D + 33)·u, is below 2.5e-6 where |d| + D ≤ 8. */
  static final double TOLERANCE = 2.5e-6;

  /** Scores of either sign. */
  static final float[] MIXED = {2.8f, 0.8f, 0.3f, 0.2f, -0.5f};

  /** The same scores, {@link #SHIFT} lower: their sum is close to 0. */
  static final float[] LOWERED = {2.1f, 0.1f, -0.4f, -0.5f, -1.2f};

  /** What {@link #LOWERED} is lower by. */
  static final double SHIFT = 0.7;

  /** No score is positive. */
  static final float[] NEGATIVE = {-0.2f, -1.0f, -2.0f};

  /** The largest has no exponential in float. */
  static final float[] LARGE = {90, 88, 85};

  /** Scores of a row that is masked by {@link #visible}. */
  static final float[] MASKED = {2.8f, 1.2f, 0.5f, 3.1f};

  private SoftmaxExamples() {}

  /** Returns which keys the second token of four sees. */
  static boolean[] visible() {
    return new boolean[] {true, true, false, false};
  }

  /** Returns the kernel's softmax. */
  static double[] softmax(float... scores) {
    float[] weights = scores.clone();
    Softmax.standard().apply(weights, 0, weights.length);
    return Primitives.widen(weights);
  }

  /** Returns the kernel's softmax of {@link #MASKED}. */
  static double[] maskedSoftmax() {
    int length = MASKED.length;
    FloatTensor weights = FloatTensor.allocate(1, length);
    Mask mask = Mask.allowed(visible(), 1, length);
    Softmax.standard().apply(FloatTensor.of(MASKED, 1, length), mask, weights);
    return Primitives.widen(weights.toArray());
  }

  /** Returns the largest difference of a weight in the figure to the reference's. */
  static double maxDifference() {
    double largest = 0;
    for (float[] scores : new float[][] {MIXED, LOWERED, NEGATIVE, LARGE}) {
      double[] exact = ReferenceSoftmax.softmax(Primitives.widen(scores));
      largest = Math.max(largest, difference(softmax(scores), exact));
    }
    double[] exact = ReferenceSoftmax.softmax(Primitives.widen(MASKED), visible(), 1, Double.NaN);
    return Math.max(largest, difference(maskedSoftmax(), exact));
  }

  private static double difference(double[] a, double[] b) {
    double largest = 0;
    for (int j = 0; j < a.length; j++) {
      largest = Math.max(largest, Math.abs(a[j] - b[j]));
    }
    return largest;
  }
}
