package io.github.lanewise.classification;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.classification.TemperatureScaling.Bin;
import io.github.lanewise.classification.TemperatureScaling.Calibration;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceCalibration;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fit against one by Brent's method over the oracle's losses, and what it refuses. */
class TemperatureScalingTest {

  /**
   * Labels are drawn from the softmax of the logits at some temperature, which is about the one
   * that has to come out.
   */
  @Cases(60)
  void theTemperatureIsThatOfTheLeastLoss(
      Draw draw,
      @Accuracy.Of("temperature of the least loss") Accuracy temperatures,
      @Accuracy.Of("loss before and after") Accuracy losses,
      @Accuracy.Of("expected calibration error") Accuracy errors) {
    int rows = draw.integer("rows", 30, 300);
    int classes = draw.integer("classes", 2, 30);
    float scale = draw.oneOf("scale", 1f, 1f, 0.01f, 100f);
    float[] x =
        draw.floats("logits", rows * classes, FloatKind.NORMAL, FloatKind.GRID, FloatKind.TIED);
    float[] noise = draw.floats("noise", rows, FloatKind.NORMAL);
    int[] labels = new int[rows];
    double[][] logits = new double[rows][];
    for (int r = 0; r < rows; r++) {
      // Every third label is another one than the largest logit's.
      int best = largest(x, r * classes, classes);
      labels[r] = Math.abs(noise[r]) < 0.5 ? (best + 1 + r % (classes - 1)) % classes : best;
      for (int j = 0; j < classes; j++) {
        x[r * classes + j] *= scale;
      }
      logits[r] = Primitives.widen(Arrays.copyOfRange(x, r * classes, (r + 1) * classes));
    }
    FloatTensor tensor = new Sandbox(Layout.drawn(draw)).input("x", x, rows, classes);
    Calibration fit = TemperatureScaling.fit(tensor, labels, TestWorkers.draw(draw));
    double expected = ReferenceCalibration.temperature(logits, labels, 1e-4, 1e5);
    temperatures.check(expected, fit.temperature(), 1e-6 * expected, "");
    double before = ReferenceCalibration.loss(logits, labels, 1);
    losses.check(before, fit.lossBefore(), 1e-12 * before, " before");
    double after = ReferenceCalibration.loss(logits, labels, fit.temperature());
    losses.check(after, fit.lossAfter(), 1e-12 * after, " after");
    assertTrue(fit.lossAfter() <= fit.lossBefore());
    double error = ReferenceCalibration.expectedError(logits, labels, 1, TemperatureScaling.BINS);
    errors.check(error, fit.calibrationErrorBefore(), 1e-12, " before");
    double errorAfter =
        ReferenceCalibration.expectedError(
            logits, labels, fit.temperature(), TemperatureScaling.BINS);
    errors.check(errorAfter, fit.calibrationErrorAfter(), 1e-12, " after");
  }

  private static int largest(float[] x, int from, int length) {
    int best = 0;
    for (int j = 1; j < length; j++) {
      best = x[from + j] > x[from + best] ? j : best;
    }
    return best;
  }

  /** Two classes, logits (a, 0), right so often of so many: tanh and logarithm solve it. */
  @ParameterizedTest
  @CsvSource({
    "3, 4, 1",
    "9, 10, 5",
    "51, 100, 0.125",
    "999, 1000, 40",
    "2, 3, 1e-20",
    "2, 3, 1e20"
  })
  void twoClassesHaveAClosedForm(int right, int rows, float lead) {
    float[] x = new float[2 * rows];
    int[] labels = new int[rows];
    for (int r = 0; r < rows; r++) {
      x[2 * r] = lead;
      labels[r] = r < right ? 0 : 1;
    }
    Calibration fit = TemperatureScaling.fit(FloatTensor.of(x, rows, 2), labels);
    double expected = lead / Math.log(right / (double) (rows - right));
    assertEquals(expected, fit.temperature(), 1e-9 * expected);
    double share = right / (double) rows;
    assertEquals(0, fit.calibrationErrorAfter(), 1e-9);
    assertEquals(Math.abs(1 / (1 + Math.exp(-lead)) - share), fit.calibrationErrorBefore(), 1e-9);
  }

  @Test
  void binsHoldWhatIsAboveOneEdgeAndUpToTheNext() {
    // Confidences 1/2, 0.73106, 1 and 1; hits: the first of two equal logits, one, none, one.
    float[] x = {0, 0, 1, 0, 0, 100, 100, 0};
    int[] labels = {0, 0, 0, 0};
    Calibration fit = TemperatureScaling.fit(FloatTensor.of(x, 4, 2), labels);
    List<Bin> bins = fit.binsBefore();
    assertEquals(TemperatureScaling.BINS, bins.size());
    assertEquals(new Bin(1, 0.5, 1), bins.get(7)); // above 7/15, up to 8/15
    assertEquals(1, bins.get(10).count()); // above 10/15
    assertEquals(0.7310585786300049, bins.get(10).meanConfidence(), 1e-15);
    assertEquals(new Bin(2, 1, 0.5), bins.get(14));
    assertEquals(new Bin(0, Double.NaN, Double.NaN), bins.get(0));
    assertEquals(4, bins.stream().mapToInt(Bin::count).sum());
    assertEquals((0.5 + 1 - 0.7310585786300049 + 2 * 0.5) / 4, fit.calibrationErrorBefore(), 1e-15);
  }

  @Test
  void threadsAndLayoutsHaveNoPart() {
    float[] x = Floats.of("x", FloatKind.LOGITS, 1000, 7);
    int[] labels = new int[1000];
    Calibration expected = TemperatureScaling.fit(FloatTensor.of(x, 1000, 7), labels);
    for (Layout layout : Layout.values()) {
      FloatTensor tensor = new Sandbox(layout).input(x, 1000, 7);
      assertEquals(expected, TemperatureScaling.fit(tensor, labels, TestWorkers.THREE));
    }
  }

  @Test
  void minusInfinityAwayFromTheLabelWeighsNothing() {
    float no = Float.NEGATIVE_INFINITY;
    float[] with = {1, 0, no, 1, no, 0, no, 1, 0};
    float[] without = {1, 0, 1, 0, 1, 0};
    Calibration fit = TemperatureScaling.fit(FloatTensor.of(with, 3, 3), new int[] {0, 0, 2});
    Calibration same = TemperatureScaling.fit(FloatTensor.of(without, 3, 2), new int[] {0, 0, 1});
    assertEquals(same, fit);
  }

  private static void assertRefused(float[] x, int classes, int[] labels, String... says) {
    FloatTensor logits = FloatTensor.of(x, x.length / classes, classes);
    assertIllegal(() -> TemperatureScaling.fit(logits, labels), says);
  }

  @Test
  void noMinimumIsRefusedByName() {
    assertRefused(new float[] {3, 1, 0, 2, 5, 5}, 2, new int[] {0, 1, 1}, "separable", "3 rows");
    assertRefused(new float[] {3, 3, -2, -2}, 2, new int[] {0, 1}, "constant", "2 rows");
    assertRefused(new float[] {3, 3, -1, 7}, 2, new int[] {0, 1}, "separable");
    assertRefused(new float[] {3, 1, 0, 2}, 2, new int[] {1, 0}, "adverse", "2 labels");
    assertRefused(new float[] {3, 1, 0, 2}, 2, new int[] {0, 0}, "adverse");
    assertRefused(new float[] {4}, 1, new int[] {0}, "constant");
    float no = Float.NEGATIVE_INFINITY;
    assertRefused(new float[] {3, no, no, -2}, 2, new int[] {0, 1}, "constant");
    assertRefused(new float[0], 2, new int[0], "logits.size(0) is 0");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void logitsThatAreNoneAreRefused(float odd) {
    assertRefused(new float[] {1, 2, odd, 0}, 2, new int[] {0, 0}, "row 1", "not finite");
    assertRefused(new float[] {1, 2, 0, odd}, 2, new int[] {0, 0}, "row 1", "not finite");
  }

  @Test
  void labelsAreChecked() {
    float no = Float.NEGATIVE_INFINITY;
    assertRefused(new float[] {1, 2, no, 0}, 2, new int[] {0, 0}, "labels[1] = 0", "-inf");
    assertRefused(new float[] {1, 2}, 2, new int[2], "labels.length is 2", "is 1");
    FloatTensor one = FloatTensor.allocate(1, 2);
    assertOutOfBounds(() -> TemperatureScaling.fit(one, new int[] {2}), "labels[0] is 2");
    assertOutOfBounds(() -> TemperatureScaling.fit(one, new int[] {-1}), "labels[0] is -1");
  }
}
