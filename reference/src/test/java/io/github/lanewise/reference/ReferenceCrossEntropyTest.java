package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Test;

class ReferenceCrossEntropyTest {
  private static final double[] LOGITS = {3, 2, 1};

  @Test
  void theLossIsTheNegativeLogarithmOfTheWeight() {
    assertEquals(0.40760596444438, ReferenceCrossEntropy.loss(LOGITS, 0, 1, 0), 1e-14);
    assertEquals(2.40760596444438, ReferenceCrossEntropy.loss(LOGITS, 2, 1, 0), 1e-14);
    double[] warm = {6, 4, 2};
    assertEquals(0.40760596444438, ReferenceCrossEntropy.loss(warm, 0, 2, 0), 1e-14);
  }

  @Test
  void smoothingGivesEveryClassItsShare() {
    double expected = 0.7 * 0.40760596444438 + 0.3 * 1.40760596444438; // at 0, and the mean
    assertEquals(expected, ReferenceCrossEntropy.loss(LOGITS, 0, 1, 0.3), 1e-14);
  }

  @Test
  void ofACertainRowTheLossAndItsGradientAreSmallAndRight() {
    double[] certain = {40, 0};
    double small = FastMath.exp(-40);
    assertEquals(small, ReferenceCrossEntropy.loss(certain, 0, 1, 0), 1e-15 * small);
    double[] gradient = ReferenceCrossEntropy.gradient(certain, 0, 1, 0);
    assertEquals(-small, gradient[0], 1e-15 * small);
    assertEquals(small, gradient[1], 1e-15 * small);
  }

  @Test
  void theGradientIsThatOfCentralDifferences() {
    double h = 1e-5;
    for (double smoothing : new double[] {0, 0.2, 1}) {
      double[] expected = new double[LOGITS.length];
      for (int j = 0; j < LOGITS.length; j++) {
        double[] above = LOGITS.clone();
        double[] below = LOGITS.clone();
        above[j] += h;
        below[j] -= h;
        expected[j] =
            (ReferenceCrossEntropy.loss(above, 1, 0.7, smoothing)
                    - ReferenceCrossEntropy.loss(below, 1, 0.7, smoothing))
                / (2 * h);
      }
      assertArrayEquals(expected, ReferenceCrossEntropy.gradient(LOGITS, 1, 0.7, smoothing), 1e-9);
    }
  }

  @Test
  void infinitiesAndNaN() {
    double[] hidden = {0, Double.NEGATIVE_INFINITY, 0};
    assertEquals(FastMath.log(2), ReferenceCrossEntropy.loss(hidden, 0, 1, 0), 1e-15);
    assertEquals(Double.POSITIVE_INFINITY, ReferenceCrossEntropy.loss(hidden, 1, 1, 0));
    assertEquals(Double.POSITIVE_INFINITY, ReferenceCrossEntropy.loss(hidden, 0, 1, 0.1));
    double[] none = {Double.NaN, 0};
    assertEquals(Double.NaN, ReferenceCrossEntropy.loss(none, 1, 1, 0));
  }
}
