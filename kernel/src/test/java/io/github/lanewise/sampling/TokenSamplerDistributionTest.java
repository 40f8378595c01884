package io.github.lanewise.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSampler;
import io.github.lanewise.testing.FloatKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens come as often as the oracle's distribution says: a chi-square test. */
@Tag("once")
class TokenSamplerDistributionTest {
  private static final int SAMPLES = 30_000;

  /** Cells that are expected less often are counted as one. */
  private static final double LEAST_EXPECTED = 10;

  /** The seeds are fixed: this either holds for good or does not. */
  private static final double LEAST_P_VALUE = 1e-3;

  @ParameterizedTest
  @CsvSource({
    "NORMAL, 300, 1, 0, 1, 0, false",
    "NORMAL, 300, 0.5, 0, 1, 0, false",
    "LOGITS, 300, 2, 0, 1, 0, false",
    "MINUS_INFINITIES, 300, 3, 0, 1, 0, false",
    "NORMAL, 300, Infinity, 0, 1, 0, false",
    "NORMAL, 300, 1, 40, 1, 0, false",
    "TIED, 300, 1, 70, 1, 0, false",
    "NORMAL, 300, 1, 0, 0.8, 0, false",
    "TIED, 300, 1, 0, 0.3, 0, false",
    "NORMAL, 300, 1, 0, 1, 0.2, false",
    "NORMAL, 300, 0.7, 60, 0.9, 0.1, false",
    "NORMAL, 300, 2, 0, 0.8, 0, true",
    "NORMAL, 300, 0.5, 60, 0.9, 0.1, true",
    "NORMAL, 300, Infinity, 0, 1, 0.2, true",
  })
  void tokensComeAsOftenAsTheOracleSays(
      FloatKind kind,
      int length,
      float temperature,
      int topK,
      float topP,
      float minP,
      boolean last) {
    check(kind, length, temperature, topK, topP, minP, last);
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({
    "NORMAL, 30000, 0.3, 0, 1, 0, false",
    "NORMAL, 30000, 0.3, 0, 0.5, 0.01, false",
    "NORMAL, 30000, 1, 100, 1, 0, false",
    "NORMAL, 30000, 0.5, 400, 0.9, 0, false",
  })
  void tokensOfLongRowsDoToo(
      FloatKind kind,
      int length,
      float temperature,
      int topK,
      float topP,
      float minP,
      boolean last) {
    check(kind, length, temperature, topK, topP, minP, last);
  }

  private static void check(
      FloatKind kind,
      int length,
      float temperature,
      int topK,
      float topP,
      float minP,
      boolean last) {
    float[] logits = kind.floats(new SplittableRandom(length), length);
    int k = topK == 0 ? length : topK;
    double[] probabilities =
        ReferenceSampler.distribution(Primitives.widen(logits), temperature, k, topP, minP, last);
    TokenSampler sampler =
        TokenSampler.builder()
            .temperature(temperature)
            .topK(k)
            .topP(topP)
            .minP(minP)
            .temperatureLast(last)
            .build();
    long[] counts = new long[length];
    SplittableRandom random = new SplittableRandom(40);
    int samples = length > 1000 ? SAMPLES / 3 : SAMPLES;
    for (int n = 0; n < samples; n++) {
      counts[sampler.sample(logits, 0, length, random)]++;
    }
    double value = pValue(probabilities, counts, samples);
    System.out.printf(
        "chi-square %s n=%d T=%s%s k=%d p=%s minP=%s: p-value %.3f%n",
        kind, length, temperature, last ? " last" : "", k, topP, minP, value);
    assertTrue(value >= LEAST_P_VALUE, "p-value " + value);
  }

  private static double pValue(double[] probabilities, long[] counts, int samples) {
    List<Double> expected = new ArrayList<>();
    List<Long> observed = new ArrayList<>();
    double rareExpected = 0;
    long rareObserved = 0;
    for (int token = 0; token < counts.length; token++) {
      double often = probabilities[token] * samples;
      if (often == 0) {
        assertEquals(0, counts[token], "token " + token + " has probability 0");
      } else if (often < LEAST_EXPECTED) {
        rareExpected += often;
        rareObserved += counts[token];
      } else {
        expected.add(often);
        observed.add(counts[token]);
      }
    }
    if (rareExpected > 0) {
      expected.add(rareExpected);
      observed.add(rareObserved);
    }
    assertTrue(expected.size() > 5, "too few cells: " + expected.size());
    return new ChiSquareTest()
        .chiSquareTest(
            expected.stream().mapToDouble(x -> x).toArray(),
            observed.stream().mapToLong(x -> x).toArray());
  }
}
