package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.apache.commons.math3.dfp.DfpMath;
import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Test;

class ReferenceSoftmaxTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  /** True values where articles print wrong ones. */
  @Test
  void trueValuesOfWhatTheSourcesGetWrong() {
    assertRow(softmax(1, 2.8, 0.8, 0.3, 0.2, -0.5), 0.7527, 0.1019, 0.0618, 0.0559, 0.0278);
    assertRow(softmax(1, 2.8, 1.2, 0.5, 3.1), 0.3771, 0.0761, 0.0378, 0.5090);
    assertRow(softmax(1, 2.8, 1.2, -INFINITY, -INFINITY), 0.8320, 0.1680, 0, 0);
    assertRow(softmax(1, 8, 5, 2), 0.9503, 0.0473, 0.0024);
    assertRow(softmax(0.5, 3, 2, 1), 0.8668, 0.1173, 0.0159);
    assertRow(softmax(2, 3, 2, 1), 0.5065, 0.3072, 0.1863);
    assertArrayEquals(new double[] {0.99326, 0.00669, 0.00005}, softmax(1, 45, 40, 35), 0.5e-5);
  }

  @Test
  void logarithmsOfIntegersGiveFractions() {
    double[] scores = Primitives.widen();
    assertEquals(0, ReferenceSoftmax.softmax(scores).length);
    double[] logs = {FastMath.log(1), FastMath.log(2), FastMath.log(5)};
    assertArrayEquals(new double[] {0.125, 0.25, 0.625}, ReferenceSoftmax.softmax(logs), 1e-15);
    assertEquals(FastMath.log(8), logSumExp(logs, 1), 1e-15);
    // T = 1/2 squares the ratios
    assertArrayEquals(
        new double[] {1 / 30.0, 4 / 30.0, 25 / 30.0}, ReferenceSoftmax.softmax(logs, 0.5), 1e-15);
    assertEquals(FastMath.log(30), logSumExp(logs, 0.5), 1e-15);
  }

  @Test
  void logSoftmaxIsTheLogarithm() {
    double[] scores = {1, -3, 0.5, 700, 699};
    double[] expected =
        Arrays.stream(ReferenceSoftmax.softmax(scores, 3)).map(FastMath::log).toArray();
    assertArrayEquals(expected, ReferenceSoftmax.logSoftmax(scores, 3), 1e-13);
    // where the weight itself has vanished
    assertEquals(-2000, ReferenceSoftmax.logSoftmax(new double[] {0, -2000}, 1)[1]);
  }

  @Test
  void alternativesFailWhereSoftmaxDoesNot() {
    // sum-normalised: a score of -1 pulls the others over 1
    assertArrayEquals(new double[] {1.5, -0.5}, ReferenceSoftmax.sumNormalised(3, -1));
    assertTrue(Double.isInfinite(ReferenceSoftmax.sumNormalised(1, -1)[0]));
    // ReLU: -1 and -9 are the same; nothing positive leaves 0/0
    assertArrayEquals(new double[] {1, 0, 0}, ReferenceSoftmax.reluNormalised(3, -1, -9));
    assertTrue(Double.isNaN(ReferenceSoftmax.reluNormalised(-1, -2)[0]));
    // unshifted: right while it lasts
    assertArrayEquals(softmax(1, 1, 2, 3), ReferenceSoftmax.unshifted(1, 2, 3), 1e-15);
    assertTrue(Double.isNaN(ReferenceSoftmax.unshifted(710, 710)[0]));
    assertTrue(Double.isNaN(ReferenceSoftmax.unshiftedInFloat(89, 1)[0]));
    assertEquals(0.5, ReferenceSoftmax.unshiftedInFloat(88, 88)[0]);
    assertArrayEquals(new double[] {0.5, 0.5}, softmax(1, 710, 710));
    // masking without softmax: the visible key weighs 0, the invisible one NaN
    double[] masked =
        ReferenceSoftmax.maskedWithoutSoftmax(new double[] {1, 2}, new boolean[] {true, false});
    assertEquals(0, masked[0], 0.0);
    assertTrue(Double.isNaN(masked[1]));
  }

  @Test
  void invisibleScoresHaveNoEffect() {
    boolean[] visible = {true, false, true, false};
    for (double poison : new double[] {0, 1e300, NAN, INFINITY, -INFINITY}) {
      double[] scores = {1, poison, 2, poison};
      double[] pair = softmax(1, 1, 2);
      assertArrayEquals(
          new double[] {pair[0], 0, pair[1], 0},
          ReferenceSoftmax.softmax(scores, visible, 1, NAN),
          1e-16);
      assertArrayEquals(
          new double[] {FastMath.log(pair[0]), -INFINITY, FastMath.log(pair[1]), -INFINITY},
          ReferenceSoftmax.logSoftmax(scores, visible, 1, NAN),
          1e-15);
      assertEquals(
          Primitives.logSumExp(1, 2), ReferenceSoftmax.logSumExp(scores, visible, 1), 1e-15);
    }
  }

  @Test
  void emptyRows() {
    double[] scores = {1, 2};
    boolean[] none = {false, false};
    assertArrayEquals(new double[] {NAN, NAN}, ReferenceSoftmax.softmax(scores, none, 1, NAN));
    assertArrayEquals(new double[] {0, 0}, ReferenceSoftmax.softmax(scores, none, 1, 0));
    assertArrayEquals(
        new double[] {-INFINITY, -INFINITY},
        ReferenceSoftmax.logSoftmax(scores, none, 1, -INFINITY));
    assertArrayEquals(new double[] {NAN, NAN}, softmax(1, -INFINITY, -INFINITY));
    assertArrayEquals(new double[] {NAN, NAN}, softmax(0, -INFINITY, -INFINITY));
    assertArrayEquals(new double[] {NAN, NAN}, softmax(INFINITY, -INFINITY, -INFINITY));
    assertEquals(-INFINITY, ReferenceSoftmax.logSumExp(scores, none, 1));
  }

  @Test
  void nanOrInfinityTurnsEveryVisiblePositionToNaN() {
    for (double bad : new double[] {NAN, INFINITY}) {
      for (double temperature : new double[] {0, 0.5, 1, INFINITY}) {
        double[] scores = {1, bad, -INFINITY, 4};
        boolean[] visible = {true, true, true, false};
        assertArrayEquals(
            new double[] {NAN, NAN, NAN, 0},
            ReferenceSoftmax.softmax(scores, visible, temperature, 0));
        assertTrue(Double.isNaN(ReferenceSoftmax.logSumExp(scores, visible, temperature)));
      }
    }
  }

  @Test
  void temperatureGoesFromOneHotToUniform() {
    assertArrayEquals(new double[] {0, 1, 0, 0}, softmax(0, 1, 3, 2, 3));
    assertTrue(Double.isNaN(logSumExp(new double[] {1, 2}, 0)));
    double third = 1.0 / 3;
    assertArrayEquals(
        new double[] {third, third, 0, third}, softmax(INFINITY, 1, 3, -INFINITY, -1e308));
    assertEquals(FastMath.log(3), logSumExp(new double[] {5, 3, -INFINITY, 0}, INFINITY), 1e-15);
    assertArrayEquals(new double[] {0, 1, 0}, softmax(1e-3, 1, 3, 2), 1e-300);
  }

  @Test
  void entropyIsBetweenOneHotAndUniform() {
    assertEquals(0, ReferenceSoftmax.entropy(0, 1, 0));
    assertEquals(FastMath.log(4), ReferenceSoftmax.entropy(0.25, 0.25, 0.25, 0.25), 1e-15);
    assertEquals(1.5 * FastMath.log(2), ReferenceSoftmax.entropy(0.5, 0.25, 0.25), 1e-15);
    assertTrue(Double.isNaN(ReferenceSoftmax.entropy(NAN, 1)));
    // ln l - moment/l, as the kernel has it
    double[] scores = {2, -1, 0.25};
    double[] weights = ReferenceSoftmax.softmax(scores);
    double mean = Primitives.dot(weights, 0, scores, 0, 3);
    assertEquals(Primitives.logSumExp(scores) - mean, ReferenceSoftmax.entropy(weights), 1e-15);
    boolean[] visible = {true, true, false, true};
    double[] masked = {2, -1, 99, 0.25};
    assertEquals(
        ReferenceSoftmax.entropy(weights), ReferenceSoftmax.entropy(masked, visible, 1), 1e-15);
    assertEquals(0, ReferenceSoftmax.entropy(masked, visible, 0));
    assertEquals(0, ReferenceSoftmax.entropy(masked, new boolean[4], 1));
    assertEquals(FastMath.log(3), ReferenceSoftmax.entropy(masked, visible, INFINITY), 1e-15);
    assertTrue(
        Double.isNaN(
            ReferenceSoftmax.entropy(new double[] {NAN, 1}, new boolean[] {true, true}, 1)));
  }

  /** Row (0, -L): what the larger weight lacks of 1 is e^-L, far below the last bit of 1. */
  @Test
  void aConfidentRowKeepsItsRelativeAccuracy() {
    DfpField digits = new DfpField(200); // e^-300 beside 1
    boolean[] visible = {true, true};
    for (double distance : new double[] {0.5, 1, 7, 17, 40, 87.25, 300}) {
      Dfp other = DfpMath.exp(digits.newDfp(-distance));
      Dfp sum = other.add(digits.getOne());
      double logSum = DfpMath.log(sum).toDouble();
      double entropy =
          DfpMath.log(sum).add(other.divide(sum).multiply(digits.newDfp(distance))).toDouble();
      double[] scores = {0, -distance};
      double[] logs = ReferenceSoftmax.logSoftmax(scores, 1);
      assertEquals(-logSum, logs[0], 4e-16 * logSum, "L = " + distance);
      assertEquals(-logSum - distance, logs[1], 4e-16 * (logSum + distance), "L = " + distance);
      assertEquals(logSum, logSumExp(scores, 1), 4e-16 * logSum, "L = " + distance);
      assertEquals(
          entropy,
          ReferenceSoftmax.entropy(scores, visible, 1),
          1e-15 * entropy,
          "L = " + distance);
    }
  }

  /** The Jacobian by Commons Math's automatic differentiation. */
  @Test
  void backwardIsTheDerivative() {
    SplittableRandom random = new SplittableRandom(7);
    for (double temperature : new double[] {0.5, 1, 4}) {
      double[] scores = random.doubles(6, -3, 3).toArray();
      double[] dy = random.doubles(6, -1, 1).toArray();
      DerivativeStructure[] exponentials = new DerivativeStructure[6];
      DerivativeStructure sum = new DerivativeStructure(6, 1);
      for (int j = 0; j < 6; j++) {
        exponentials[j] = new DerivativeStructure(6, 1, j, scores[j]).divide(temperature).exp();
        sum = sum.add(exponentials[j]);
      }
      DerivativeStructure loss = new DerivativeStructure(6, 1);
      for (int j = 0; j < 6; j++) {
        loss = loss.add(exponentials[j].divide(sum).multiply(dy[j]));
      }
      double[] expected = new double[6];
      for (int j = 0; j < 6; j++) {
        int[] orders = new int[6];
        orders[j] = 1;
        expected[j] = loss.getPartialDerivative(orders);
      }
      double[] weights = ReferenceSoftmax.softmax(scores, temperature);
      assertArrayEquals(expected, ReferenceSoftmax.backward(weights, dy, temperature), 1e-15);
    }
  }

  private static double[] softmax(double temperature, double... scores) {
    return ReferenceSoftmax.softmax(scores, temperature);
  }

  private static double logSumExp(double[] scores, double temperature) {
    boolean[] visible = new boolean[scores.length];
    Arrays.fill(visible, true);
    return ReferenceSoftmax.logSumExp(scores, visible, temperature);
  }

  private static void assertRow(double[] actual, double... expected) {
    assertArrayEquals(expected, actual, 0.5e-4);
    assertEquals(1, Primitives.sum(actual), 1e-15);
  }
}
