package io.github.lanewise;

import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.reference.Visibility;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Axes;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.MaskCase;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.SoftmaxError;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;

/**
 * Softmax under every combination of shape, mask, layout, options and workers against the oracle.
 */
class SoftmaxMaskPropertyTest {
  private static final FloatKind[] WITH_SPECIALS = {
    FloatKind.NORMAL,
    FloatKind.LOGITS,
    FloatKind.OVERFLOWING,
    FloatKind.WIDE,
    FloatKind.TIED,
    FloatKind.NONFINITE,
    FloatKind.MINUS_INFINITIES
  };

  @Cases(250)
  void everyCombinationAgreesWithTheOracle(
      Draw draw,
      @Accuracy.Of("softmax under masks") Accuracy accuracy,
      @Accuracy.Of("softmax statistics") Accuracy statistics) {
    int[] shape = drawShape(draw);
    int n = shape[shape.length - 1];
    float temperature = draw.oneOf("temperature", 1f, 1f, 0.5f, 3f, 0f, Float.POSITIVE_INFINITY);
    boolean logarithmic = draw.onceIn(2, "logarithmic");
    EmptyRow empty = draw.oneOf("empty", EmptyRow.values());
    float[] x = draw.floats("x", Floats.count(Axes.of(shape)), WITH_SPECIALS);
    int[] four = aligned(shape);
    MaskCase mask = MaskCase.drawForSoftmax(draw, shape.length, four);
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor input = sandbox.inPlace("input", x, Axes.of(shape));
    boolean inPlace = draw.onceIn(3, "inPlace");
    Results results =
        Results.of(inPlace ? input : sandbox.output("output", Axes.of(shape)), sandbox);
    Softmax.builder()
        .temperature(temperature)
        .logarithmic(logarithmic)
        .emptyRow(empty)
        .build()
        .apply(input, mask.mask(), results.out(), results.statistics(), TestWorkers.draw(draw));
    sandbox.assertIntact("softmax");
    float[] y = results.out().toArray();
    for (int row = 0; row < x.length / Math.max(n, 1); row++) {
      checkRow(
          accuracy,
          statistics,
          Arrays.copyOfRange(x, row * n, (row + 1) * n),
          visible(mask.visibility(), four, row),
          temperature,
          logarithmic,
          empty,
          Arrays.copyOfRange(y, row * n, (row + 1) * n),
          new float[] {
            results.logSumExp().toArray()[row],
            results.entropy().toArray()[row],
            results.maxWeight().toArray()[row]
          });
    }
  }

  private static void checkRow(
      Accuracy accuracy,
      Accuracy statistics,
      float[] x,
      boolean[] visible,
      float temperature,
      boolean logarithmic,
      EmptyRow empty,
      float[] y,
      float[] actual) {
    double[] scores = Primitives.widen(x);
    double emptyWeight = empty == EmptyRow.NAN ? Double.NaN : 0;
    double emptyLog = empty == EmptyRow.NAN ? Double.NaN : Double.NEGATIVE_INFINITY;
    double[] weights = ReferenceSoftmax.softmax(scores, visible, temperature, emptyWeight);
    double[] expected =
        logarithmic ? ReferenceSoftmax.logSoftmax(scores, visible, temperature, emptyLog) : weights;
    SoftmaxError error = new SoftmaxError(scores, visible, temperature);
    for (int j = 0; j < x.length; j++) {
      double bound =
          logarithmic ? error.ofLogWeight(j, expected[j]) : error.ofWeight(j, expected[j]);
      accuracy.check(expected[j], y[j], bound, "[" + j + "]");
    }
    double logSumExp = ReferenceSoftmax.logSumExp(scores, visible, temperature);
    statistics.check(logSumExp, actual[0], error.ofLogSumExp(logSumExp), " logSumExp");
    if (logSumExp == Double.NEGATIVE_INFINITY) {
      return; // entropy and largest weight of an empty row: a cell of the semantics table
    }
    double entropy = ReferenceSoftmax.entropy(scores, visible, temperature);
    statistics.check(entropy, actual[1], error.ofEntropy(entropy), " entropy");
    double maxWeight = Primitives.max(weights);
    double visibleMax = Double.isNaN(logSumExp) && temperature != 0 ? Double.NaN : maxWeight;
    statistics.check(visibleMax, actual[2], error.ofMaxWeight(maxWeight), " maxWeight");
  }

  private static int[] drawShape(Draw draw) {
    int rank = draw.integer("rank", 1, 4);
    int[] shape = new int[rank];
    if (draw.onceIn(16, "split")) { // so long that a row is split over the workers
      Arrays.fill(shape, 1);
      shape[rank - 1] = draw.integer("n", 16_384, 24_000);
      return shape;
    }
    int rows = 1;
    for (int axis = 0; axis < rank - 1; axis++) {
      shape[axis] = draw.integer("axis" + axis, 1, axis == rank - 2 ? 7 : 3);
      rows *= shape[axis];
    }
    shape[rank - 1] = draw.size("n", 6000 / rows);
    return shape;
  }

  /** The shape as [batch, heads, queries, keys], right-aligned. */
  private static int[] aligned(int... shape) {
    int[] four = {1, 1, 1, 1};
    System.arraycopy(shape, 0, four, 4 - shape.length, shape.length);
    return four;
  }

  private static boolean[] visible(Visibility visibility, int[] four, int row) {
    int query = row % four[2];
    int head = row / four[2] % four[1];
    int batch = row / four[2] / four[1];
    boolean[] visible = new boolean[four[3]];
    for (int j = 0; j < visible.length; j++) {
      visible[j] = visibility.visible(batch, head, query, j);
    }
    return visible;
  }
}
