package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Softmax takes several rows at once where it can: every row has the bits that it has alone, and
 * nothing else is written, whatever the rows beside it hold and however they lie.
 */
@Tag("property")
class SoftmaxGroupsTest {
  /** Rows of all lengths around a vector, a block and the longest group. */
  static IntStream lengths() {
    return IntStream.of(
        1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 23, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 96,
        100, 112, 127, 128, 130, 192, 200, 255, 256, 257, 272, 300, 511, 512, 1000, 1024, 1025,
        2048, 4095, 4096, 4097, 9000);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aRowHasTheBitsThatItHasAlone(int length) {
    Random random = new Random(length);
    int[] counts =
        length > 512 ? new int[] {1, 2, 3, 5} : new int[] {1, 2, 3, 4, 5, 15, 16, 17, 33, 70};
    for (int rows : counts) {
      for (Softmax softmax : variants()) {
        for (int gap : new int[] {0, 1, 16}) {
          check(softmax, rows, length, gap, random);
        }
      }
    }
  }

  private static Softmax[] variants() {
    return new Softmax[] {
      Softmax.standard(),
      Softmax.builder().temperature(0.7f).build(),
      Softmax.builder().emptyRow(Softmax.EmptyRow.ZERO).build()
    };
  }

  private static void check(Softmax softmax, int rows, int length, int gap, Random random) {
    int pitch = length + gap;
    float[] scores = scores(rows * pitch, random);
    for (int special = random.nextInt(4); special > 0; special--) {
      poison(scores, random.nextInt(rows) * pitch, length, random);
    }
    float[] expected = alone(softmax, scores, rows, pitch, length);
    String call = rows + " rows of " + length + ", " + gap + " apart";
    float[] inPlace = scores.clone();
    float[] apart = scores.clone();
    FloatTensor view = rows(inPlace, rows, pitch, length);
    softmax.apply(rows(scores.clone(), rows, pitch, length), rows(apart, rows, pitch, length));
    FloatTensor maxWeight = FloatTensor.allocate(rows);
    RowStatistics statistics = new RowStatistics(null, null, maxWeight);
    softmax.apply(view, Mask.none(), view, statistics, Workers.caller());
    assertArrayEquals(expected, inPlace, call + ", in place"); // and nothing between the rows
    assertArrayEquals(expected, apart, call);
    float[] offHeap = new float[rows * pitch];
    try (Arena arena = Arena.ofConfined()) {
      FloatTensor whole = FloatTensor.allocate(arena, rows, pitch);
      FloatTensor all = FloatTensor.of(offHeap, rows, pitch);
      whole.copyFrom(FloatTensor.of(scores, rows, pitch));
      softmax.apply(whole.slice(1, 0, length), whole.slice(1, 0, length));
      all.copyFrom(whole);
    }
    assertArrayEquals(expected, offHeap, call + ", off the heap");
    for (int r = 0; r < rows; r++) {
      float[] row = Arrays.copyOfRange(expected, r * pitch, r * pitch + length);
      float largest = row[0];
      for (float weight : row) {
        largest = Math.max(largest, weight);
      }
      assertEquals(largest, maxWeight.get(r), call + ", largest weight");
    }
  }

  /** Rows of operands that no cache holds go another way. */
  @Test
  void rowsBeyondTheCachesHaveTheBitsThatTheyHaveAlone() {
    Random random = new Random(7);
    int rows = 300;
    int length = 8000;
    float[] scores = scores(rows * length, random);
    poison(scores, 5 * length, length, random);
    for (boolean logarithmic : new boolean[] {false, true}) {
      Softmax softmax = Softmax.builder().logarithmic(logarithmic).build();
      float[] expected = alone(softmax, scores, rows, length, length);
      FloatTensor weights = FloatTensor.allocate(rows, length);
      softmax.apply(FloatTensor.of(scores, rows, length), weights);
      float[] actual = new float[rows * length];
      FloatTensor.of(actual, rows, length).copyFrom(weights);
      assertArrayEquals(expected, actual, logarithmic ? "logarithms" : "weights");
    }
  }

  /**
   * Maxima that occur twice, as zeros of either sign too, are where a row's rest could go wrong.
   */
  @ParameterizedTest
  @MethodSource("lengths")
  void logarithmsHaveTheBitsThatTheyHaveAlone(int length) {
    Softmax softmax = Softmax.builder().logarithmic(true).build();
    Random random = new Random(length);
    int[] counts = length > 256 ? new int[] {1, 3} : new int[] {1, 2, 3, 15, 16, 17, 33, 70};
    for (int rows : counts) {
      for (int gap : new int[] {0, 1, 16}) {
        for (int special = 0; special < 2; special++) {
          checkLogarithms(softmax, rows, length, gap, special == 1, random);
        }
      }
    }
  }

  private static void checkLogarithms(
      Softmax softmax, int rows, int length, int gap, boolean special, Random random) {
    int pitch = length + gap;
    float[] scores = scores(rows * pitch, random);
    for (int r = 0; r < rows; r++) {
      tie(scores, r * pitch, length, random);
    }
    if (special) {
      poison(scores, random.nextInt(rows) * pitch, length, random);
    }
    float[] expected = alone(softmax, scores, rows, pitch, length);
    FloatTensor logSumExp = FloatTensor.allocate(rows);
    FloatTensor copy = rows(scores.clone(), rows, pitch, length);
    RowStatistics all = new RowStatistics(logSumExp, FloatTensor.allocate(rows), null);
    softmax.apply(copy, Mask.none(), copy, all, Workers.caller()); // nor one with an entropy
    String call = "logarithms of " + rows + " rows of " + length + ", " + gap + " apart";
    float[] inPlace = scores.clone();
    float[] apart = scores.clone();
    FloatTensor view = rows(inPlace, rows, pitch, length);
    softmax.apply(rows(scores.clone(), rows, pitch, length), rows(apart, rows, pitch, length));
    FloatTensor statistic = FloatTensor.allocate(rows);
    RowStatistics statistics = new RowStatistics(statistic, null, null);
    softmax.apply(view, Mask.none(), view, statistics, Workers.caller());
    assertArrayEquals(expected, inPlace, call + ", in place"); // and nothing between the rows
    assertArrayEquals(expected, apart, call);
    for (int r = 0; r < rows; r++) {
      assertEquals(logSumExp.get(r), statistic.get(r), call + ", log-sum-exp of row " + r);
    }
  }

  /** What has no weight counts for nothing, whatever its gradient. */
  @ParameterizedTest
  @MethodSource("lengths")
  void gradientsHaveTheBitsThatTheyHaveAlone(int length) {
    Random random = new Random(length);
    for (int rows : new int[] {1, 2, 5}) {
      for (int gap : new int[] {0, 1, 16}) {
        int pitch = length + gap;
        float[] weights = scores(rows * pitch, random);
        float[] outer = scores(rows * pitch, random);
        Softmax.standard().apply(weights, 0, weights.length);
        for (int i = 0; i < weights.length; i += 1 + random.nextInt(40)) {
          weights[i] = 0f;
          outer[i] = random.nextBoolean() ? Float.NaN : Float.POSITIVE_INFINITY;
        }
        FloatTensor y = rows(weights, rows, pitch, length);
        float[] expected = outer.clone();
        for (int r = 0; r < rows; r++) {
          FloatTensor row = rows(expected, rows, pitch, length).slice(0, r, r + 1);
          Softmax.standard().backward(y.slice(0, r, r + 1), row, row);
        }
        String call = "gradients of " + rows + " rows of " + length + ", " + gap + " apart";
        float[] apart = outer.clone();
        FloatTensor view = rows(outer, rows, pitch, length);
        Softmax.standard().backward(y, view, rows(apart, rows, pitch, length));
        assertArrayEquals(expected, apart, call);
        Softmax.standard().backward(y, view, view);
        assertArrayEquals(expected, outer, call + ", in place"); // and nothing between the rows
        for (float gradient : rowsOf(expected, rows, pitch, length)) {
          assertTrue(Math.abs(gradient) <= Float.MAX_VALUE, call);
        }
      }
    }
  }

  private static float[] rowsOf(float[] array, int rows, int pitch, int length) {
    float[] packed = new float[rows * length];
    FloatTensor.of(packed, rows, length).copyFrom(rows(array, rows, pitch, length));
    return packed;
  }

  private static float[] scores(int length, Random random) {
    float[] scores = new float[length];
    for (int i = 0; i < length; i++) {
      scores[i] = (float) (random.nextGaussian() * 4);
    }
    if (random.nextInt(3) == 0) { // where nothing is above 0 a maximum is found in another way
      for (int i = 0; i < length; i++) {
        scores[i] = -Math.abs(scores[i]);
      }
    }
    return scores;
  }

  /** Each row by the plain operation: one that is alone is never in a group. */
  private static float[] alone(Softmax softmax, float[] scores, int rows, int pitch, int length) {
    float[] expected = scores.clone();
    for (int r = 0; r < rows; r++) {
      softmax.apply(expected, r * pitch, r * pitch + length);
    }
    return expected;
  }

  private static void tie(float[] scores, int from, int length, Random random) {
    int first = from + random.nextInt(length);
    int second = from + random.nextInt(length);
    switch (random.nextInt(4)) {
      case 0 -> scores[first] = scores[second] = 40f;
      case 1 -> {
        Arrays.fill(scores, from, from + length, -1f);
        scores[first] = 0f;
        scores[second] = -0f;
      }
      case 2 -> Arrays.fill(scores, from, from + length, random.nextFloat());
      default -> scores[first] = 90f;
    }
  }

  /** What an array hides is as if it were -inf, but never makes a row NaN, nor becomes it. */
  @ParameterizedTest
  @MethodSource("lengths")
  void hiddenScoresAreAsMinusInfinity(int length) {
    Random random = new Random(~length);
    for (int rows : length > 512 ? new int[] {2, 5} : new int[] {1, 3, 16, 35}) {
      for (Softmax softmax : variants()) {
        checkMasked(softmax, rows, length, random);
      }
    }
  }

  private static void checkMasked(Softmax softmax, int rows, int length, Random random) {
    float[] scores = new float[rows * length];
    boolean[] allowed = new boolean[rows * length];
    int words = (length + 63) / 64;
    long[] bits = new long[rows * words];
    Arrays.setAll(bits, w -> w % words == words - 1 && length % 64 != 0 ? -1L << length : 0);
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (random.nextGaussian() * 4);
      allowed[i] = random.nextInt(3) > 0;
    }
    for (int special = random.nextInt(6); special > 0; special--) {
      poison(scores, random.nextInt(rows) * length, length, random);
    }
    int hidden = random.nextInt(rows);
    Arrays.fill(allowed, hidden * length, (hidden + 1) * length, random.nextBoolean());
    float[] expected = new float[rows * length];
    for (int r = 0; r < rows; r++) {
      expect(softmax, scores, allowed, expected, r * length, length);
      for (int j = 0; j < length; j++) {
        bits[r * words + j / 64] |= allowed[r * length + j] ? 1L << j : 0;
      }
    }
    FloatTensor x = FloatTensor.of(scores.clone(), rows, length);
    for (Mask mask :
        new Mask[] {Mask.allowed(allowed, rows, length), Mask.allowedBits(bits, rows, length)}) {
      String call = rows + " rows of " + length + " under " + mask;
      float[] apart = new float[rows * length];
      float[] inPlace = scores.clone();
      FloatTensor view = FloatTensor.of(inPlace, rows, length);
      FloatTensor maxWeight = FloatTensor.allocate(rows);
      softmax.apply(x, mask, FloatTensor.of(apart, rows, length));
      RowStatistics statistics = new RowStatistics(null, null, maxWeight);
      softmax.apply(view, mask, view, statistics, Workers.caller());
      assertArrayEquals(expected, apart, call);
      assertArrayEquals(expected, inPlace, call + ", in place");
      for (int r = 0; r < rows; r++) {
        float largest = 0f;
        for (int j = 0; j < length; j++) {
          largest = Math.max(largest, expected[r * length + j]);
        }
        assertEquals(largest, maxWeight.get(r), call + ", largest weight");
      }
    }
  }

  /** One row by the plain operation, with -inf for what is hidden. */
  private static void expect(
      Softmax softmax, float[] scores, boolean[] allowed, float[] expected, int from, int length) {
    boolean invalid = false;
    for (int j = from; j < from + length; j++) {
      expected[j] = allowed[j] ? scores[j] : Float.NEGATIVE_INFINITY;
      invalid |= allowed[j] && (Float.isNaN(scores[j]) || scores[j] == Float.POSITIVE_INFINITY);
    }
    if (!invalid) {
      softmax.apply(expected, from, from + length);
      return;
    }
    for (int j = from; j < from + length; j++) {
      expected[j] = allowed[j] ? Float.NaN : 0f;
    }
  }

  /** A row whose softmax is no number, or whose weights are of all sizes. */
  private static void poison(float[] scores, int from, int length, Random random) {
    int at = from + random.nextInt(length);
    switch (random.nextInt(5)) {
      case 0 -> scores[at] = random.nextBoolean() ? Float.NaN : Float.intBitsToFloat(0xffc00000);
      case 1 -> scores[at] = Float.POSITIVE_INFINITY;
      case 2 -> scores[at] = Float.NEGATIVE_INFINITY;
      case 3 -> Arrays.fill(scores, from, from + length, Float.NEGATIVE_INFINITY);
      default -> scores[at] = 90f;
    }
  }

  private static FloatTensor rows(float[] array, int rows, int pitch, int length) {
    return FloatTensor.of(array, rows, pitch).slice(1, 0, length);
  }
}
