package io.github.lanewise.classification;

import static java.lang.Float.NEGATIVE_INFINITY;
import static java.lang.Float.NaN;
import static java.lang.Float.POSITIVE_INFINITY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cells of the semantics table, at row lengths on both sides of lanes and blocks. */
class CrossEntropySemanticsTest {
  private static final float LN2 = (float) Math.log(2);

  /** The row's loss; its gradient is left in x. */
  private static float loss(CrossEntropy.Builder options, float[] x, int label) {
    float[] losses = new float[1];
    int[] labels = {label};
    FloatTensor row = FloatTensor.of(x, 1, x.length);
    double mean = options.build().apply(row, labels, row, losses, Workers.caller());
    assertEquals(losses[0], mean);
    return losses[0];
  }

  private static float loss(float[] x, int label) {
    return loss(CrossEntropy.builder(), x, label);
  }

  /** Two zeros, the second last in the row, and -inf in all other places. */
  private static float[] twoZeros(int length) {
    float[] x = Floats.filled(length, NEGATIVE_INFINITY);
    x[0] = 0;
    x[length - 1] = 0;
    return x;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 16, 17, 33, 255, 256, 257, 1030})
  void minusInfinityAtTheLabelIsAnInfiniteLossAndAFiniteGradient(int length) {
    float[] x = twoZeros(length);
    assertEquals(POSITIVE_INFINITY, loss(x, 1));
    for (double smoothing : new double[] {0.1, 1}) {
      CrossEntropy.Builder smooth = CrossEntropy.builder().labelSmoothing(smoothing);
      assertEquals(POSITIVE_INFINITY, loss(smooth, twoZeros(length), 1), "smoothing " + smoothing);
    }
    float[] expected = new float[length];
    expected[0] = 0.5f;
    expected[length - 1] = 0.5f;
    expected[1] = -1f;
    Floats.assertBits(expected, x, "gradient");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 16, 17, 33, 255, 256, 257, 1030})
  void minusInfinityElsewhereHasNoEffectWithoutSmoothing(int length) {
    float[] x = twoZeros(length);
    assertEquals(LN2, loss(x, length - 1));
    float[] expected = new float[length];
    expected[0] = 0.5f;
    expected[length - 1] = -0.5f;
    Floats.assertBits(expected, x, "gradient");
    assertEquals(
        POSITIVE_INFINITY, loss(CrossEntropy.builder().labelSmoothing(0.1), twoZeros(length), 0));
    assertEquals(
        POSITIVE_INFINITY, loss(CrossEntropy.builder().labelSmoothing(1), twoZeros(length), 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 17, 33, 255, 256, 257, 1030})
  void aRowThatIsNoRowIsNaN(int length) {
    for (float odd : new float[] {NaN, POSITIVE_INFINITY, NEGATIVE_INFINITY}) {
      for (double smoothing : new double[] {0, 0.1}) {
        for (int at : new int[] {0, length - 1}) {
          float[] x = Floats.filled(length, NEGATIVE_INFINITY);
          x[at] = odd;
          float loss = loss(CrossEntropy.builder().labelSmoothing(smoothing), x, length / 2);
          assertEquals(NaN, loss, odd + " at " + at);
          Floats.assertBits(Floats.filled(length, NaN), x, "gradient");
        }
      }
    }
    float[] mixed = new float[length];
    mixed[length - 1] = NaN;
    assertEquals(NaN, loss(mixed, 0));
    Floats.assertBits(Floats.filled(length, NaN), mixed, "gradient");
  }

  @Test
  void ofThreeNumbers() {
    double first = 0.66524096;
    double second = 0.24472847;
    double third = 0.09003057;
    double logSum = 0.40760596; // of the exponentials of 0, -1 and -2
    double tolerance = 1e-7;
    float[] x = {3, 2, 1};
    assertEquals(logSum, loss(x, 0), tolerance);
    assertEquals(-(second + third), x[0], tolerance);
    assertEquals(second, x[1], tolerance);
    float[] smooth = {3, 2, 1};
    double expected = logSum + 0.1 * (0 + 1 + 2) / 3; // ln l + ε·mean |d|
    assertEquals(expected, loss(CrossEntropy.builder().labelSmoothing(0.1), smooth, 0), tolerance);
    assertEquals(first - 0.9 - 0.1 / 3, smooth[0], tolerance);
    assertEquals(second - 0.1 / 3, smooth[1], tolerance);
    float[] warm = {6, 4, 2};
    assertEquals(logSum, loss(CrossEntropy.builder().temperature(2), warm, 0), tolerance);
    assertEquals(second / 2, warm[1], tolerance);
  }

  @Test
  void aClassAloneIsCertain() {
    float[] x = {-17};
    assertEquals(0f, loss(x, 0));
    Floats.assertBits(new float[] {0}, x, "never -0");
    float[] smooth = {5};
    assertEquals(0f, loss(CrossEntropy.builder().labelSmoothing(1), smooth, 0));
    Floats.assertBits(new float[] {0}, smooth, "never -0");
  }

  @Test
  void infiniteTemperatureWeighsAllAlikeAndHasNoGradient() {
    float[] x = {3, NEGATIVE_INFINITY, -Float.MAX_VALUE, Float.MAX_VALUE};
    CrossEntropy.Builder flat = CrossEntropy.builder().temperature(Double.POSITIVE_INFINITY);
    assertEquals((float) Math.log(3), loss(flat, x, 2));
    Floats.assertBits(new float[4], x, "never -0");
    assertEquals(POSITIVE_INFINITY, loss(flat, new float[] {3, NEGATIVE_INFINITY}, 1));
  }

  @Test
  void ignoredRowsAreNotReadAndGetZeros() {
    int classes = 40;
    float[] logits = Floats.of("logits", FloatKind.LOGITS, 4, classes);
    Arrays.fill(logits, classes, 2 * classes, NaN);
    int[] labels = {3, 9, 0, 39};
    CrossEntropy loss = CrossEntropy.builder().ignore(-1).ignore(9).build();
    FloatTensor dx = Floats.filledTensor(NaN, 4, classes);
    float[] losses = Floats.filled(4, NaN);
    double mean =
        loss.apply(FloatTensor.of(logits, 4, classes), labels, dx, losses, TestWorkers.TWO);
    assertEquals(0f, losses[1]);
    Floats.assertBits(new float[classes], dx.select(0, 1).toArray(), "gradient");
    assertEquals(((double) losses[0] + losses[2] + losses[3]) / 3, mean, 1e-15);
    float[] three = new float[3 * classes];
    System.arraycopy(logits, 0, three, 0, classes);
    System.arraycopy(logits, 2 * classes, three, classes, 2 * classes);
    FloatTensor dThree = FloatTensor.allocate(3, classes);
    int[] theirs = {3, 0, 39};
    CrossEntropy.standard().apply(FloatTensor.of(three, 3, classes), theirs, dThree);
    Floats.assertBits(
        dThree.slice(0, 1, 3).toArray(), dx.slice(0, 2, 4).toArray(), "the rows that count");
  }

  @Test
  void theMeanOverNothingIsNaN() {
    FloatTensor none = FloatTensor.allocate(0, 5);
    assertEquals(Double.NaN, CrossEntropy.standard().apply(none, new int[0], none));
    FloatTensor noClasses = FloatTensor.allocate(2, 0);
    CrossEntropy ignoring = CrossEntropy.builder().ignore(4).build();
    int[] ignored = {4, 4};
    assertEquals(Double.NaN, ignoring.apply(noClasses, ignored, noClasses));
    float[] x = Floats.filled(10, 3f);
    FloatTensor rows = FloatTensor.of(x, 2, 5);
    assertEquals(Double.NaN, ignoring.apply(rows, ignored, rows));
    Floats.assertBits(new float[10], x, "gradient");
  }

  @Test
  void oneInfiniteLossMakesTheMeanInfinite() {
    float[] x = {0, NEGATIVE_INFINITY, 1, 2};
    int[] labels = {1, 0};
    assertEquals(
        Double.POSITIVE_INFINITY, CrossEntropy.standard().apply(FloatTensor.of(x, 2, 2), labels));
  }

  /** Sums of many floats in double precision: an error of float would be seen. */
  @Test
  void theMeanIsOfDoubles() {
    int rows = 3000;
    FloatTensor logits = Floats.tensor("rows", FloatKind.NORMAL, rows, 3);
    float[] losses = new float[rows];
    int[] labels = new int[rows];
    double mean = CrossEntropy.standard().apply(logits, labels, null, losses, TestWorkers.THREE);
    double sum = 0;
    for (float loss : losses) {
      sum += loss;
    }
    assertEquals(sum / rows, mean, 1e-13);
    assertTrue(mean != (float) mean);
  }
}
