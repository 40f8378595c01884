package io.github.lanewise.classification;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceCrossEntropy;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractCrossEntropy;
import io.github.lanewise.testing.CrossEntropyError;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;

/** Losses and gradients against the arithmetic contract and against the stated bounds. */
class CrossEntropyPropertyTest {
  private static final int IGNORED = -7;
  private static final float[] TEMPERATURES = {1, 1, 0.5f, 2, 0.1f, 0.7f, 30};
  private static final double[] SMOOTHINGS = {0, 0, 0.1, 0.25, 1};

  /** Options, logits and labels of a call. */
  private static final class Batch {
    final int rows;
    final int classes;
    final float temperature;
    final double smoothing;
    final float[] logits;
    final int[] labels;
    final int counted;

    Batch(Draw draw, int mostRows, int mostClasses, FloatKind... kinds) {
      rows = draw.integer("rows", 1, mostRows);
      classes = 1 + draw.size("classes", mostClasses);
      temperature = draw.oneOf("temperature", TEMPERATURES);
      smoothing = SMOOTHINGS[draw.integer("smoothing", 0, SMOOTHINGS.length - 1)];
      logits = draw.floats("logits", rows * classes, kinds);
      boolean ignores = draw.onceIn(3, "ignores");
      labels = new int[rows];
      for (int r = 0; r < rows; r++) {
        boolean skipped = ignores && draw.onceIn(3, "ignored" + r);
        labels[r] = skipped ? IGNORED : draw.integer("label" + r, 0, classes - 1);
      }
      counted = (int) Arrays.stream(labels).filter(label -> label != IGNORED).count();
    }

    CrossEntropy loss() {
      return CrossEntropy.builder()
          .temperature(temperature)
          .labelSmoothing(smoothing)
          .ignore(IGNORED)
          .build();
    }

    float[] row(int r) {
      return Arrays.copyOfRange(logits, r * classes, (r + 1) * classes);
    }
  }

  @Cases(200)
  void everyResultHasTheBitsOfTheContract(Draw draw) {
    Batch batch = new Batch(draw, draw.onceIn(10, "many") ? 600 : 4, 1100, FloatKind.finite());
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor x = sandbox.inPlace("x", batch.logits, batch.rows, batch.classes);
    boolean inPlace = draw.onceIn(2, "in place");
    FloatTensor dx = inPlace ? x : sandbox.output("dx", batch.rows, batch.classes);
    Workers workers = TestWorkers.draw(draw);
    float[] losses = new float[batch.rows];
    double alone = batch.loss().apply(x, batch.labels, null, losses, workers);
    float[] again = new float[batch.rows];
    double mean = batch.loss().apply(x, batch.labels, dx, again, workers);
    sandbox.assertIntact("the loss");
    float[] expected = new float[batch.rows];
    float[] gradient = new float[batch.logits.length];
    for (int r = 0; r < batch.rows; r++) {
      if (batch.labels[r] != IGNORED) {
        ContractCrossEntropy.Row row =
            ContractCrossEntropy.row(
                batch.row(r), batch.labels[r], batch.temperature, batch.smoothing, batch.counted);
        expected[r] = row.loss();
        System.arraycopy(row.gradient(), 0, gradient, r * batch.classes, batch.classes);
      }
    }
    Floats.assertBits(expected, losses, "losses without a gradient");
    Floats.assertBits(expected, again, "losses");
    Floats.assertBits(gradient, dx.toArray(), "gradient");
    assertEquals(ContractCrossEntropy.mean(expected, batch.counted), mean);
    assertEquals(mean, alone);
  }

  @Cases(250)
  void everyResultIsWithinItsStatedBound(
      Draw draw,
      @Accuracy.Of("cross-entropy") Accuracy losses,
      @Accuracy.Of("its gradient") Accuracy gradients,
      @Accuracy.Of("its gradient at the label") Accuracy labels) {
    Batch batch = new Batch(draw, 3, 4098, FloatKind.finite());
    for (int r = 0; r < batch.rows; r++) {
      if (batch.labels[r] != IGNORED && draw.onceIn(2, "peak" + r)) {
        int at = r * batch.classes + batch.labels[r];
        batch.logits[at] += draw.integer("above" + r, 0, 100) * batch.temperature;
      }
    }
    FloatTensor x = FloatTensor.of(batch.logits, batch.rows, batch.classes);
    FloatTensor dx = FloatTensor.allocate(batch.rows, batch.classes);
    float[] actual = new float[batch.rows];
    batch.loss().apply(x, batch.labels, dx, actual, Workers.caller());
    double divisor = (double) batch.temperature * batch.counted;
    for (int r = 0; r < batch.rows; r++) {
      int label = batch.labels[r];
      if (label == IGNORED) {
        continue;
      }
      double[] row = Primitives.widen(batch.row(r));
      double temperature = batch.temperature;
      CrossEntropyError error =
          new CrossEntropyError(row, label, batch.temperature, batch.smoothing);
      double loss = ReferenceCrossEntropy.loss(row, label, temperature, batch.smoothing);
      losses.check(loss, actual[r], error.ofLoss(loss), " of row " + r);
      double[] weights = ReferenceSoftmax.softmax(row, temperature);
      double[] gradient = ReferenceCrossEntropy.gradient(row, label, temperature, batch.smoothing);
      for (int j = 0; j < batch.classes; j++) {
        (j == label ? labels : gradients)
            .check(
                gradient[j] / batch.counted,
                dx.get(r, j),
                error.ofGradient(j, weights[j], divisor),
                " [" + r + ", " + j + "]");
      }
    }
  }

  /**
   * A row (L, 0, -inf, …) has the loss ln(1 + e^-L), about e^-L, and the gradients ∓ about that, to
   * the last digits: e^-L is within 2u, and there is one more rounding or two.
   */
  @Cases(300)
  void aConfidentRowKeepsItsDigits(
      Draw draw, @Accuracy.Of("loss and gradients of a confident row") Accuracy accuracy) {
    int classes = 2 + draw.size("classes", 3000);
    int label = draw.integer("label", 0, classes - 1);
    int other = (label + draw.integer("apart", 1, classes - 1)) % classes;
    float lead = draw.integer("hundredths", 0, 8700) / 100f;
    float[] x = Floats.filled(classes, Float.NEGATIVE_INFINITY);
    x[label] = lead;
    x[other] = 0;
    FloatTensor dx = FloatTensor.allocate(1, classes);
    int[] labels = {label};
    float[] loss = new float[1];
    CrossEntropy.standard()
        .apply(FloatTensor.of(x, 1, classes), labels, dx, loss, Workers.caller());
    double small = Math.exp(-(double) lead);
    double expected = Math.log1p(small);
    accuracy.check(expected, loss[0], 4 * Accuracy.U * expected, " loss at L = " + lead);
    double gradient = small / (1 + small);
    double bound = 6 * Accuracy.U * gradient;
    accuracy.check(-gradient, dx.get(0, label), bound, " gradient of the label at L = " + lead);
    accuracy.check(gradient, dx.get(0, other), bound, " gradient of the other at L = " + lead);
  }
}
