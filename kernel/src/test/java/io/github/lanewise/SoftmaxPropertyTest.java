package io.github.lanewise;

import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractSoftmax;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.Sizes;
import io.github.lanewise.testing.SoftmaxError;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;

/** Softmax of single rows against the arithmetic contract and against the stated bounds. */
class SoftmaxPropertyTest {
  private static final float[] TEMPERATURES = {1, 1, 0.5f, 2, 0.1f, 0.7f, 30};

  /** Without NaN and +∞; several largest scores, in several blocks, and zeros of both signs. */
  private static final FloatKind[] WITH_TIES = {
    FloatKind.NORMAL,
    FloatKind.LOGITS,
    FloatKind.WIDE,
    FloatKind.NEAR_ZERO,
    FloatKind.TIED,
    FloatKind.GRID,
    FloatKind.MINUS_INFINITIES
  };

  @Cases(300)
  void oneRowHasTheBitsOfTheContract(Draw draw) {
    int n = draw.size("n", 4098);
    int from = draw.oneOf("from", Sizes.offsets());
    float temperature = draw.oneOf("temperature", TEMPERATURES);
    float[] x = draw.floats("x", n, FloatKind.finite());
    float[] array = Arrays.copyOf(new float[from], from + n);
    System.arraycopy(x, 0, array, from, n);
    float[] logarithmic = array.clone();
    at(temperature).build().apply(array, from, from + n);
    at(temperature).logarithmic(true).build().apply(logarithmic, from, from + n);
    Floats.assertBits(
        ContractSoftmax.softmax(x, temperature),
        Arrays.copyOfRange(array, from, from + n),
        "softmax");
    Floats.assertBits(
        ContractSoftmax.logSoftmax(x, temperature),
        Arrays.copyOfRange(logarithmic, from, from + n),
        "log-softmax");
  }

  /** A row so long that it is split over the workers. */
  @Cases(9)
  void splitRowsHaveTheBitsOfTheContract(Draw draw) {
    int n = draw.oneOf("n", 20_000, 65_537, 128_256);
    float temperature = draw.oneOf("temperature", 1f, 0.7f);
    float[] x = draw.floats("x", n, FloatKind.LOGITS, FloatKind.WIDE);
    FloatTensor y = new Sandbox(Layout.drawn(draw)).output("y", n);
    boolean logarithmic = draw.onceIn(2, "logarithmic");
    at(temperature)
        .logarithmic(logarithmic)
        .build()
        .apply(FloatTensor.of(x, n), Mask.none(), y, RowStatistics.none(), TestWorkers.draw(draw));
    Floats.assertBits(
        logarithmic
            ? ContractSoftmax.logSoftmax(x, temperature)
            : ContractSoftmax.softmax(x, temperature),
        y.toArray(),
        "split row");
  }

  /**
   * Two maxima of weight 1, all others about 1/2 together: there the last bit of the sum is one of
   * its logarithm, and it tells which of the two has been left out of it.
   */
  @Cases(24)
  void splitRowsLeaveOutTheFirstOfTwoMaxima(Draw draw) {
    int n = draw.integer("n", 16_384, 40_000);
    float[] x = draw.floats("x", n, FloatKind.NORMAL);
    int first = draw.integer("first", 0, n - 2);
    x[first] = 11.5f;
    x[draw.integer("second", first + 1, n - 1)] = 11.5f;
    FloatTensor y = FloatTensor.allocate(n);
    at(1f)
        .logarithmic(true)
        .build()
        .apply(FloatTensor.of(x, n), Mask.none(), y, RowStatistics.none(), TestWorkers.draw(draw));
    Floats.assertBits(ContractSoftmax.logSoftmax(x, 1f), y.toArray(), "split row");
  }

  /** Statistics with masks, at every temperature above 0; the weights beside them. */
  @Cases(300)
  void statisticsHaveTheBitsOfTheContract(Draw draw) {
    int n = draw.onceIn(16, "split") ? 17_000 : draw.size("n", 4098);
    float temperature = draw.oneOf("temperature", 1, 1, 0.7f, 2, Float.POSITIVE_INFINITY);
    float[] x = draw.floats("x", n, WITH_TIES);
    boolean[] visible = new boolean[n];
    Arrays.fill(visible, true);
    Mask mask = Mask.none();
    if (n > 0 && draw.onceIn(2, "masked")) {
      visible = draw.flags("visible", n, 3);
      mask = Mask.allowed(visible, 1, n);
    }
    if (!someAbove(Float.NEGATIVE_INFINITY, x, visible)) {
      return; // an empty row: a cell of the semantics table
    }
    ContractSoftmax.Row expected = ContractSoftmax.row(x, visible, temperature);
    boolean logarithmic = draw.onceIn(2, "logarithmic");
    boolean inPlace = draw.onceIn(3, "in place");
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor input = sandbox.inPlace("input", x, 1, n);
    FloatTensor y = inPlace ? input : sandbox.output("y", 1, n);
    FloatTensor logSumExp = FloatTensor.allocate(1);
    FloatTensor entropy = FloatTensor.allocate(1);
    FloatTensor maxWeight = FloatTensor.allocate(1);
    boolean wantsEntropy = !draw.onceIn(3, "no entropy");
    RowStatistics statistics =
        new RowStatistics(logSumExp, wantsEntropy ? entropy : null, maxWeight);
    at(temperature)
        .logarithmic(logarithmic)
        .build()
        .apply(input, mask, y, statistics, TestWorkers.draw(draw));
    sandbox.assertIntact("softmax");
    float[] weights = logarithmic ? expected.logWeights() : expected.weights();
    Floats.assertBits(weights, y.toArray(), "y");
    Floats.assertBits(expected.logSumExp(), logSumExp.get(0), "logSumExp");
    Floats.assertBits(wantsEntropy ? expected.entropy() : 0f, entropy.get(0), "entropy");
    Floats.assertBits(expected.maxWeight(), maxWeight.get(0), "maxWeight");
  }

  private static boolean someAbove(float least, float[] x, boolean[] visible) {
    boolean some = false;
    for (int j = 0; j < x.length; j++) {
      some |= visible[j] && x[j] > least;
    }
    return some;
  }

  /** All within the bounds of {@link SoftmaxError}: those of the Javadoc. */
  @Cases(300)
  void everyResultIsWithinItsStatedBound(
      Draw draw,
      @Accuracy.Of("softmax weight") Accuracy weights,
      @Accuracy.Of("log-softmax") Accuracy logarithms,
      @Accuracy.Of("softmax logSumExp") Accuracy logSums,
      @Accuracy.Of("softmax entropy") Accuracy entropies) {
    int n = draw.size("n", 4098);
    float temperature = draw.oneOf("temperature", TEMPERATURES);
    float[] x = draw.floats("x", n, FloatKind.finite());
    if (n > 0 && draw.onceIn(2, "peak")) {
      x[draw.integer("at", 0, n - 1)] += draw.integer("above", 0, 100) * temperature;
    }
    checkBounds(x, temperature, weights, logarithms, logSums, entropies);
  }

  private static void checkBounds(
      float[] x,
      float temperature,
      Accuracy weights,
      Accuracy logarithms,
      Accuracy logSums,
      Accuracy entropies) {
    int n = x.length;
    double[] scores = Primitives.widen(x);
    boolean[] visible = new boolean[n];
    Arrays.fill(visible, true);
    SoftmaxError error = new SoftmaxError(scores, temperature);
    float[] y = x.clone();
    at(temperature).build().apply(y, 0, n);
    double[] expected = ReferenceSoftmax.softmax(scores, temperature);
    for (int j = 0; j < n; j++) {
      weights.check(expected[j], y[j], error.ofWeight(j, expected[j]), "[" + j + "]");
    }
    FloatTensor logY = FloatTensor.allocate(n);
    FloatTensor logSumExp = FloatTensor.allocate(1);
    FloatTensor entropy = FloatTensor.allocate(1);
    at(temperature)
        .logarithmic(true)
        .build()
        .apply(
            FloatTensor.of(x, n),
            Mask.none(),
            logY,
            new RowStatistics(logSumExp, entropy, null),
            Workers.caller());
    double[] expectedLog = ReferenceSoftmax.logSoftmax(scores, temperature);
    for (int j = 0; j < n; j++) {
      double bound = error.ofLogWeight(j, expectedLog[j]);
      logarithms.check(expectedLog[j], logY.get(j), bound, "[" + j + "]");
    }
    double logSum = ReferenceSoftmax.logSumExp(scores, visible, temperature);
    logSums.check(logSum, logSumExp.get(0), error.ofLogSumExp(logSum), "");
    if (n > 0) {
      double nats = ReferenceSoftmax.entropy(scores, visible, temperature);
      entropies.check(nats, entropy.get(0), error.ofEntropy(nats), "");
    }
  }

  private static Softmax.Builder at(float temperature) {
    return Softmax.builder().temperature(temperature);
  }
}
