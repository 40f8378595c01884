package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.Attended;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Operands;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cells of the semantics table about options, lengths and heads, in attention. */
class AttentionOptionSemanticsTest {

  private static final float INF = Float.POSITIVE_INFINITY;

  /** headDim 1, q = 1, scale 1: the scores are k. */
  private static Attended ofScores(
      Attention.Builder builder, int queries, float[] scores, float[] values) {
    AttentionShape sizes =
        new AttentionShape(1, 1, 1, queries, scores.length, 1, values.length / scores.length);
    return Attended.by(
        builder.scale(1f).build(), sizes, Floats.filled(queries, 1f), scores, values);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0",
    "1, 16, 15",
    "3, 40, 7",
    "70, 40, 39",
    "2, 300, 255",
    "2, 300, 256",
    "65, 600, 511"
  })
  void temperatureZeroTakesTheFirstOfTheLargestScores(int queries, int keys, int first) {
    float[] scores = Floats.of("zero", FloatKind.TIED, keys);
    Arrays.fill(scores, 0, first, -1f);
    for (int j = first; j < keys; j += 3) {
      scores[j] = 1f; // ties, also in later chunks
    }
    float[] values = Floats.of("v", FloatKind.NORMAL, keys, 5);
    values[5 * first] = -0f;
    Attended all = ofScores(Attention.builder().temperature(0f), queries, scores, values);
    float[] value = Arrays.copyOfRange(values, 5 * first, 5 * first + 5);
    value[0] = 0f; // results are never -0
    float[] oneHot = new float[keys];
    oneHot[first] = 1f;
    for (int row = 0; row < queries; row++) {
      Floats.assertBits(value, all.out[row], "out of row " + row);
      Floats.assertBits(oneHot, all.weights[row], "weights of row " + row);
      assertEquals(Float.NaN, all.logSumExp[row]);
      assertEquals(0f, all.entropy[row]);
      assertEquals(1f, all.maxWeight[row]);
    }
  }

  @Test
  void temperatureZeroOfOneHeadLeavesTheOthersAlone() {
    AttentionShape sizes = new AttentionShape(2, 4, 2, 3, 300, 6, 7);
    Operands operands = Operands.of(sizes);
    Attended all = operands.by(Attention.builder().temperature(1f, 0f, 0.5f, 0f));
    Attended expectedSoft = operands.by(Attention.builder().temperature(1f, 1f, 0.5f, 1f));
    Attended expectedHard = operands.by(Attention.builder().temperature(0f, 0f, 0f, 0f));
    for (int row = 0; row < all.rows(); row++) {
      int head = row / 3 % 4;
      all.assertSameRow(head % 2 == 0 ? expectedSoft : expectedHard, row, row);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 16", "3, 64", "70, 128", "2, 256", "65, 512", "2, 1024"})
  void infiniteTemperatureIsUniformOverTheScoresAboveMinusInfinity(int queries, int keys) {
    float[] scores = Floats.of("hot", FloatKind.LOGITS, keys);
    scores[keys / 2] = keys > 1 ? -INF : 1f;
    int live = keys > 1 ? keys - 1 : 1;
    float[] values = new float[keys];
    for (int j = 0; j < keys; j++) {
      values[j] = j % 8; // sums stay exact
    }
    Attended all = ofScores(Attention.builder().temperature(INF), queries, scores, values);
    float[] uniform = Floats.filled(keys, 1f / live);
    float sum = 0;
    for (int j = 0; j < keys; j++) {
      uniform[j] = scores[j] == -INF ? 0f : uniform[j];
      sum += scores[j] == -INF ? 0f : values[j];
    }
    float logarithm = (float) StrictMath.log(live);
    for (int row = 0; row < queries; row++) {
      Floats.assertBits(uniform, all.weights[row], "weights of row " + row);
      assertEquals(sum * (1f / live), all.out[row][0]);
      assertEquals(logarithm, all.logSumExp[row]);
      assertEquals(logarithm, all.entropy[row]);
      assertEquals(1f / live, all.maxWeight[row]);
    }
  }

  @Test
  void logSumExpIsNaturalAndAfterScaleSoftcapAndBias() {
    float[] one = {3f};
    float score = -2.5f;
    Attended scaled = logSumExpOf(Attention.builder().scale(0.5f), score);
    assertEquals(-1.25f, scaled.logSumExp[0]);
    Attended capped = logSumExpOf(Attention.builder().scale(0.5f).softcap(2f), score);
    double cap = 2 * Math.tanh(-1.25 / 2);
    assertEquals(cap, capped.logSumExp[0], 1e-6);
    FloatTensor bias = FloatTensor.of(one, 1);
    Attended biased = logSumExpOf(Attention.builder().scale(0.5f).softcap(2f).bias(bias), score);
    assertEquals(cap + 3, biased.logSumExp[0], 1e-6);
    Attended sloped = logSumExpOf(Attention.builder().scale(0.5f).alibi(4f), score, 1);
    assertEquals(-1.25f - 4f, sloped.logSumExp[0]); // p = 0 + 1, j = 0
    Attended divided =
        logSumExpOf(Attention.builder().scale(0.5f).bias(bias).temperature(0.5f), score);
    assertEquals((-1.25f + 3f) / 0.5f, divided.logSumExp[0]);
    Attended sink =
        logSumExpOf(Attention.builder().scale(0.5f).bias(bias).temperature(0.5f).sinks(2f), score);
    assertEquals(Math.log(Math.exp(3.5) + Math.exp(2)), sink.logSumExp[0], 1e-6);
    Attended ten = ofScores(Attention.builder(), 1, new float[10], new float[10]);
    assertEquals((float) StrictMath.log(10), ten.logSumExp[0]);
  }

  private static Attended logSumExpOf(Attention.Builder builder, float score) {
    return logSumExpOf(builder, score, 0);
  }

  /** One query, one key, of which the query stands some positions behind. */
  private static Attended logSumExpOf(Attention.Builder builder, float score, long offset) {
    AttentionShape sizes = new AttentionShape(1, 1, 1, 1, 1, 1, 1);
    Attention attention = builder.mask(Mask.causal(offset)).build();
    return Attended.by(attention, sizes, new float[] {1f}, new float[] {score}, new float[] {7f});
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 17, 256, 257, 700})
  void aSinkJoinsOnceAndAddsNoValue(int keys) {
    float[] scores = Floats.of("sink", FloatKind.NORMAL, keys);
    float[] values = Floats.of("v", FloatKind.NORMAL, keys, 3);
    for (float logit : new float[] {-3f, 0f, 2.5f, 60f, 500f}) {
      Attended plain = ofScores(Attention.builder(), 3, scores, values);
      Attended sink = ofScores(Attention.builder().sinks(logit), 3, scores, values);
      double odds = Math.exp((double) plain.logSumExp[0] - logit);
      double keysShare = odds / (odds + 1);
      double tolerance = 1e-5 * keysShare + Float.MIN_NORMAL;
      for (int row = 0; row < 3; row++) {
        assertEquals(logit + Math.log(odds + 1), sink.logSumExp[row], 2e-6 * (10 + logit));
        for (int j = 0; j < keys; j++) {
          assertEquals(plain.weights[row][j] * keysShare, sink.weights[row][j], tolerance);
        }
        for (int c = 0; c < 3; c++) {
          assertEquals(plain.out[row][c] * keysShare, sink.out[row][c], tolerance);
        }
        assertEquals(plain.maxWeight[row] * keysShare, sink.maxWeight[row], tolerance);
        // of a mixture: the keys' own entropy, and that of the choice between keys and sink
        double choice =
            keysShare == 0 ? 0 : Math.log(odds + 1) / (odds + 1) - keysShare * Math.log(keysShare);
        assertEquals(keysShare * plain.entropy[row] + choice, sink.entropy[row], 2e-5);
      }
    }
  }

  @Test
  void aSinkOfARowWithoutKeysIsItsLogSumExp() {
    float[] values = Floats.of("v", FloatKind.NORMAL, 30, 3);
    Attention.Builder builder = Attention.builder().mask(Mask.prefix(0)).sinks(-1.5f);
    Attended all = ofScores(builder, 2, new float[30], values);
    all.assertEmpty(0, -1.5f);
    all.assertEmpty(1, -1.5f);
    Attended none =
        ofScores(Attention.builder().mask(Mask.prefix(0)).sinks(-INF), 2, new float[30], values);
    none.assertEmpty(0, -INF);
  }

  @Test
  void aSinkOfMinusInfinityIsNoSink() {
    float[] scores = Floats.of("s", FloatKind.NORMAL, 300);
    float[] values = Floats.of("v", FloatKind.NORMAL, 300, 3);
    ofScores(Attention.builder().sinks(-INF), 2, scores, values)
        .assertSame(ofScores(Attention.builder(), 2, scores, values));
  }

  @Test
  void lengthZeroLeavesNothingToDoOrZero() {
    for (AttentionShape sizes :
        new AttentionShape[] {
          new AttentionShape(0, 2, 1, 3, 5, 4, 4),
          new AttentionShape(2, 0, 0, 3, 5, 4, 4),
          new AttentionShape(2, 0, 1, 3, 5, 4, 4),
          new AttentionShape(2, 2, 1, 0, 5, 4, 4),
          new AttentionShape(2, 2, 1, 3, 0, 4, 4),
          new AttentionShape(1, 1, 1, 70, 0, 4, 4),
          new AttentionShape(2, 2, 1, 3, 5, 4, 0),
        }) {
      Operands operands = Operands.of(sizes);
      for (Mask mask : new Mask[] {Mask.none(), Mask.causal(), Mask.prefix(2)}) {
        Attended all = operands.by(Attention.builder().mask(mask));
        for (int row = 0; row < all.rows(); row++) {
          if (sizes.keyLength() == 0) {
            all.assertEmpty(row, -INF);
          } else if (mask == Mask.none()) {
            all.assertOrdinary(row); // valueDim 0: the statistics are there
          }
        }
      }
    }
  }

  @Test
  void aQueryHeadUsesTheKeyHeadOfItsGroup() {
    AttentionShape sizes = new AttentionShape(2, 6, 2, 3, 40, 5, 4);
    Operands operands = Operands.of(sizes);
    Attention.Builder causal = Attention.builder().mask(Mask.causal());
    Attended grouped = operands.by(causal);
    float[] k = repeat(operands.k(), 40 * 5, 3);
    float[] v = repeat(operands.v(), 40 * 4, 3);
    AttentionShape repeated = new AttentionShape(2, 6, 6, 3, 40, 5, 4);
    Attended each = new Operands(repeated, operands.q(), k, v).by(causal);
    for (int row = 0; row < grouped.rows(); row++) {
      grouped.assertOrdinary(row);
      grouped.assertSameRow(each, row, row);
    }
  }

  /** Each run of {@code length} elements that many times. */
  private static float[] repeat(float[] x, int length, int times) {
    float[] repeated = new float[x.length * times];
    for (int at = 0; at < repeated.length; at += length) {
      System.arraycopy(x, at / (length * times) * length, repeated, at, length);
    }
    return repeated;
  }

  @ParameterizedTest
  @CsvSource({"5, 3", "70, 20", "300, 257", "2, 1"})
  void causalWithMoreQueriesThanKeysHasLeadingEmptyRows(int queries, int keys) {
    AttentionShape sizes = new AttentionShape(1, 1, 1, queries, keys, 4, 3);
    Operands operands = Operands.of(sizes);
    Mask[] masks = {Mask.causal(), Mask.causal(keys - queries), Mask.window(keys, 0)};
    for (Mask mask : masks) {
      Attended all = operands.by(Attention.builder().mask(mask));
      for (int row = 0; row < queries; row++) {
        int visible = row + 1 + keys - queries;
        if (visible <= 0) {
          all.assertEmpty(row, -INF);
        } else {
          all.assertOrdinary(row);
          for (int j = 0; j < keys; j++) {
            assertEquals(j < visible, all.weights[row][j] > 0, "row " + row + ", key " + j);
          }
        }
      }
      assertTrue(all.maxWeight[queries - 1] > 0);
    }
  }

  @Test
  void resultsAreNeverMinusZero() {
    float[] values = Floats.filled(2 * 300, -0f);
    Attended all = ofScores(Attention.builder(), 3, new float[300], values);
    Attended tiny =
        ofScores(Attention.builder(), 3, new float[2], Floats.filled(4, -Float.MIN_VALUE));
    for (int row = 0; row < 3; row++) {
      Floats.assertBits(new float[2], all.out[row], "values of -0");
      Floats.assertBits(
          Floats.filled(2, -Float.MIN_VALUE), tiny.out[row], "values that stay below 0");
    }
    float[] one = {0f, -1000f}; // the second value underflows to -0 on its way
    Attended lost = ofScores(Attention.builder(), 1, one, new float[] {-0f, -1f});
    Floats.assertBits(new float[1], lost.out[0], "a sum of -0");
  }
}
