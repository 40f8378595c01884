package io.github.lanewise.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSampler;
import io.github.lanewise.sampling.TokenSampler.LogProbabilities;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Refused;
import io.github.lanewise.testing.SoftmaxError;
import io.github.lanewise.testing.TestWorkers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sampler says about the tokens, the number that it is given, and logits in segments. */
class LogProbabilitiesTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  private static final FloatKind[] KINDS = {
    FloatKind.NORMAL,
    FloatKind.LOGITS,
    FloatKind.OVERFLOWING,
    FloatKind.UNDERFLOWING,
    FloatKind.TIED,
    FloatKind.GRID,
    FloatKind.FINITE_BITS,
    FloatKind.MINUS_INFINITIES
  };

  @Cases(600)
  void shortRows(Draw draw) {
    int length = Math.max(1, draw.size("length", 4098));
    check(draw, draw.floats("logits", length, KINDS));
  }

  /** Long enough for several threads, and for the search among all tokens. */
  @Cases(30)
  void longRows(Draw draw) {
    FloatKind kind = draw.oneOf("kind", KINDS);
    int length = draw.integer("length", 10_000, 40_000);
    int seed = draw.integer("seed", 0, Integer.MAX_VALUE - 1);
    check(draw, kind.floats(new SplittableRandom(seed), length));
  }

  /** The likeliest are those that sorting gives, and all have the bits of softmax's logarithm. */
  private static void check(Draw draw, float[] row) {
    int length = row.length;
    row[draw.integer("finite", 0, length - 1)] = 1.5f;
    float temperature = draw.oneOf("temperature", 1f, 1f, 0.7f, 3f, INF, 0f);
    int n = draw.oneOf("likeliest", 0, 1, 5, 20, 100, Math.min(length + 3, 4096));
    TokenSampler sampler =
        TokenSampler.builder()
            .temperature(temperature)
            .topK(draw.oneOf("topK", 2, 40, Integer.MAX_VALUE))
            .topP(draw.oneOf("topP", 1f, 0.9f))
            .temperatureLast(draw.onceIn(2, "temperature last"))
            .build();
    float[] logits = new float[length + 2];
    System.arraycopy(row, 0, logits, 1, length);
    Workers workers = TestWorkers.draw(draw);
    LogProbabilities actual = LogProbabilities.of(n);
    int token = sampler.sample(logits, 1, length + 1, 0.6, actual, workers);
    float[] expected = row.clone();
    Softmax.builder().temperature(temperature).logarithmic(true).build().apply(expected, 0, length);
    int[] likeliest = ReferenceSampler.likeliest(Primitives.widen(row), n);
    float[] wanted = new float[likeliest.length + 1];
    float[] found = new float[likeliest.length + 1];
    int[] tokens = new int[likeliest.length];
    assertEquals(likeliest.length, actual.count());
    for (int rank = 0; rank < tokens.length; rank++) {
      tokens[rank] = actual.token(rank);
      wanted[rank] = expected[likeliest[rank]];
      found[rank] = actual.value(rank);
    }
    wanted[tokens.length] = expected[token];
    found[tokens.length] = actual.drawn();
    assertArrayEquals(likeliest, tokens);
    Floats.assertBits(wanted, found, "logarithms, the last one of token " + token);
  }

  @Test
  void theyAreWithinTheBoundOfTheLogarithmicSoftmax() {
    Accuracy accuracy = new Accuracy("log-probabilities of the 50 likeliest tokens");
    LogProbabilities actual = LogProbabilities.of(50);
    for (int length : new int[] {60, 1000, 32_000}) {
      float[] logits = FloatKind.LOGITS.floats(new SplittableRandom(length), length);
      double[] wide = Primitives.widen(logits);
      for (float temperature : new float[] {1f, 0.5f, 0.7f}) {
        TokenSampler.builder()
            .temperature(temperature)
            .topK(3)
            .build()
            .sample(logits, 0, length, 0.3, actual, Workers.caller());
        double[] expected = ReferenceSampler.logProbabilities(wide, temperature);
        SoftmaxError error = new SoftmaxError(wide, temperature);
        for (int rank = 0; rank < 50; rank++) {
          int token = actual.token(rank);
          accuracy.check(
              expected[token],
              actual.value(rank),
              error.ofLogWeight(token, expected[token]),
              " of token " + token);
        }
      }
    }
    accuracy.print();
  }

  @Test
  void aHolderIsRefilledAndAFailedCallLeavesItAlone() {
    LogProbabilities held = LogProbabilities.of(3);
    assertEquals(0, held.count());
    assertTrue(Float.isNaN(held.drawn()));
    TokenSampler sampler = TokenSampler.builder().build();
    float[] logits = {0, -INF, 0, 1};
    sampler.sample(logits, 0, 2, 0.5, held, Workers.caller());
    assertEquals(1, held.count());
    assertEquals(0f, held.drawn());
    assertThrows(IndexOutOfBoundsException.class, () -> held.token(1));
    assertThrows(IndexOutOfBoundsException.class, () -> held.value(-1));
    sampler.sample(logits, 0, 4, 0, held, Workers.caller());
    assertEquals(3, held.count());
    float drawn = held.drawn();
    assertEquals(3, held.token(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> sampler.sample(logits, 1, 2, 0.5, held, Workers.caller()));
    assertEquals(drawn, held.drawn());
    assertEquals(3, held.count());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4097})
  void howManyIsBounded(int likeliest) {
    Refused.assertSays(
        assertThrows(IllegalArgumentException.class, () -> LogProbabilities.of(likeliest)),
        "likeliest is " + likeliest,
        "4096");
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.0, -0.001, Double.NaN, Double.POSITIVE_INFINITY})
  void aNumberOutsideOfTheUnitIntervalIsRefused(double uniform) {
    TokenSampler sampler = TokenSampler.builder().build();
    float[] logits = new float[4];
    MemorySegment segment = MemorySegment.ofArray(logits);
    Refused.assertSays(
        assertThrows(IllegalArgumentException.class, () -> sampler.sample(logits, 0, 4, uniform)),
        "uniform is " + uniform);
    assertThrows(IllegalArgumentException.class, () -> sampler.sample(segment, 0, 4, uniform));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "0.8, 50", "0, 50", "1.2, 0"})
  void logitsInASegmentGiveTheSameToken(float temperature, int topK) {
    int length = 20_000;
    float[] logits = FloatKind.LOGITS.floats(new SplittableRandom(2), length);
    TokenSampler sampler =
        TokenSampler.builder().temperature(temperature).topK(topK == 0 ? length : topK).build();
    LogProbabilities expected = LogProbabilities.of(1);
    LogProbabilities actual = LogProbabilities.of(1);
    try (Arena arena = Arena.ofConfined();
        Workers two = Workers.threads(2)) {
      MemorySegment odd = arena.allocate(4L * length + 9).asSlice(1);
      MemorySegment.copy(logits, 0, odd, ValueLayout.JAVA_FLOAT_UNALIGNED, 8, length);
      for (double uniform : new double[] {0, 0.3, 0.999}) {
        int token = sampler.sample(logits, 0, length, uniform, expected, Workers.caller());
        assertEquals(token, sampler.sample(odd, 2, length + 2L, uniform, actual, two));
        assertEquals(expected.drawn(), actual.drawn());
        assertEquals(token, sampler.sample(MemorySegment.ofArray(logits), 0, length, uniform));
      }
    }
  }

  @Test
  void segmentsThatCannotBeReadAreRefused() {
    TokenSampler sampler = TokenSampler.builder().build();
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocate(64);
    }
    assertThrows(IllegalStateException.class, () -> sampler.sample(closed, 0, 4, 0.5));
    MemorySegment foreign = Refused.elsewhere(() -> Arena.ofConfined().allocate(64));
    assertThrows(IllegalArgumentException.class, () -> sampler.sample(foreign, 0, 4, 0.5));
    MemorySegment short15 = MemorySegment.ofArray(new byte[15]);
    Refused.assertSays(
        assertThrows(IndexOutOfBoundsException.class, () -> sampler.sample(short15, 0, 4, 0.5)),
        "[0, 4)",
        "length 3");
    assertThrows(IndexOutOfBoundsException.class, () -> sampler.sample(short15, -1, 2, 0.5));
    assertThrows(IndexOutOfBoundsException.class, () -> sampler.sample(short15, 0, 1L << 40, 0.5));
    assertEquals(2, TokenSampler.builder().temperature(0).build().sample(read(1, 2, 3), 0, 3, 0.5));
  }

  private static MemorySegment read(float... values) {
    return MemorySegment.ofArray(values).asReadOnly();
  }

  @ParameterizedTest
  @CsvSource({"1, 50, 5", "0.7, 128256, 20", "0.7, 40, 4096", "0, 1, 1"})
  void aCallAllocatesNothing(float temperature, int topK, int likeliest) {
    float[] logits = FloatKind.LOGITS.floats(new SplittableRandom(3), 20_000);
    LogProbabilities held = LogProbabilities.of(likeliest);
    TokenSampler sampler =
        TokenSampler.builder()
            .temperature(temperature)
            .topK(topK)
            .topP(0.9f)
            .temperatureLast(true)
            .build();
    double bytes =
        Allocated.bytesPerCall(
            () -> sampler.sample(logits, 0, 20_000, 0.4, held, Workers.caller()));
    assertEquals(0, bytes, "bytes per call");
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(80_000, 4);
      FloatTensor.of(segment, 20_000).copyFrom(FloatTensor.of(logits, 20_000));
      assertEquals(
          0,
          Allocated.bytesPerCall(() -> sampler.sample(segment, 0, 20_000, 0.4)),
          "bytes per call, of a segment");
    }
  }

  @Test
  void rowsWithFewerTokensAboveMinusInfinityHaveFewerLikeliest() {
    float[] logits = new float[3000];
    Arrays.fill(logits, -INF);
    logits[7] = 1;
    logits[2999] = 1;
    LogProbabilities held = LogProbabilities.of(5);
    TokenSampler.builder().build().sample(logits, 0, 3000, 0.99, held, Workers.caller());
    assertEquals(2, held.count());
    assertEquals(7, held.token(0));
    assertEquals(2999, held.token(1));
    assertEquals((float) -Math.log(2), held.value(1));
  }
}
