package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Bits;
import io.github.lanewise.testing.ContractSoftmax;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Layouts;
import io.github.lanewise.testing.Property;
import io.github.lanewise.testing.Sizes;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Softmax of single rows against the arithmetic contract and against the stated bounds. */
class SoftmaxPropertyTest {
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

  /** A row so long that it is split over the workers. */
  @Test
  void splitRowsHaveTheBitsOfTheContract() {
    Property.check(
        9,
        draw -> {
          int n = draw.oneOf("n", 20_000, 65_537, 128_256);
          float temperature = draw.oneOf("temperature", 1f, 0.7f);
          float[] x = draw.floats("x", n, FloatKind.LOGITS, FloatKind.WIDE);
          FloatTensor y = Layouts.drawResult(draw, "y", n);
          boolean logarithmic = draw.onceIn(2, "logarithmic");
          at(temperature)
              .logarithmic(logarithmic)
              .build()
              .apply(
                  FloatTensor.of(x, n),
                  Mask.none(),
                  y,
                  RowStatistics.none(),
                  TestWorkers.draw(draw));
          Bits.assertEqual(
              logarithmic
                  ? ContractSoftmax.logSoftmax(x, temperature)
                  : ContractSoftmax.softmax(x, temperature),
              y.toArray(),
              () -> "split row");
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

  private static Softmax.Builder at(float temperature) {
    return Softmax.builder().temperature(temperature);
  }
}
