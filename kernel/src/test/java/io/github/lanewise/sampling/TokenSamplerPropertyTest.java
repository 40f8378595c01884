package io.github.lanewise.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanes;
import io.github.lanewise.Workers;
import io.github.lanewise.sampling.TokenSampler.LogProbabilities;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractSampler;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Every token is the one that sorting everything gives: whatever the logits, options, range,
 * workers and number drawn.
 */
class TokenSamplerPropertyTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  private static final FloatKind[] KINDS = {
    FloatKind.NORMAL,
    FloatKind.LOGITS,
    FloatKind.OVERFLOWING,
    FloatKind.UNDERFLOWING,
    FloatKind.WIDE,
    FloatKind.NEAR_ZERO,
    FloatKind.TIED,
    FloatKind.GRID,
    FloatKind.FINITE_BITS,
    FloatKind.MINUS_INFINITIES
  };

  @Cases(1500)
  void shortRows(Draw draw) {
    int length = Math.max(1, draw.size("length", 4098));
    check(draw, draw.floats("logits", length, KINDS), draw.integer("from", 0, 17));
  }

  /** Long enough for several threads, and for the search among all tokens. */
  @Cases(60)
  void longRows(Draw draw) {
    FloatKind kind = draw.oneOf("kind", KINDS);
    int length = draw.integer("length", 16_000, 60_000);
    int seed = draw.integer("seed", 0, Integer.MAX_VALUE - 1);
    check(draw, kind.floats(new SplittableRandom(seed), length), draw.integer("from", 0, 17));
  }

  private static void check(Draw draw, float[] row, int from) {
    int length = row.length;
    if (draw.onceIn(3, "rounded")) {
      for (int i = 0; i < length; i++) { // to bfloat16, as models do: many ties
        row[i] = Float.intBitsToFloat(Float.floatToRawIntBits(row[i]) & 0xffff0000);
      }
    }
    if (draw.onceIn(5, "one stands out")) {
      row[draw.integer("which", 0, length - 1)] += 20;
    }
    if (Lanes.max(row, 0, length) == Float.NEGATIVE_INFINITY) {
      row[0] = -3;
    }
    float temperature = draw.oneOf("temperature", 1f, 1f, 0.7f, 3f, 1e-3f, 100f, INF, 0f);
    int topK =
        Math.max(
            1, draw.oneOf("topK", 1, 2, 50, length / 2, length - 1, length, Integer.MAX_VALUE));
    float topP = draw.oneOf("topP", 1f, 1f, 0.5f, 0.9f, 0.999999f, 1e-6f, 0f);
    float minP = draw.oneOf("minP", 0f, 0f, 0.05f, 1e-9f, 0.9f, 1f);
    double[] numbers = {0, 0.25, 0.5, 0.9, 0.999_999, Math.nextDown(1.0)};
    boolean last = draw.onceIn(3, "temperature last");
    TokenSampler sampler =
        TokenSampler.builder()
            .temperature(temperature)
            .topK(topK)
            .topP(topP)
            .minP(minP)
            .temperatureLast(last)
            .build();
    float[] logits = new float[from + length + 5];
    Arrays.fill(logits, Float.NaN); // what lies around the range is not looked at
    System.arraycopy(row, 0, logits, from, length);
    float[] before = logits.clone();
    Workers workers = TestWorkers.draw(draw);
    long[] units = ContractSampler.units(row, temperature, topK, topP, minP, last);
    for (double number : numbers) {
      FixedRandom random = new FixedRandom(number);
      int token = sampler.sample(logits, from, from + length, random, workers);
      assertEquals(ContractSampler.token(units, number), token, "for " + number);
      assertEquals(1, random.draws);
      assertTrue(units[token] > 0);
      LogProbabilities none = LogProbabilities.none();
      assertEquals(token, sampler.sample(logits, from, from + length, number, none, workers));
    }
    Floats.assertBits(before, logits, "the logits");
  }
}
