package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.reference.Visibility;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Bits;
import io.github.lanewise.testing.ContractSoftmax;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Layouts;
import io.github.lanewise.testing.MaskCase;
import io.github.lanewise.testing.Property;
import io.github.lanewise.testing.Sizes;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Softmax against the oracle, against the arithmetic contract, and against itself. */
class SoftmaxPropertyTest {
  private static final FloatKind[] WITH_SPECIALS = {
    FloatKind.NORMAL,
    FloatKind.LOGITS,
    FloatKind.OVERFLOWING,
    FloatKind.WIDE,
    FloatKind.TIED,
    FloatKind.NONFINITE,
    FloatKind.MINUS_INFINITIES
  };

  private static final float[] TEMPERATURES = {1, 1, 0.5f, 2, 0.1f, 0.7f, 30};

  @Test
  void oneRowHasTheBitsOfTheContract() {
    Property.check(
        300,
        draw -> {
          int n = draw.size("n", 4098);
          int from = draw.oneOf("from", Sizes.offsets());
          float temperature = draw.oneOf("temperature", TEMPERATURES);
          float[] x = draw.floats("x", n, FloatKind.finite());
          float[] array = Arrays.copyOf(new float[from], from + n);
          System.arraycopy(x, 0, array, from, n);
          float[] logarithmic = array.clone();
          at(temperature).build().apply(array, from, from + n);
          at(temperature).logarithmic(true).build().apply(logarithmic, from, from + n);
          Bits.assertEqual(
              ContractSoftmax.softmax(x, temperature),
              Arrays.copyOfRange(array, from, from + n),
              () -> "softmax");
          Bits.assertEqual(
              ContractSoftmax.logSoftmax(x, temperature),
              Arrays.copyOfRange(logarithmic, from, from + n),
              () -> "log-softmax");
        });
  }

  /**
   * Weights within (|d| + D + log₂(n/256)⁺ + 32)·u, relatively, and 2⁻¹²⁶. |d| and D stand for the
   * one rounding of x - m; at a temperature that is no power of two the division rounds d once
   * more, and both count twice.
   */
  @Test
  void weightsAreWithinTheStatedBound() {
    Accuracy accuracy = new Accuracy("softmax weight");
    Accuracy logarithms = new Accuracy("log-softmax");
    Property.check(
        300,
        draw -> {
          int n = draw.size("n", 4098);
          float temperature = draw.oneOf("temperature", TEMPERATURES);
          float[] x = draw.floats("x", n, FloatKind.finite());
          double[] expected = ReferenceSoftmax.softmax(Primitives.widen(x), temperature);
          double[] expectedLog = ReferenceSoftmax.logSoftmax(Primitives.widen(x), temperature);
          float[] y = x.clone();
          float[] logY = x.clone();
          at(temperature).build().apply(y, 0, n);
          at(temperature).logarithmic(true).build().apply(logY, 0, n);
          RowError error = new RowError(x, temperature);
          for (int j = 0; j < n; j++) {
            int at = j;
            accuracy.check(expected[j], y[j], error.ofWeight(j, expected[j]), () -> "[" + at + "]");
            logarithms.check(
                expectedLog[j],
                logY[j],
                error.ofLogWeight(j, expectedLog[j]),
                () -> "[" + at + "]");
          }
        });
    accuracy.print();
    logarithms.print();
  }

  /** The error bounds of a row, from its distances |d| to the maximum. */
  private static final class RowError {
    private final double[] distance;
    private final double denominator;
    private final double roundings;

    RowError(float[] x, float temperature) {
      double max = Primitives.max(Primitives.widen(x));
      double sum = 0;
      double weighted = 0;
      distance = new double[x.length];
      for (int j = 0; j < x.length; j++) {
        distance[j] = (max - x[j]) / temperature;
        double p = Math.exp(-distance[j]);
        sum += p;
        weighted += p == 0 ? 0 : p * distance[j];
      }
      boolean exactDivision = Math.scalb(1f, Math.getExponent(temperature)) == temperature;
      roundings = exactDivision ? 1 : 2;
      denominator = roundings * weighted / sum + Accuracy.blockLevels(x.length);
    }

    double ofWeight(int j, double weight) {
      return (roundings * distance[j] + denominator + 32) * U * weight + 0x1p-126;
    }

    /** d and ln l are rounded once each, their difference once. */
    double ofLogWeight(int j, double logWeight) {
      double lnSum = Math.abs(logWeight + distance[j]);
      double rounded = roundings * distance[j] + 2 * lnSum + Math.abs(logWeight);
      return (rounded + denominator + 32) * U;
    }
  }

  @Test
  void everyCombinationAgreesWithTheOracle() {
    Accuracy accuracy = new Accuracy("softmax under masks");
    Accuracy statistics = new Accuracy("softmax statistics");
    Property.check(
        250,
        draw -> {
          int[] shape = drawShape(draw);
          int n = shape[shape.length - 1];
          float temperature =
              draw.oneOf("temperature", 1f, 1f, 0.5f, 3f, 0f, Float.POSITIVE_INFINITY);
          boolean logarithmic = draw.onceIn(2, "logarithmic");
          EmptyRow empty = draw.oneOf("empty", EmptyRow.values());
          float[] x = draw.floats("x", product(shape), WITH_SPECIALS);
          int[] four = aligned(shape);
          MaskCase mask = MaskCase.drawForSoftmax(draw, shape.length, four);
          FloatTensor input = Layouts.draw(draw, "input", x, shape);
          boolean inPlace = draw.onceIn(3, "inPlace");
          FloatTensor output = inPlace ? input : Layouts.drawResult(draw, "output", shape);
          int[] rows = shape.length == 1 ? new int[] {1} : Arrays.copyOf(shape, shape.length - 1);
          FloatTensor logSumExp = Layouts.drawResult(draw, "logSumExp", rows);
          FloatTensor entropy = Layouts.drawResult(draw, "entropy", rows);
          FloatTensor maxWeight = Layouts.drawResult(draw, "maxWeight", rows);
          at(temperature)
              .logarithmic(logarithmic)
              .emptyRow(empty)
              .build()
              .apply(
                  input,
                  mask.mask(),
                  output,
                  new RowStatistics(logSumExp, entropy, maxWeight),
                  TestWorkers.draw(draw));

          float[] y = output.toArray();
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
                  logSumExp.toArray()[row], entropy.toArray()[row], maxWeight.toArray()[row]
                });
          }
        });
    accuracy.print();
    statistics.print();
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
    // Every distance that matters is below 110: a weight beyond is 0 in float.
    double levels = Accuracy.blockLevels(x.length);
    double mean = 0;
    double meanSquare = 0;
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < x.length; j++) {
      max = visible[j] ? Math.max(max, scores[j]) : max;
    }
    for (int j = 0; j < x.length; j++) {
      if (visible[j] && weights[j] > 0 && temperature > 0) {
        double d = (max - scores[j]) / temperature;
        mean += weights[j] * d;
        meanSquare += weights[j] * d * d;
      }
    }
    for (int j = 0; j < x.length; j++) {
      int at = j;
      double d = visible[j] && temperature > 0 ? Math.abs(max - scores[j]) / temperature : 0;
      double bound =
          logarithmic
              ? (2 * d + mean + levels + 32 + 2 * Math.abs(expected[j])) * U
              : (2 * d + 2 * mean + levels + 32) * U * expected[j] + 0x1p-126;
      double representable = (float) expected[j]; // a logarithm beyond the range of float is -∞
      accuracy.check(representable, y[j], bound, () -> "[" + at + "] of " + Arrays.toString(x));
    }
    double logSumExp = ReferenceSoftmax.logSumExp(scores, visible, temperature);
    double relative = 2 * mean + levels + 32;
    statistics.check(
        (float) logSumExp,
        actual[0],
        (relative + 4 * Math.abs(logSumExp) + 2 * Math.abs(max / temperature)) * U,
        () -> " logSumExp of " + Arrays.toString(x));
    if (logSumExp == Double.NEGATIVE_INFINITY) {
      return; // entropy and largest weight of an empty row: a cell of the semantics table
    }
    double entropy = ReferenceSoftmax.entropy(weights);
    statistics.check(
        entropy,
        actual[1],
        ((relative + 8) * (1 + mean) + 2 * meanSquare + 2 * entropy) * U + 0x1p-120 * x.length,
        () -> " entropy of " + Arrays.toString(x));
    double maxWeight = Primitives.max(weights);
    double visibleMax = Double.isNaN(logSumExp) && temperature != 0 ? Double.NaN : maxWeight;
    statistics.check(
        visibleMax,
        actual[2],
        relative * U * maxWeight,
        () -> " maxWeight of " + Arrays.toString(x));
  }

  private static int[] drawShape(Draw draw) {
    int rank = draw.integer("rank", 1, 4);
    int[] shape = new int[rank];
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

  /** On a grid on which x + shift is exact, the bits stay. */
  @Test
  void shiftChangesNothing() {
    Property.check(
        200,
        draw -> {
          int n = draw.size("n", 1100);
          float[] x = draw.floats("x", n, FloatKind.GRID);
          float shift = draw.oneOf("shift", 1f, -16f, 1024f, -4096f, 65536f);
          float[] shifted = new float[n];
          for (int j = 0; j < n; j++) {
            shifted[j] = x[j] + shift;
          }
          Bits.assertEqual(softmax(x), softmax(shifted), () -> "shifted by " + shift);
        });
  }

  /** Only the order of the sum changes. */
  @Test
  void permutationPermutes() {
    Accuracy accuracy = new Accuracy("permuted softmax");
    Property.check(
        150,
        draw -> {
          int n = draw.size("n", 1100);
          float[] x = draw.floats("x", n, FloatKind.finite());
          int[] order = draw.permutation("order", n);
          float[] permuted = new float[n];
          for (int j = 0; j < n; j++) {
            permuted[j] = x[order[j]];
          }
          float[] y = softmax(x);
          float[] permutedY = softmax(permuted);
          for (int j = 0; j < n; j++) {
            assertSumOrder(accuracy, y[order[j]], permutedY[j], n);
          }
        });
    accuracy.print();
  }

  /** An invisible element is one that is not there; at the end of a row, bit for bit. */
  @Test
  void maskedIsCompacted() {
    Accuracy accuracy = new Accuracy("masked against compacted softmax");
    Property.check(
        200,
        draw -> {
          int n = draw.size("n", 1100);
          float[] x = draw.floats("x", n, FloatKind.finite());
          boolean onlyPrefix = draw.onceIn(2, "onlyPrefix");
          boolean[] allowed = draw.flags("allowed", n, 2);
          int prefix = draw.integer("prefix", 0, n);
          float[] compact = new float[n];
          int kept = 0;
          for (int j = 0; j < n; j++) {
            allowed[j] = onlyPrefix ? j < prefix : allowed[j];
            if (allowed[j]) {
              compact[kept++] = x[j];
            } else {
              x[j] = Float.NaN;
            }
          }
          FloatTensor y = FloatTensor.allocate(n);
          Softmax.builder()
              .emptyRow(EmptyRow.ZERO)
              .build()
              .apply(FloatTensor.of(x, n), Mask.allowed(allowed, n), y);
          float[] expected = softmax(Arrays.copyOf(compact, kept));
          int next = 0;
          for (int j = 0; j < n; j++) {
            int at = j;
            if (!allowed[j]) {
              Bits.assertEqual(0, y.get(j), () -> "invisible " + at);
            } else if (onlyPrefix) {
              Bits.assertEqual(expected[next++], y.get(j), () -> "visible " + at);
            } else {
              assertSumOrder(accuracy, expected[next++], y.get(j), n);
            }
          }
        });
    accuracy.print();
  }

  /** Twice the same whole blocks: every weight is half, exactly. */
  @Test
  void duplicationHalvesEveryWeight() {
    Property.check(
        60,
        draw -> {
          int n = 256 << draw.integer("blocks", 0, 3);
          float[] x = draw.floats("x", n, FloatKind.NORMAL, FloatKind.TIED, FloatKind.GRID);
          float[] twice = Arrays.copyOf(x, 2 * n);
          System.arraycopy(x, 0, twice, n, n);
          float[] y = softmax(x);
          float[] yTwice = softmax(twice);
          for (int j = 0; j < 2 * n; j++) {
            int at = j;
            Bits.assertEqual(y[j % n] / 2, yTwice[j], () -> "weight " + at);
          }
        });
  }

  /** Division by a power of two is exact, before the shift as after it. */
  @Test
  void temperatureDividesTheScores() {
    Property.check(
        150,
        draw -> {
          int n = draw.size("n", 1100);
          float[] x = draw.floats("x", n, FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.GRID);
          float temperature = draw.oneOf("temperature", 0.25f, 0.5f, 2f, 16f);
          float[] divided = new float[n];
          for (int j = 0; j < n; j++) {
            divided[j] = x[j] / temperature;
          }
          float[] y = x.clone();
          at(temperature).build().apply(y, 0, n);
          Bits.assertEqual(softmax(divided), y, () -> "at temperature " + temperature);
        });
  }

  @Test
  void logSoftmaxIsTheLogarithmOfSoftmax() {
    Accuracy accuracy = new Accuracy("log-softmax against ln softmax");
    Property.check(
        150,
        draw -> {
          int n = draw.size("n", 1100);
          float[] x = draw.floats("x", n, FloatKind.finite());
          float[] y = softmax(x);
          float[] logY = x.clone();
          Softmax.builder().logarithmic(true).build().apply(logY, 0, n);
          for (int j = 0; j < n; j++) {
            int at = j;
            if (y[j] > 0) { // a weight that was flushed has no logarithm
              double log = Math.log(y[j]);
              accuracy.check(log, logY[j], (2 * Math.abs(log) + 8) * U, () -> "[" + at + "]");
            }
          }
        });
    accuracy.print();
  }

  /** dx = y·(dy - Σ y·dy)/T: the sum is over as many terms as the row has. */
  @Test
  void backwardIsTheGradient() {
    Accuracy accuracy = new Accuracy("softmax backward");
    Property.check(
        150,
        draw -> {
          int rows = draw.integer("rows", 1, 3);
          int n = draw.size("n", 600);
          float temperature = draw.oneOf("temperature", TEMPERATURES);
          float[] x = draw.floats("x", rows * n, FloatKind.NORMAL, FloatKind.LOGITS);
          float[] dy = draw.floats("dy", rows * n, FloatKind.NORMAL, FloatKind.GRID);
          Softmax softmax = at(temperature).build();
          FloatTensor y = Layouts.drawResult(draw, "y", rows, n);
          softmax.apply(FloatTensor.of(x, rows, n), y);
          FloatTensor dyTensor = Layouts.draw(draw, "dyTensor", dy, rows, n);
          boolean inPlace = draw.onceIn(3, "inPlace");
          FloatTensor dx = inPlace ? dyTensor : Layouts.drawResult(draw, "dx", rows, n);
          softmax.backward(y, dyTensor, dx);
          for (int row = 0; row < rows; row++) {
            double[] weights =
                Primitives.widen(Arrays.copyOfRange(y.toArray(), row * n, (row + 1) * n));
            double[] gradient = Primitives.widen(Arrays.copyOfRange(dy, row * n, (row + 1) * n));
            double[] expected = ReferenceSoftmax.backward(weights, gradient, temperature);
            double magnitude = 0;
            double total = 0;
            for (int j = 0; j < n; j++) {
              magnitude += Math.abs(weights[j] * gradient[j]);
              total += weights[j];
            }
            for (int j = 0; j < n; j++) {
              int at = j;
              // The weights were rounded: their sum is 1 to within the oracle's own use of it.
              double unnormalised = weights[j] * gradient[j] * Math.abs(1 - total) / temperature;
              double bound =
                  (24 + Accuracy.blockLevels(n))
                          * U
                          * weights[j]
                          * (Math.abs(gradient[j]) + magnitude)
                          / temperature
                      + Math.abs(unnormalised)
                      + 0x1p-126;
              accuracy.check(expected[j], dx.toArray()[row * n + at], bound, () -> "[" + at + "]");
            }
          }
        });
    accuracy.print();
  }

  /** Central differences of the oracle's softmax, from the scores: backward needs only y. */
  @Test
  void backwardAgreesWithFiniteDifferences() {
    Accuracy accuracy = new Accuracy("softmax backward against differences");
    Property.check(
        40,
        draw -> {
          int n = draw.integer("n", 1, 24);
          float temperature = draw.oneOf("temperature", TEMPERATURES);
          float[] x = draw.floats("x", n, FloatKind.NORMAL);
          float[] dy = draw.floats("dy", n, FloatKind.NORMAL);
          Softmax softmax = at(temperature).build();
          FloatTensor y = FloatTensor.allocate(n);
          FloatTensor dx = FloatTensor.allocate(n);
          softmax.apply(FloatTensor.of(x, n), y);
          softmax.backward(y, FloatTensor.of(dy, n), dx);
          double step = 0x1p-14 * temperature;
          for (int i = 0; i < n; i++) {
            int at = i;
            double above = loss(x, i, step, dy, temperature);
            double below = loss(x, i, -step, dy, temperature);
            accuracy.check(
                (above - below) / (2 * step), dx.get(i), 1e-5 / temperature, () -> "[" + at + "]");
          }
        });
    accuracy.print();
  }

  private static double loss(float[] x, int moved, double step, float[] dy, float temperature) {
    double[] scores = Primitives.widen(x);
    scores[moved] += step;
    double[] weights = ReferenceSoftmax.softmax(scores, temperature);
    return Primitives.dot(weights, 0, Primitives.widen(dy), 0, weights.length);
  }

  /** The same numerator over two denominators that differ by the order of their sum. */
  private static void assertSumOrder(Accuracy accuracy, float expected, float actual, int n) {
    double bound = 2 * (22 + Accuracy.blockLevels(n)) * U * expected + 0x1p-126;
    accuracy.check(expected, actual, bound, () -> "");
  }

  private static float[] softmax(float... x) {
    float[] y = x.clone();
    Softmax.standard().apply(y, 0, y.length);
    return Bits.requireFinite(y);
  }

  private static Softmax.Builder at(float temperature) {
    return Softmax.builder().temperature(temperature);
  }

  private static int product(int... shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }
}
