package io.github.lanewise.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Workers;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.FloatKind;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSamplerTest {
  private static final float NONE = Float.NEGATIVE_INFINITY;
  private static final int VOCABULARY = 128_256;

  @Test
  void temperatureZeroTakesTheFirstMaximum() {
    TokenSampler greedy = TokenSampler.builder().temperature(-0f).topK(5).topP(0.5f).build();
    FixedRandom random = new FixedRandom(0.99);
    assertEquals(2, greedy.sample(new float[] {1, -2, 3, 3, NONE}, 0, 5, random));
    assertEquals(1, random.draws, "draws");
    assertEquals(0, greedy.sample(new float[] {-0f, 0f}, 0, 2, random));
    float[] late = new float[70_000];
    late[69_998] = 1;
    late[69_999] = 1;
    assertEquals(69_988, greedy.sample(late, 10, 70_000, random));
  }

  @Test
  void equalLogitsAreKeptFromTheLowerIndexOn() {
    float[] logits = new float[3000];
    TokenSampler two = TokenSampler.builder().topK(2).build();
    assertEquals(0, two.sample(logits, 0, 3000, new FixedRandom(0)));
    assertEquals(1, two.sample(logits, 0, 3000, new FixedRandom(0.999)));
    TokenSampler third = TokenSampler.builder().topP(1 / 3f).build();
    assertEquals(1000, third.sample(logits, 0, 3000, new FixedRandom(0.9999)), "1/3f > 1/3");
    TokenSampler many = TokenSampler.builder().topK(1234).build();
    assertEquals(1233, many.sample(logits, 0, 3000, new FixedRandom(0.9999)));
    logits[7] = -0f; // equals 0
    logits[8] = Float.MIN_VALUE;
    assertEquals(0, two.sample(logits, 0, 3000, new FixedRandom(0)));
    assertEquals(8, two.sample(logits, 0, 3000, new FixedRandom(0.6)));
  }

  @Test
  void infiniteTemperatureWeighsAllKeptTokensAlike() {
    float[] logits = {1, NONE, 40, -Float.MAX_VALUE, Float.MAX_VALUE, 2};
    TokenSampler all = TokenSampler.builder().temperature(Float.POSITIVE_INFINITY).build();
    int[] tokens = {0, 2, 3, 4, 5};
    for (int i = 0; i < tokens.length; i++) {
      assertEquals(tokens[i], all.sample(logits, 0, 6, new FixedRandom((i + 0.5) / 5)));
    }
    TokenSampler two =
        TokenSampler.builder().temperature(Float.POSITIVE_INFINITY).topK(2).minP(1).build();
    assertEquals(2, two.sample(logits, 0, 6, new FixedRandom(0.49)));
    assertEquals(4, two.sample(logits, 0, 6, new FixedRandom(0.5)));
  }

  /** A generator that keeps to no range must not lead out of it. */
  @ParameterizedTest
  @ValueSource(doubles = {1.0, 1e300, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aTokenWithoutWeightIsNeverReturned(double number) {
    float[] logits = {NONE, NONE, 0, -200, 0, -60, NONE};
    TokenSampler[] samplers = {
      TokenSampler.builder().build(),
      TokenSampler.builder().topK(6).build(),
      TokenSampler.builder().topP(0.999f).build(),
      TokenSampler.builder().temperature(2).topK(1000).minP(1e-7f).build()
    };
    for (TokenSampler sampler : samplers) {
      int token = sampler.sample(logits, 0, 7, new FixedRandom(number));
      assertTrue(token == 2 || token == 4, "token " + token);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.8, 50, 0.9, 0.05", "1, 128256, 1, 0", "0.7, 128256, 0.95, 0", "1.3, 9000, 0.8, 0"})
  void aSeededGeneratorGivesTheSameTokensOnAnyWorkers(
      float temperature, int topK, float topP, float minP) {
    float[] logits = FloatKind.NORMAL.floats(new SplittableRandom(3), VOCABULARY);
    TokenSampler sampler =
        TokenSampler.builder().temperature(temperature).topK(topK).topP(topP).minP(minP).build();
    int[] expected = tokens(sampler, logits, Workers.caller());
    assertTrue(Arrays.stream(expected).distinct().count() > 5);
    try (Workers two = Workers.threads(2);
        Workers five = Workers.threads(5);
        Workers lonely = Workers.on(task -> {}, 3)) {
      for (Workers workers : new Workers[] {two, five, lonely}) {
        assertArrayEquals(expected, tokens(sampler, logits, workers), workers.toString());
      }
    }
  }

  private static int[] tokens(TokenSampler sampler, float[] logits, Workers workers) {
    RandomGenerator random = new SplittableRandom(11);
    int[] tokens = new int[20];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = sampler.sample(logits, 0, logits.length, random, workers);
    }
    return tokens;
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 300, 20_000})
  void unusableLogitsAreRefusedBeforeTheGeneratorIsAsked(int length) {
    refused("logits[" + (length + 1) + "] is NaN", length, x -> x[length + 1] = Float.NaN);
    refused("logits[2] is Infinity", length, x -> x[2] = Float.POSITIVE_INFINITY);
    refused("none of the " + length + " logits from 2 on", length, x -> Arrays.fill(x, NONE));
  }

  private static void refused(String says, int length, Consumer<float[]> change) {
    float[] logits = FloatKind.NORMAL.floats(new SplittableRandom(1), length + 2);
    change.accept(logits);
    FixedRandom random = new FixedRandom(0.5);
    TokenSampler[] samplers = {
      TokenSampler.builder().build(),
      TokenSampler.builder().temperature(0).build(),
      TokenSampler.builder().topK(2).build(),
      TokenSampler.builder().temperature(0.5f).topP(0.5f).build()
    };
    try (Workers two = Workers.threads(2)) {
      for (TokenSampler sampler : samplers) {
        IllegalArgumentException thrown =
            assertThrows(
                IllegalArgumentException.class,
                () -> sampler.sample(logits, 2, length + 2, random, two));
        assertTrue(String.valueOf(thrown.getMessage()).contains(says), thrown.getMessage());
      }
    }
    assertEquals(0, random.draws);
  }

  @Test
  void anEmptyRangeHasNoToken() {
    TokenSampler sampler = TokenSampler.builder().build();
    FixedRandom random = new FixedRandom(0.5);
    assertThrows(IllegalArgumentException.class, () -> sampler.sample(new float[4], 2, 2, random));
    assertEquals(0, random.draws);
  }

  @ParameterizedTest
  @CsvSource({"-1, 3", "0, 21", "4, 3", "21, 21", "2147483647, -1"})
  void rangesOutsideOfTheArrayAreRefused(int from, int to) {
    FixedRandom random = new FixedRandom(0.5);
    IndexOutOfBoundsException thrown =
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> TokenSampler.builder().build().sample(new float[20], from, to, random));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains("[" + from + ", " + to + ")"), message);
    assertTrue(message.contains("20"), message);
    assertEquals(0, random.draws);
  }

  @Test
  void wrongOptionsAreRefused() {
    refused("temperature is -1.0", builder -> builder.temperature(-1));
    refused("temperature is NaN", builder -> builder.temperature(Float.NaN));
    refused("topK is 0", builder -> builder.topK(0));
    refused("topP is 1.1", builder -> builder.topP(1.1f));
    refused("topP is NaN", builder -> builder.topP(Float.NaN));
    refused("minP is -0.1", builder -> builder.minP(-0.1f));
    refused("minP is NaN", builder -> builder.minP(Float.NaN));
  }

  private static void refused(String says, Consumer<TokenSampler.Builder> option) {
    Throwable thrown =
        assertThrows(IllegalArgumentException.class, () -> option.accept(TokenSampler.builder()));
    assertTrue(String.valueOf(thrown.getMessage()).startsWith(says), thrown.getMessage());
  }

  @Test
  void closedWorkersAreRefused() {
    Workers closed = Workers.threads(2);
    closed.close();
    FixedRandom random = new FixedRandom(0.5);
    assertThrows(
        IllegalStateException.class,
        () -> TokenSampler.builder().build().sample(new float[4], 0, 4, random, closed));
    assertEquals(0, random.draws);
  }

  @ParameterizedTest
  @CsvSource({"50, 0.9", "128256, 1", "128256, 0.95", "9000, 0.8"})
  void aCallAllocatesNothing(int topK, float topP) {
    float[] logits = FloatKind.LOGITS.floats(new SplittableRandom(3), 20_000);
    TokenSampler sampler =
        TokenSampler.builder().temperature(0.9f).topK(topK).topP(topP).minP(0.01f).build();
    SplittableRandom random = new SplittableRandom(5);
    double bytes = Allocated.bytesPerCall(() -> sampler.sample(logits, 0, 20_000, random));
    assertEquals(0, bytes, "bytes per call");
  }
}
