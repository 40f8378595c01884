package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Rows (0, -L, …) of which all the rest weighs nothing. The weight of 0 lacks about e^-L of 1, and
 * that is its logarithm: 1 itself has forgotten it from L = 17 on.
 *
 * <p>Up to L = 87.3 every logarithm is within 4u, relatively: L is exact, e^-L is within 2u, the
 * sum of it and of zeros is exact, and so is the difference that it is the exponential of; ln(1 +
 * e^-L) is no further off than that, and is rounded; so is -L less it. Beyond, e^-L may be flushed.
 */
class ConfidentRowTest {
  private static final float LAST = 87.3f;

  @Test
  void ofTwoScores() {
    Accuracy near = new Accuracy("logarithms of (0, -L), L up to 87.3");
    Accuracy far = new Accuracy("logarithms of (0, -L), L beyond");
    for (int i = 0; i <= 100_000; i++) {
      check(near, far, i / 900f, 2, 0, 1, Rest.NONE);
      check(near, far, i / 900f, 2, 1, 0, Rest.NONE);
    }
    for (float distance = 0x1p-149f; distance < 1; distance *= 1.5f) {
      check(near, far, distance, 2, 0, 1, Rest.NONE);
    }
    for (float distance : new float[] {LAST, 87.33654f, 87.33655f, 1e5f, Float.MAX_VALUE}) {
      check(near, far, distance, 2, 0, 1, Rest.NONE);
    }
    near.print();
  }

  @Cases(400)
  void ofManyThatWeighNothing(
      Draw draw,
      @Accuracy.Of("logarithms of (0, -L, …), L up to 87.3") Accuracy near,
      @Accuracy.Of("logarithms of (0, -L, …), L beyond") Accuracy far) {
    int n = draw.onceIn(40, "split") ? 20_000 : 2 + draw.size("n", 5000);
    int zero = draw.integer("zero", 0, n - 1);
    int other = (zero + draw.integer("apart", 1, n - 1)) % n;
    float distance = draw.integer("hundredths", 0, 9500) / 100f;
    check(near, far, distance, n, zero, other, draw.oneOf("rest", Rest.values()));
  }

  /** What stands in all other places. */
  private enum Rest {
    NONE,
    FAR_BELOW,
    MINUS_INFINITY,
    INVISIBLE;

    private float score() {
      return this == FAR_BELOW ? -150f : this == INVISIBLE ? 1000f : Float.NEGATIVE_INFINITY;
    }
  }

  private static void check(
      Accuracy near, Accuracy far, float distance, int n, int zero, int other, Rest rest) {
    float[] x = new float[n];
    Arrays.fill(x, rest.score());
    x[zero] = 0f;
    x[other] = -distance;
    boolean[] visible = new boolean[n];
    Arrays.fill(visible, rest != Rest.INVISIBLE);
    visible[zero] = true;
    visible[other] = true;
    FloatTensor y = FloatTensor.allocate(n);
    FloatTensor logSumExp = FloatTensor.allocate(1);
    Softmax.builder()
        .logarithmic(true)
        .build()
        .apply(
            FloatTensor.of(x, n),
            rest == Rest.INVISIBLE ? Mask.allowed(visible, 1, n) : Mask.none(),
            y,
            new RowStatistics(logSumExp, null, null),
            n > 16_384 ? TestWorkers.TWO : Workers.caller());
    double[] expected = ReferenceSoftmax.logSoftmax(Primitives.widen(x), visible, 1, Double.NaN);
    Accuracy accuracy = distance <= LAST ? near : far;
    for (int j = 0; j < n; j++) {
      accuracy.check(
          expected[j],
          y.get(j),
          bound(distance, expected[j]),
          "[" + j + "] j L = " + distance + " with " + rest);
    }
    double logSum = -expected[zero];
    accuracy.check(
        logSum, logSumExp.get(0), bound(distance, logSum), " logSumExp at L = " + distance);
    if (n == 2) {
      accuracy.check(
          logSum,
          Lanes.logSumExp(x, 0, 2),
          bound(distance, logSum),
          " Lanes.logSumExp at L = " + distance);
    }
  }

  private static double bound(float distance, double expected) {
    return distance <= LAST ? 4 * U * Math.abs(expected) : 0x1p-126;
  }
}
