package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Test;

/** Most cases have one query q = 1 of headDim 1, so that the keys are the raw scores. */
class ReferenceAttentionTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;
  private static final double LN2 = FastMath.log(2);
  private static final double LN3 = FastMath.log(3);
  private static final AttentionOptions PLAIN = AttentionOptions.scaled(1);

  @Test
  void weightedMeanByHand() {
    // exp of the scores: 1, 2, 3, so the weights are 1/6, 2/6, 3/6
    AttentionResult result = oneQuery(PLAIN, new double[] {0, LN2, LN3}, 6, 12, 18);
    assertArrayEquals(new double[] {1 / 6.0, 2 / 6.0, 0.5}, result.weights(), 1e-15);
    assertEquals(1 + 4 + 9, result.out()[0], 1e-14);
    assertEquals(FastMath.log(6), result.logSumExp()[0], 1e-15);
    assertEquals(0.5, result.maxWeight()[0], 1e-15);
    assertEquals(FastMath.log(6) / 6 + LN3 / 3 + LN2 / 2, result.entropy()[0], 1e-15); // Σ α ln 1/α
  }

  @Test
  void agreesWithMatrices() {
    SplittableRandom random = new SplittableRandom(11);
    AttentionShape shape = new AttentionShape(1, 1, 1, 5, 7, 4, 3);
    double[] q = random.doubles(20, -1, 1).toArray();
    double[] k = random.doubles(28, -1, 1).toArray();
    double[] v = random.doubles(21, -1, 1).toArray();
    RealMatrix scores = matrix(q, 5, 4).multiply(matrix(k, 7, 4).transpose()).scalarMultiply(0.5);
    RealMatrix weights = new Array2DRowRealMatrix(5, 7);
    for (int i = 0; i < 5; i++) {
      weights.setRow(i, ReferenceSoftmax.softmax(scores.getRow(i)));
    }
    RealMatrix out = weights.multiply(matrix(v, 7, 3));
    AttentionResult result =
        ReferenceAttention.forward(shape, AttentionOptions.standard(4), q, k, v);
    assertMatrix(weights, result.weights());
    assertMatrix(out, result.out());
  }

  @Test
  void everyStepOfTheScore() {
    double[] keys = {2, 4};
    assertArrayEquals(new double[] {1, 2}, scores(AttentionOptions.scaled(0.5), keys), 1e-15);
    assertArrayEquals(
        new double[] {3 * FastMath.tanh(2 / 3.0), 3 * FastMath.tanh(4 / 3.0)},
        scores(PLAIN.withSoftcap(3), keys),
        1e-15);
    ScoreBias bias = ScoreBias.of(new float[] {10, 20}, 2);
    assertArrayEquals(new double[] {12, 24}, scores(PLAIN.withBias(bias), keys), 1e-15);
    // query 0 stands at position 1: distances 1 and 0
    assertArrayEquals(new double[] {1.5, 4}, scores(PLAIN.withAlibi(1, 0.5f), keys), 1e-15);
    assertArrayEquals(new double[] {1.5, 3}, scores(PLAIN.withAlibi(-1, 0.5f), keys), 1e-15);
    assertArrayEquals(new double[] {0.5, 1}, scores(PLAIN.withTemperature(4), keys), 1e-15);
    // in order: softcap before bias, both before temperature
    double expected = (3 * FastMath.tanh(0.5 * 2 / 3) + 10 - 0.5) / 4;
    AttentionOptions all =
        AttentionOptions.scaled(0.5)
            .withSoftcap(3)
            .withBias(bias)
            .withAlibi(1, 0.5f)
            .withTemperature(4);
    assertEquals(expected, scores(all, keys)[0], 1e-15);
  }

  @Test
  void theSinkTakesWeightAndGivesNoValue() {
    AttentionOptions sink = PLAIN.withSinks((float) LN2);
    double[] keys = {0, (float) LN2 + FastMath.log(1.5)}; // exp: 1 and 3, the sink 2
    AttentionResult result = oneQuery(sink, keys, 6, 12);
    assertArrayEquals(new double[] {1 / 6.0, 0.5}, result.weights(), 1e-7);
    assertEquals(7, result.out()[0], 1e-6);
    assertEquals(FastMath.log(6), result.logSumExp()[0], 1e-7);
    assertEquals(0.5, result.maxWeight()[0], 1e-7);
    assertEquals(FastMath.log(6) / 6 + LN3 / 3 + LN2 / 2, result.entropy()[0], 1e-7);
    // it is taken as it is: the temperature divides the other scores only
    AttentionResult warm =
        oneQuery(sink.withTemperature(Float.POSITIVE_INFINITY), new double[] {5, -9}, 4, 8);
    assertArrayEquals(new double[] {0.25, 0.25}, warm.weights(), 1e-7);
    assertEquals(3, warm.out()[0], 1e-6);
  }

  @Test
  void rowsThatSeeNothing() {
    AttentionOptions blind = PLAIN.withVisibility(Visibility.prefix(0));
    AttentionResult result = oneQuery(blind, new double[] {1, NAN}, NAN, INFINITY);
    assertRow(result, 0, -INFINITY, 0, 0);
    assertArrayEquals(new double[2], result.weights());
    assertRow(oneQuery(PLAIN, new double[] {-INFINITY, -INFINITY}, NAN, 2), 0, -INFINITY, 0, 0);
    assertRow(oneQuery(PLAIN, new double[0]), 0, -INFINITY, 0, 0);
    AttentionResult sink = oneQuery(blind.withSinks(-3), new double[] {1, NAN}, NAN, 2);
    assertRow(sink, 0, -3, 0, 0);
  }

  @Test
  void nanAndInfinity() {
    for (double bad : new double[] {NAN, INFINITY}) {
      for (float temperature : new float[] {0, 2, Float.POSITIVE_INFINITY}) {
        AttentionOptions options =
            PLAIN.withTemperature(temperature).withVisibility(Visibility.prefix(2));
        AttentionResult result = oneQuery(options, new double[] {1, bad, 1}, 1, 2, 3);
        assertRow(result, NAN, NAN, NAN, NAN);
        assertArrayEquals(new double[] {NAN, NAN, 0}, result.weights());
      }
      // in an invisible key and value: no effect
      AttentionOptions first = PLAIN.withVisibility(Visibility.prefix(1));
      assertRow(oneQuery(first, new double[] {4, bad}, 8, bad), 8, 4, 0, 1);
      // in the value of a key whose score is -∞: no effect; in a seen one: IEEE
      assertRow(oneQuery(PLAIN, new double[] {4, -INFINITY}, 8, bad), 8, 4, 0, 1);
      assertEquals(bad, oneQuery(PLAIN, new double[] {4, 4}, 8, bad).out()[0]);
    }
  }

  @Test
  void temperatureZeroTakesTheFirstMaximum() {
    AttentionOptions cold = PLAIN.withTemperature(0);
    AttentionResult result = oneQuery(cold, new double[] {1, 3, 3, -INFINITY}, NAN, 7, 8, 9);
    assertArrayEquals(new double[] {0, 1, 0, 0}, result.weights());
    assertRow(result, 7, NAN, 0, 1);
    assertThrows(IllegalArgumentException.class, () -> cold.withSinks(1));
    assertThrows(IllegalArgumentException.class, () -> PLAIN.withTemperature(-1));
    assertThrows(IllegalArgumentException.class, () -> PLAIN.withTemperature(Float.NaN));
  }

  @Test
  void headsShareKeysInGroupsAndHaveTheirOwnOptions() {
    // query heads 0 and 1 use key head 0, heads 2 and 3 key head 1; two batches
    AttentionShape shape = new AttentionShape(2, 4, 2, 1, 1, 1, 1);
    double[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
    AttentionResult result =
        ReferenceAttention.forward(
            shape, PLAIN, ones, new double[4], new double[] {10, 20, 30, 40});
    assertArrayEquals(new double[] {10, 10, 20, 20, 30, 30, 40, 40}, result.out());
    AttentionOptions options =
        PLAIN.withTemperature(1, 2, 4, 8).withVisibility(Visibility.keyLengths(1, 0));
    result = ReferenceAttention.forward(shape, options, ones, new double[] {8, 16, 0, 0}, ones);
    assertArrayEquals(
        new double[] {8, 4, 4, 2, -INFINITY, -INFINITY, -INFINITY, -INFINITY}, result.logSumExp());
    assertThrows(IllegalArgumentException.class, () -> new AttentionShape(1, 3, 2, 1, 1, 1, 1));
  }

  @Test
  void plainFloatIsTheSameFormula() {
    SplittableRandom random = new SplittableRandom(3);
    AttentionShape shape = new AttentionShape(2, 4, 2, 5, 9, 8, 3);
    float[] q = floats(random, shape.queryRows() * 8);
    float[] k = floats(random, shape.keyRows() * 8);
    float[] v = floats(random, shape.keyRows() * 3);
    AttentionOptions options =
        AttentionOptions.standard(8)
            .withSoftcap(2)
            .withBias(ScoreBias.of(floats(random, 45), 5, 9))
            .withAlibi(4, 0.5f, 0.25f, 0.125f, 0.0625f)
            .withSinks(1, 0, -1, 0.5f)
            .withTemperature(0.5f, 1, 2, 3)
            .withVisibility(Visibility.causal(2).and(Visibility.keyLengths(9, 3)));
    AttentionResult expected =
        ReferenceAttention.forward(
            shape, options, Primitives.widen(q), Primitives.widen(k), Primitives.widen(v));
    float[] actual = PlainFloatAttention.forward(shape, options, q, k, v);
    assertArrayEquals(expected.out(), Primitives.widen(actual), 1e-6);
    AttentionOptions blind = options.withVisibility(Visibility.prefix(0));
    assertArrayEquals(new float[actual.length], PlainFloatAttention.forward(shape, blind, q, k, v));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            PlainFloatAttention.forward(
                shape, AttentionOptions.scaled(1).withTemperature(0), q, k, v));
  }

  private static AttentionResult oneQuery(
      AttentionOptions options, double[] keys, double... values) {
    AttentionShape shape = new AttentionShape(1, 1, 1, 1, keys.length, 1, 1);
    return ReferenceAttention.forward(shape, options, new double[] {1}, keys, values);
  }

  private static double[] scores(AttentionOptions options, double... keys) {
    AttentionShape shape = new AttentionShape(1, 1, 1, 1, keys.length, 1, 1);
    double[] scores = new double[keys.length];
    for (int j = 0; j < keys.length; j++) {
      scores[j] = ReferenceAttention.score(shape, options, new double[] {1}, keys, 0, 0, 0, j);
    }
    return scores;
  }

  private static void assertRow(
      AttentionResult result, double out, double logSumExp, double entropy, double maxWeight) {
    assertEquals(out, result.out()[0]);
    assertEquals(logSumExp, result.logSumExp()[0]);
    assertEquals(entropy, result.entropy()[0]);
    assertEquals(maxWeight, result.maxWeight()[0]);
  }

  private static RealMatrix matrix(double[] rowMajor, int rows, int columns) {
    RealMatrix matrix = new Array2DRowRealMatrix(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.setEntry(i, j, rowMajor[i * columns + j]);
      }
    }
    return matrix;
  }

  private static void assertMatrix(RealMatrix expected, double[] actual) {
    for (int i = 0; i < expected.getRowDimension(); i++) {
      for (int j = 0; j < expected.getColumnDimension(); j++) {
        assertEquals(expected.getEntry(i, j), actual[i * expected.getColumnDimension() + j], 1e-14);
      }
    }
    assertTrue(actual.length > 0);
  }

  private static float[] floats(SplittableRandom random, int length) {
    float[] x = new float[length];
    for (int j = 0; j < length; j++) {
      x[j] = (float) random.nextDouble(-2, 2);
    }
    return x;
  }
}
