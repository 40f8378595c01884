package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.AttentionOperations.Sizes;
import io.github.lanewise.attention.Attention;
import java.util.Arrays;

/**
 * Everything that attention tells about a call, row by row; a row is one query of one head of one
 * batch element, counted through.
 */
final class Attended {

  final Sizes sizes;
  final float[][] out;
  final float[][] weights;
  final float[] logSumExp;
  final float[] entropy;
  final float[] maxWeight;

  private Attended(
      Sizes sizes,
      float[][] out,
      float[][] weights,
      float[] logSumExp,
      float[] entropy,
      float[] maxWeight) {
    this.sizes = sizes;
    this.out = out;
    this.weights = weights;
    this.logSumExp = logSumExp;
    this.entropy = entropy;
    this.maxWeight = maxWeight;
  }

  /** Forward and weights, in a layout with canaries around everything. */
  static Attended by(
      Attention attention, Sizes sizes, float[] queries, float[] keys, float[] values) {
    return by(attention, sizes, queries, keys, values, Layout.STRIDED_ARRAY, Workers.caller());
  }

  static Attended by(
      Attention attention,
      Sizes sizes,
      float[] queries,
      float[] keys,
      float[] values,
      Layout layout,
      Workers workers) {
    try (Sandbox sandbox = new Sandbox(layout)) {
      FloatTensor q = sandbox.input(queries, sizes.q());
      FloatTensor k = sandbox.input(keys, sizes.k());
      FloatTensor v = sandbox.input(values, sizes.v());
      FloatTensor out = sandbox.output(sizes.out());
      FloatTensor p = sandbox.output(sizes.weights());
      FloatTensor logSumExp = sandbox.output(sizes.rows());
      FloatTensor entropy = sandbox.output(sizes.rows());
      FloatTensor maxWeight = sandbox.output(sizes.rows());
      attention.forward(q, k, v, out, new RowStatistics(logSumExp, entropy, maxWeight), workers);
      attention.weights(q, k, p, workers);
      sandbox.assertIntact("attention " + sizes);
      int rows = Floats.count(sizes.rows());
      return new Attended(
          sizes,
          rows(out.toArray(), rows),
          rows(p.toArray(), rows),
          logSumExp.toArray(),
          entropy.toArray(),
          maxWeight.toArray());
    }
  }

  int rows() {
    return out.length;
  }

  /** The query of a row within its head. */
  int query(int row) {
    return (int) (row % sizes.queries());
  }

  private static float[][] rows(float[] all, int count) {
    float[][] rows = new float[count][];
    int length = count == 0 ? 0 : all.length / count;
    Arrays.setAll(rows, r -> Arrays.copyOfRange(all, r * length, (r + 1) * length));
    return rows;
  }

  void assertEmpty(int row, float expectedLogSumExp) {
    String what = sizes + ", row " + row;
    Floats.assertSameBits(new float[out[row].length], out[row], what);
    Floats.assertSameBits(new float[weights[row].length], weights[row], what + " weights");
    assertEquals(expectedLogSumExp, logSumExp[row], what + " logSumExp");
    assertEquals(0f, entropy[row], what + " entropy");
    assertEquals(0f, maxWeight[row], what + " maxWeight");
  }

  /** NaN throughout, except that invisible keys weigh 0. */
  void assertNaN(int row, java.util.function.IntPredicate visible) {
    String what = sizes + ", row " + row;
    Floats.assertSameBits(Floats.filled(out[row].length, Float.NaN), out[row], what);
    float[] expected = new float[weights[row].length];
    for (int j = 0; j < expected.length; j++) {
      expected[j] = visible.test(j) ? Float.NaN : 0f;
    }
    Floats.assertSameBits(expected, weights[row], what + " weights");
    assertEquals(Float.NaN, logSumExp[row], what + " logSumExp");
    assertEquals(Float.NaN, entropy[row], what + " entropy");
    assertEquals(Float.NaN, maxWeight[row], what + " maxWeight");
  }

  /** Numbers throughout, which keeps the other assertions from passing on a broken call. */
  void assertOrdinary(int row) {
    String what = sizes + ", row " + row;
    double sum = 0;
    for (float weight : weights[row]) {
      assertTrue(weight >= 0 && weight <= 1, what + " has weight " + weight);
      sum += weight;
    }
    assertEquals(1, sum, 1e-5, what + ", sum of the weights");
    for (float value : out[row]) {
      assertTrue(Float.isFinite(value), what + " has " + value);
    }
    assertTrue(Float.isFinite(logSumExp[row]), what + " has logSumExp " + logSumExp[row]);
    assertTrue(entropy[row] >= -1e-6, what + " has entropy " + entropy[row]);
    assertTrue(maxWeight[row] > 0, what + " has maxWeight " + maxWeight[row]);
  }

  void assertSameRow(Attended other, int row, int otherRow) {
    String what = sizes + ", row " + row;
    Floats.assertSameBits(other.out[otherRow], out[row], what);
    Floats.assertSameBits(other.weights[otherRow], weights[row], what + " weights");
    assertSameStatistics(other, row, otherRow);
  }

  void assertSameStatistics(Attended other, int row, int otherRow) {
    float[] expected = {
      other.logSumExp[otherRow], other.entropy[otherRow], other.maxWeight[otherRow]
    };
    float[] actual = {logSumExp[row], entropy[row], maxWeight[row]};
    Floats.assertSameBits(expected, actual, sizes + ", statistics of row " + row);
  }

  void assertSame(Attended other) {
    assertEquals(other.rows(), rows());
    for (int row = 0; row < rows(); row++) {
      assertSameRow(other, row, row);
    }
  }
}
