package io.github.lanewise.attention;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.internal.kernel.Dropout;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What dropout drops is as good as drawn by chance, and a function of five numbers alone. */
class DropoutTest {

  private static final int BATCH = 2;
  private static final int HEADS = 3;
  private static final int ROWS = 120;
  private static final int KEYS = 500;

  /** Six standard deviations: once in 500 million. */
  private static final double SIGMAS = 6;

  /** Which weights are dropped, of queries and keys that are all alike. */
  private static boolean[][][][] dropped(float probability, long seed) {
    FloatTensor q = FloatTensor.allocate(BATCH, HEADS, ROWS, 1);
    FloatTensor k = FloatTensor.allocate(BATCH, HEADS, KEYS, 1);
    FloatTensor p = FloatTensor.allocate(BATCH, HEADS, ROWS, KEYS);
    Attention attention = Attention.builder().dropout(probability, seed).build();
    attention.weights(q, k, p, Workers.caller());
    boolean[][][][] dropped = new boolean[BATCH][HEADS][ROWS][KEYS];
    float kept = 1f / KEYS * (float) (1 / (1 - (double) probability));
    for (int b = 0; b < BATCH; b++) {
      for (int h = 0; h < HEADS; h++) {
        for (int i = 0; i < ROWS; i++) {
          for (int j = 0; j < KEYS; j++) {
            float weight = p.get(b, h, i, j);
            dropped[b][h][i][j] = weight == 0f;
            assertTrue(weight == 0f || weight == kept, "a weight is " + weight);
          }
        }
      }
    }
    return dropped;
  }

  private static void assertBinomial(long hits, long trials, double probability, String what) {
    double deviation = Math.sqrt(trials * probability * (1 - probability));
    double distance = Math.abs(hits - trials * probability) / deviation;
    assertTrue(distance < SIGMAS, what + ": " + hits + " of " + trials + ", " + distance + " σ");
  }

  /** Mean, and the variance of sums along rows and along columns, as of a binomial distribution. */
  @ParameterizedTest
  @ValueSource(floats = {0.01f, 0.1f, 0.5f, 0.9f})
  void expectationAndVarianceAreThoseOfTheBinomialDistribution(float probability) {
    for (long seed : new long[] {0, 1, -1, 0x1234_5678_9abc_def0L}) {
      boolean[][][][] dropped = dropped(probability, seed);
      long all = 0;
      double rowSquares = 0;
      double columnSquares = 0;
      for (boolean[][][] batch : dropped) {
        for (boolean[][] head : batch) {
          long[] columns = new long[KEYS];
          for (boolean[] row : head) {
            long hits = 0;
            for (int j = 0; j < KEYS; j++) {
              hits += row[j] ? 1 : 0;
              columns[j] += row[j] ? 1 : 0;
            }
            all += hits;
            rowSquares += square(hits - KEYS * (double) probability);
          }
          for (long column : columns) {
            columnSquares += square(column - ROWS * (double) probability);
          }
        }
      }
      String what = "probability " + probability + ", seed " + seed;
      int rows = BATCH * HEADS * ROWS;
      int columns = BATCH * HEADS * KEYS;
      assertBinomial(all, (long) rows * KEYS, probability, what);
      assertVariance(rowSquares, rows, KEYS, probability, what + ", rows");
      assertVariance(columnSquares, columns, ROWS, probability, what + ", columns");
    }
  }

  private static double square(double x) {
    return x * x;
  }

  /** The squares' mean is n·p·q; its own variance comes from the fourth central moment. */
  private static void assertVariance(double squares, int sums, int n, double p, String what) {
    double variance = n * p * (1 - p);
    double fourth = variance * (1 + 3 * (n - 2) * p * (1 - p));
    double deviation = Math.sqrt((fourth - variance * variance) / sums);
    double distance = Math.abs(squares / sums - variance) / deviation;
    assertTrue(distance < SIGMAS, what + ": variance off by " + distance + " σ");
  }

  /** Neighbours in any of the five numbers agree as often as strangers do. */
  @Test
  void neighboursAreIndependent() {
    float p = 0.3f;
    boolean[][][][] one = dropped(p, 5);
    boolean[][][][] other = dropped(p, 6);
    long[] both = new long[5];
    long[] trials = new long[5];
    for (int b = 0; b < BATCH; b++) {
      for (int h = 0; h < HEADS; h++) {
        for (int i = 0; i < ROWS; i++) {
          for (int j = 0; j < KEYS; j++) {
            boolean[] pairs = {
              other[b][h][i][j],
              b + 1 < BATCH && one[b + 1][h][i][j],
              h + 1 < HEADS && one[b][h + 1][i][j],
              i + 1 < ROWS && one[b][h][i + 1][j],
              j + 1 < KEYS && one[b][h][i][j + 1]
            };
            boolean[] there = {true, b + 1 < BATCH, h + 1 < HEADS, i + 1 < ROWS, j + 1 < KEYS};
            for (int n = 0; n < 5; n++) {
              trials[n] += there[n] ? 1 : 0;
              both[n] += one[b][h][i][j] && pairs[n] ? 1 : 0;
            }
          }
        }
      }
    }
    String[] names = {"seeds", "batch elements", "heads", "queries", "keys"};
    for (int n = 0; n < 5; n++) {
      assertBinomial(both[n], trials[n], (double) p * p, "neighbouring " + names[n]);
    }
  }

  /** Prefill in one piece, in chunks, over a cache and token by token decide alike. */
  @Test
  void everyShapeOfCallDecidesAlike() {
    Attention attention = Attention.builder().mask(Mask.causal()).dropout(0.4f, 9).build();
    FloatTensor q = Floats.tensor("q", FloatKind.NORMAL, 1, 2, 300, 8);
    FloatTensor k = Floats.tensor("k", FloatKind.NORMAL, 1, 1, 300, 8);
    FloatTensor v = Floats.tensor("v", FloatKind.NONFINITE, 1, 1, 300, 8);
    FloatTensor whole = FloatTensor.allocate(1, 2, 300, 8);
    attention.forward(q, k, v, whole);
    try (KeyValueCache cache = KeyValueCache.builder(1, 1, 8, 8).build()) {
      int from = 0;
      for (int to : new int[] {40, 41, 42, 256, 258, 299, 300}) {
        cache.append(k.slice(2, from, to), v.slice(2, from, to));
        FloatTensor rows = FloatTensor.allocate(1, 2, to - from, 8);
        attention.forward(
            q.slice(2, from, to), cache, rows, RowStatistics.none(), Workers.caller());
        Floats.assertBits(whole.slice(2, from, to).toArray(), rows.toArray(), "rows from " + from);
        from = to;
      }
    }
  }

  /** Also when it was stored in between; shards with another dropout are refused. */
  @Test
  void aStateGivesTheBitsOfTheWhole() throws IOException {
    Attention attention = Attention.builder().mask(Mask.causal(290)).dropout(0.4f, 9).build();
    FloatTensor q = Floats.tensor("q", FloatKind.NORMAL, 1, 2, 10, 8);
    FloatTensor k = Floats.tensor("k", FloatKind.NORMAL, 1, 1, 300, 8);
    FloatTensor whole = FloatTensor.allocate(1, 2, 10, 8);
    attention.forward(q, k, k, whole);
    AttentionState state = AttentionState.empty(1, 2, 10, 8);
    FloatTensor last = k.slice(2, 256, 300);
    attention.partial(q, last, last, 256, state, Workers.caller());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.save(bytes);
    AttentionState loaded = AttentionState.load(new ByteArrayInputStream(bytes.toByteArray()));
    FloatTensor first = k.slice(2, 0, 256);
    attention.partial(q, first, first, 0, loaded, Workers.caller());
    FloatTensor merged = FloatTensor.allocate(1, 2, 10, 8);
    loaded.writeTo(merged, RowStatistics.none());
    Floats.assertBits(whole.toArray(), merged.toArray(), "two shards");
    Attention other = Attention.builder().mask(Mask.causal(290)).dropout(0.3f, 9).build();
    assertIllegal(
        () -> other.partial(q, first, first, 0, state, Workers.caller()), "dropout", "0.3", "0.4");
  }

  @Test
  void statisticsKnowNothingOfIt() {
    FloatTensor q = Floats.tensor("q", FloatKind.NORMAL, 1, 2, 20, 8);
    FloatTensor k = Floats.tensor("k", FloatKind.NORMAL, 1, 1, 300, 8);
    RowStatistics with = RowStatistics.allocate(1, 2, 20);
    RowStatistics without = RowStatistics.allocate(1, 2, 20);
    FloatTensor out = FloatTensor.allocate(1, 2, 20, 8);
    Attention.builder().dropout(0.5f, 1).build().forward(q, k, k, out, with);
    Attention.builder().build().forward(q, k, k, out, without);
    assertSame(without.logSumExp(), with.logSumExp());
    assertSame(without.entropy(), with.entropy());
    assertSame(without.maxWeight(), with.maxWeight());
  }

  private static void assertSame(@Nullable FloatTensor expected, @Nullable FloatTensor actual) {
    Floats.assertBits(
        Objects.requireNonNull(expected).toArray(),
        Objects.requireNonNull(actual).toArray(),
        "statistics");
  }

  /** 0.001f·2³¹ is 2147483.75. */
  @Test
  void aProbabilityIsRoundedToTheNearestShareOfTwoToThe31st() {
    assertEquals(2147484, Dropout.threshold(0.001f));
  }

  @Test
  void probabilitiesAreBelowOne() {
    for (float wrong : new float[] {-0.1f, 1f, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertIllegal(() -> Attention.builder().dropout(wrong, 0), "" + wrong);
    }
    FloatTensor q = Floats.tensor("q", FloatKind.NORMAL, 1, 1, 3, 8);
    FloatTensor out = FloatTensor.allocate(1, 1, 3, 8);
    FloatTensor same = FloatTensor.allocate(1, 1, 3, 8);
    Attention.builder().dropout(0f, 3).build().forward(q, q, q, out);
    Attention.builder().build().forward(q, q, q, same);
    Floats.assertBits(same.toArray(), out.toArray(), "probability 0");
    AttentionState state = AttentionState.empty(1, 1, 3, 8);
    Attention causal = Attention.builder().mask(Mask.causal()).dropout(0.1f, 3).build();
    assertIllegal(() -> causal.partial(q, q, q, 0, state, Workers.caller()), "causal()", "offset");
    Attention anywhere = Attention.builder().dropout(0.1f, 3).build();
    assertIllegal(() -> anywhere.partial(q, q, q, 0, state, Workers.caller()), "dropout", "offset");
    assertEquals(0, state.keys());
  }
}
