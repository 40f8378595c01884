package io.github.lanewise;

import static io.github.lanewise.testing.Refused.nothing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Everything that softmax tells about some rows, computed in every way that there is: out of place
 * and in place, without and with statistics, in arrays and in native memory, alone and by two. The
 * constructor checks that the ways agree in every bit.
 */
final class Softmaxed {

  final Variant variant;
  final float[][] weights;
  final float[] logSumExp;
  final float[] entropy;
  final float[] maxWeight;
  private final int length;

  /** Which softmax, apart from its temperature. */
  record Variant(boolean logarithmic, EmptyRow emptyRow) {

    static Variant[] all() {
      return new Variant[] {
        new Variant(false, EmptyRow.NAN),
        new Variant(false, EmptyRow.ZERO),
        new Variant(true, EmptyRow.NAN),
        new Variant(true, EmptyRow.ZERO),
      };
    }

    Softmax at(float temperature) {
      return Softmax.builder()
          .temperature(temperature)
          .logarithmic(logarithmic)
          .emptyRow(emptyRow)
          .build();
    }

    /** What an invisible position gets, or a visible one of weight 0. */
    float nothing() {
      return logarithmic ? Float.NEGATIVE_INFINITY : 0f;
    }

    /** What every position of an empty row gets. */
    float empty() {
      return emptyRow == EmptyRow.NAN ? Float.NaN : nothing();
    }
  }

  Softmaxed(Variant variant, float temperature, float[] scores, int rows, Mask mask) {
    this.variant = variant;
    this.length = scores.length / rows;
    Softmax softmax = variant.at(temperature);
    long[] shape = {rows, length};
    Sandbox heap = new Sandbox(Layout.STRIDED_ARRAY);
    FloatTensor x = heap.input(scores, shape);
    Results y = Results.in(heap, shape);
    softmax.apply(x, mask, y.out(), y.statistics(), Workers.caller());
    heap.assertIntact(what(-1));
    weights = new float[rows][];
    float[] all = y.out().toArray();
    Arrays.setAll(weights, r -> Arrays.copyOfRange(all, r * length, (r + 1) * length));
    logSumExp = y.logSumExp().toArray();
    entropy = y.entropy().toArray();
    maxWeight = y.maxWeight().toArray();

    FloatTensor inPlace = heap.inPlace(scores, shape);
    softmax.apply(inPlace, mask, inPlace);
    Floats.assertBits(y.out(), inPlace, what(-1) + " in place");
    Sandbox off = new Sandbox(Layout.STRIDED_NATIVE);
    FloatTensor nativeX = off.inPlace(scores, shape);
    FloatTensor alone = off.output(rows);
    RowStatistics entropyAlone = new RowStatistics(null, alone, null);
    softmax.apply(nativeX, mask, nativeX, entropyAlone, TestWorkers.TWO);
    Floats.assertBits(y.out(), nativeX, what(-1) + " in place in native memory");
    Floats.assertBits(entropy, alone.toArray(), what(-1) + " entropy alone");
    off.assertIntact(what(-1));
  }

  private String what(int row) {
    return variant + ", length " + length + ", row " + row;
  }

  void assertEmpty(int row) {
    float filler = variant.empty();
    assertRow(row, Floats.filled(length, filler));
    float statistic = Float.isNaN(filler) ? Float.NaN : 0f;
    assertStatistics(row, Float.NEGATIVE_INFINITY, statistic, statistic);
  }

  void assertNaN(int row, IntPredicate visible) {
    float[] expected = new float[length];
    for (int j = 0; j < length; j++) {
      expected[j] = visible.test(j) ? Float.NaN : variant.nothing();
    }
    assertRow(row, expected);
    assertStatistics(row, Float.NaN, Float.NaN, Float.NaN);
  }

  void assertRow(int row, float[] expected) {
    Floats.assertBits(expected, weights[row], what(row));
  }

  void assertStatistics(int row, float wantedLogSumExp, float wantedEntropy, float wantedMax) {
    assertEquals(wantedLogSumExp, logSumExp[row], what(row) + " logSumExp");
    assertEquals(wantedEntropy, entropy[row], what(row) + " entropy");
    assertEquals(wantedMax, maxWeight[row], what(row) + " maxWeight");
  }

  /** Numbers throughout, which keeps the other assertions from passing on a broken call. */
  void assertOrdinary(int row) {
    double sum = 0;
    for (float weight : weights[row]) {
      sum += variant.logarithmic() ? Math.exp(weight) : weight;
    }
    assertEquals(1, sum, 1e-5, what(row) + ", sum of the weights");
    assertTrue(Float.isFinite(logSumExp[row]), what(row) + " logSumExp");
    assertTrue(entropy[row] >= -1e-6, what(row) + " entropy");
    assertTrue(maxWeight[row] > 0, what(row) + " maxWeight");
  }

  void assertSameRow(Softmaxed other, int row, int otherRow) {
    assertRow(row, other.weights[otherRow]);
    assertStatistics(
        row, other.logSumExp[otherRow], other.entropy[otherRow], other.maxWeight[otherRow]);
  }
}
