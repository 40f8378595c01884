package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Everything that attention tells about a call, row by row; a row is one query of one head of one
 * batch element, counted through.
 */
public final class Attended {

  public final AttentionShape shape;
  public final float[][] out;
  public final float[][] weights;
  public final float[] logSumExp;
  public final float[] entropy;
  public final float[] maxWeight;

  /** Forward and weights, in a layout with canaries around everything. */
  public static Attended by(
      Attention attention, AttentionShape shape, float[] q, float[] k, float[] v) {
    return by(attention, shape, q, k, v, Layout.STRIDED_ARRAY, Workers.caller());
  }

  /** Forward and weights. */
  public static Attended by(
      Attention attention,
      AttentionShape shape,
      float[] q,
      float[] k,
      float[] v,
      Layout layout,
      Workers workers) {
    Call call = new Call(new Sandbox(layout), shape, q, k, v);
    return call.run(attention, call.results.statistics(), workers);
  }

  /** Forward and weights in drawn layouts, by drawn workers, at times without statistics. */
  public static Attended drawn(Draw draw, AttentionCase c) {
    Call call = new Call(new Sandbox(Layout.drawn(draw)), c.shape(), c.q(), c.k(), c.v());
    boolean all = !draw.onceIn(4, "noStatistics");
    RowStatistics statistics = all ? call.results.statistics() : RowStatistics.none();
    return call.run(c.attention(), statistics, TestWorkers.draw(draw));
  }

  /** The tensors of a call. */
  private static final class Call {
    final Sandbox sandbox;
    final AttentionShape shape;
    final FloatTensor q;
    final FloatTensor k;
    final FloatTensor v;
    final FloatTensor p;
    final Results results;

    Call(Sandbox sandbox, AttentionShape shape, float[] q, float[] k, float[] v) {
      this.sandbox = sandbox;
      this.shape = shape;
      this.q = sandbox.input("Q", q, Axes.q(shape));
      this.k = sandbox.input("K", k, Axes.k(shape));
      this.v = sandbox.input("V", v, Axes.v(shape));
      FloatTensor out = sandbox.output("out", Axes.out(shape));
      p = sandbox.output("weights", Axes.weights(shape));
      results = Results.of(out, sandbox);
    }

    Attended run(Attention attention, RowStatistics statistics, Workers workers) {
      attention.forward(q, k, v, results.out(), statistics, workers);
      attention.weights(q, k, p, workers);
      sandbox.assertIntact("attention " + shape);
      return new Attended(this, statistics.logSumExp() != null);
    }
  }

  private final boolean hasStatistics;

  private Attended(Call call, boolean hasStatistics) {
    this.shape = call.shape;
    this.hasStatistics = hasStatistics;
    out = rows(call.results.out().toArray(), shape.queryRows());
    weights = rows(call.p.toArray(), shape.queryRows());
    logSumExp = call.results.logSumExp().toArray();
    entropy = call.results.entropy().toArray();
    maxWeight = call.results.maxWeight().toArray();
  }

  /** Whether statistics were asked for. */
  public boolean hasStatistics() {
    return hasStatistics;
  }

  /** Rows of the call. */
  public int rows() {
    return out.length;
  }

  /** The query of a row within its head. */
  public int query(int row) {
    return row % shape.queryLength();
  }

  private static float[][] rows(float[] all, int count) {
    float[][] rows = new float[count][];
    int length = count == 0 ? 0 : all.length / count;
    Arrays.setAll(rows, r -> Arrays.copyOfRange(all, r * length, (r + 1) * length));
    return rows;
  }

  /** A row without keys, but for its sink. */
  public void assertEmpty(int row, float expectedLogSumExp) {
    String what = shape + ", row " + row;
    Floats.assertBits(new float[out[row].length], out[row], what);
    Floats.assertBits(new float[weights[row].length], weights[row], what + " weights");
    assertEquals(expectedLogSumExp, logSumExp[row], what + " logSumExp");
    assertEquals(0f, entropy[row], what + " entropy");
    assertEquals(0f, maxWeight[row], what + " maxWeight");
  }

  /** NaN throughout, except that invisible keys weigh 0. */
  public void assertNaN(int row, IntPredicate visible) {
    String what = shape + ", row " + row;
    Floats.assertBits(Floats.filled(out[row].length, Float.NaN), out[row], what);
    float[] expected = new float[weights[row].length];
    for (int j = 0; j < expected.length; j++) {
      expected[j] = visible.test(j) ? Float.NaN : 0f;
    }
    Floats.assertBits(expected, weights[row], what + " weights");
    assertEquals(Float.NaN, logSumExp[row], what + " logSumExp");
    assertEquals(Float.NaN, entropy[row], what + " entropy");
    assertEquals(Float.NaN, maxWeight[row], what + " maxWeight");
  }

  /** Numbers throughout, which keeps the other assertions from passing on a broken call. */
  public void assertOrdinary(int row) {
    String what = shape + ", row " + row;
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

  /** The row has the bits of another. */
  public void assertSameRow(Attended other, int row, int otherRow) {
    String what = shape + ", row " + row;
    Floats.assertBits(other.out[otherRow], out[row], what);
    Floats.assertBits(other.weights[otherRow], weights[row], what + " weights");
    assertSameStatistics(other, row, otherRow);
  }

  /** The row has the statistics of another. */
  public void assertSameStatistics(Attended other, int row, int otherRow) {
    float[] expected = {
      other.logSumExp[otherRow], other.entropy[otherRow], other.maxWeight[otherRow]
    };
    float[] actual = {logSumExp[row], entropy[row], maxWeight[row]};
    Floats.assertBits(expected, actual, shape + ", statistics of row " + row);
  }

  /** Every row has the bits of the other call. */
  public void assertSame(Attended other) {
    assertEquals(other.rows(), rows());
    for (int row = 0; row < rows(); row++) {
      assertSameRow(other, row, row);
    }
  }
}
