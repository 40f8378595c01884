package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.Softmaxed.Variant;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.Sizes;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cells of the semantics table, in softmax: at every length where a loop begins or ends. */
class SoftmaxSemanticsTest {

  private static final float INF = Float.POSITIVE_INFINITY;

  static IntStream lengths() {
    return IntStream.concat(IntStream.of(Sizes.sweep()).filter(n -> n > 0), IntStream.of(1291));
  }

  static IntStream severalPositions() {
    return lengths().filter(n -> n > 1);
  }

  private static float[] scores(int length) {
    return Floats.of("scores", FloatKind.LOGITS, length);
  }

  /** Positions at the ends of the row, of lanes and of blocks. */
  private static int[] positions(int length) {
    return IntStream.of(0, 3, 15, 16, 255, 256, 1024, length / 2, length - 1)
        .filter(j -> j < length)
        .distinct()
        .toArray();
  }

  private static Mask allowed(boolean[] allowed) {
    return Mask.allowed(allowed, allowed.length);
  }

  private static boolean[] allBut(int length, int... positions) {
    boolean[] allowed = new boolean[length];
    Arrays.fill(allowed, true);
    for (int position : positions) {
      allowed[position] = false;
    }
    return allowed;
  }

  /** Three rows of the same scores. */
  private static float[] threeTimes(float[] row) {
    return Floats.repeated(row, 3);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aRowWithoutVisiblePositionIsNaNOrZero(int length) {
    float[] scores = threeTimes(scores(length));
    Mask[] masks = {
      Mask.prefix(0),
      Mask.causal(-3),
      Mask.keyLengths(0),
      Mask.allowed(new boolean[1], 1),
      Mask.allowed(new boolean[3 * length], 3, length),
      Mask.window(0, 0, length),
    };
    for (Variant variant : Variant.all()) {
      for (Mask mask : masks) {
        Softmaxed all = new Softmaxed(variant, 1f, scores, 3, mask);
        for (int row = 0; row < 3; row++) {
          all.assertEmpty(row);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void anEmptyRowLeavesItsNeighboursAlone(int length) {
    float[] scores = threeTimes(scores(length));
    Mask second = Mask.allowed(new boolean[] {true, false, true}, 3, 1);
    for (Variant variant : Variant.all()) {
      Softmaxed some = new Softmaxed(variant, 1f, scores, 3, second);
      Softmaxed alone = new Softmaxed(variant, 1f, scores(length), 1, Mask.none());
      alone.assertOrdinary(0);
      some.assertSameRow(alone, 0, 0);
      some.assertEmpty(1);
      some.assertSameRow(alone, 2, 0);
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aRowOfScoresMinusInfinityIsAsOneWithoutVisiblePosition(int length) {
    float[] scores = Floats.filled(3 * length, -INF);
    for (Variant variant : Variant.all()) {
      for (float temperature : new float[] {1f, 0.4f, 0f, INF}) {
        Softmaxed all = new Softmaxed(variant, temperature, scores, 3, Mask.none());
        all.assertEmpty(0);
        all.assertEmpty(2);
      }
      float[] some = scores.clone();
      Arrays.fill(some, length, 2 * length, 1f); // finite, but invisible
      Softmaxed masked =
          new Softmaxed(
              variant, 1f, some, 3, Mask.allowed(new boolean[] {true, false, true}, 3, 1));
      masked.assertEmpty(0);
      masked.assertEmpty(1);
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aNaNOrInfinityAtAVisiblePositionMakesTheVisibleRowNaN(int length) {
    for (int position : positions(length)) {
      for (float poison : new float[] {Float.NaN, INF}) {
        float[] scores = scores(length);
        scores[position] = poison;
        boolean[] allowed = allBut(length, (position + 1) % length, length - 1);
        allowed[position] = true;
        for (Variant variant : Variant.all()) {
          float temperature = new float[] {1f, 0.4f, 0f, INF}[(position + length) % 4];
          new Softmaxed(variant, temperature, scores, 1, Mask.none()).assertNaN(0, j -> true);
          new Softmaxed(variant, 1f, scores, 1, allowed(allowed)).assertNaN(0, j -> allowed[j]);
          new Softmaxed(variant, 1f, scores, 1, Mask.prefix(position + 1))
              .assertNaN(0, j -> j <= position);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aNaNShowsAmongScoresOfMinusInfinity(int length) {
    for (int position : positions(length)) {
      float[] scores = Floats.filled(length, -INF);
      scores[position] = Float.NaN;
      for (Variant variant : Variant.all()) {
        new Softmaxed(variant, 1f, scores, 1, Mask.none()).assertNaN(0, j -> true);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("severalPositions")
  void anInvisiblePositionHasNoEffect(int length) {
    for (int position : positions(length)) {
      Mask mask = allowed(allBut(length, position));
      for (Variant variant : Variant.all()) {
        Softmaxed clean = new Softmaxed(variant, 1f, scores(length), 1, mask);
        clean.assertOrdinary(0);
        for (float poison : new float[] {Float.NaN, INF, -INF, Float.MAX_VALUE}) {
          float[] scores = scores(length);
          scores[position] = poison;
          new Softmaxed(variant, 1f, scores, 1, mask).assertSameRow(clean, 0, 0);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("severalPositions")
  void aScoreOfMinusInfinityWeighsNothing(int length) {
    for (int position : positions(length)) {
      float[] scores = scores(length);
      scores[position] = -INF;
      for (Variant variant : Variant.all()) {
        Softmaxed masked = new Softmaxed(variant, 1f, scores, 1, allowed(allBut(length, position)));
        masked.assertOrdinary(0);
        new Softmaxed(variant, 1f, scores, 1, Mask.none()).assertSameRow(masked, 0, 0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void temperatureZeroIsOneHotAtTheFirstMaximum(int length) {
    for (int position : positions(length)) {
      float[] scores = Floats.filled(length, -1f);
      for (int j = position; j < length; j += 5) {
        scores[j] = 2f;
      }
      for (Variant variant : Variant.all()) {
        float[] oneHot = Floats.filled(length, variant.nothing());
        oneHot[position] = variant.logarithmic() ? 0f : 1f;
        for (float zero : new float[] {0f, -0f}) {
          Softmaxed all = new Softmaxed(variant, zero, threeTimes(scores), 3, Mask.none());
          all.assertRow(1, oneHot);
          all.assertStatistics(1, Float.NaN, 0f, 1f);
        }
        scores[0] = position == 0 ? 2f : 3f; // larger, but invisible
        boolean[] allowed = allBut(length, 0);
        allowed[0] = position == 0;
        Softmaxed masked = new Softmaxed(variant, 0f, scores, 1, allowed(allowed));
        masked.assertRow(0, oneHot);
        scores[0] = position == 0 ? 2f : -1f;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void infiniteTemperatureIsUniformOverTheVisibleScoresAboveMinusInfinity(int length) {
    float[] scores = scores(length);
    boolean[] allowed = allBut(length, length > 2 ? new int[] {length - 1} : new int[0]);
    if (length > 1) {
      scores[length / 3] = -INF;
    }
    int live = length - (length > 1 ? 1 : 0) - (length > 2 ? 1 : 0);
    float logarithm = (float) StrictMath.log(live);
    for (Variant variant : Variant.all()) {
      float[] expected = new float[length];
      for (int j = 0; j < length; j++) {
        float weight = variant.logarithmic() ? 0f - logarithm : 1f / live;
        expected[j] = allowed[j] && scores[j] > -INF ? weight : variant.nothing();
      }
      Softmaxed all = new Softmaxed(variant, INF, scores, 1, allowed(allowed));
      all.assertRow(0, expected);
      all.assertStatistics(0, logarithm, logarithm, 1f / live);
    }
  }

  @Test
  void aNegativeTemperatureOrNaNIsRefused() {
    for (float temperature : new float[] {-1f, -Float.MIN_VALUE, -INF, Float.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> Softmax.builder().temperature(temperature));
    }
  }

  /** In rows of a few elements, of a block, and of blocks that are added up several at once. */
  @ParameterizedTest
  @ValueSource(ints = {3, 17, 256, 300, 1024, 1500, 2600})
  void theGradientIs0WhereTheWeightIs0WhateverDyHolds(int length) {
    float[] poison = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (boolean logarithmic : new boolean[] {false, true}) {
      Softmax softmax = Softmax.builder().logarithmic(logarithmic).build();
      float[] scores = Floats.of("x", FloatKind.NORMAL, length);
      float[] clean = Floats.of("dy", FloatKind.NORMAL, length);
      float[] dirty = clean.clone();
      for (int j = 1; j < length; j += 1 + j % 5) {
        scores[j] = Float.NEGATIVE_INFINITY;
        dirty[j] = poison[j % 3];
      }
      FloatTensor y = FloatTensor.allocate(length);
      softmax.apply(FloatTensor.of(scores, length), y);
      FloatTensor expected = FloatTensor.allocate(length);
      FloatTensor dx = FloatTensor.allocate(length);
      softmax.backward(y, FloatTensor.of(clean, length), expected);
      softmax.backward(y, FloatTensor.of(dirty, length), dx);
      Floats.assertBits(expected, dx, length + (logarithmic ? " logarithms" : " weights"));
      assertEquals(0f, dx.get(1));
      assertNotEquals(0f, dx.get(0));
    }
  }

  @Test
  void backwardOfTemperatureZeroIsRefused() {
    FloatTensor y = FloatTensor.of(new float[] {0f, 1f}, 2);
    FloatTensor dx = FloatTensor.of(new float[] {7f, 8f}, 2);
    Softmax softmax = Softmax.builder().temperature(0f).build();
    assertThrows(IllegalArgumentException.class, () -> softmax.backward(y, y, dx));
    Floats.assertBits(new float[] {7f, 8f}, dx.toArray(), "dx");
  }

  @Test
  void lengthZeroLeavesNothingToDo() {
    long[][] shapes = {{0}, {0, 5}, {3, 0}, {0, 3, 5}, {2, 0, 5}, {2, 3, 0}, {0, 1, 2, 3}};
    for (Variant variant : Variant.all()) {
      for (long[] shape : shapes) {
        Sandbox sandbox = new Sandbox(Layout.STRIDED_ARRAY);
        FloatTensor x = sandbox.input(new float[0], shape);
        FloatTensor y = sandbox.output(shape);
        Softmax softmax = variant.at(1f);
        assertDoesNotThrow(() -> softmax.apply(x, y), Arrays.toString(shape));
        assertDoesNotThrow(() -> softmax.apply(x, Mask.causal(), y), Arrays.toString(shape));
        softmax.backward(x, x, y);
        softmax.apply(new float[3], 2, 2);
        sandbox.assertIntact(Arrays.toString(shape));
      }
      Softmaxed none = new Softmaxed(variant, 1f, new float[0], 3, Mask.none());
      none.assertEmpty(2);
    }
  }

  @Test
  void weightsThatUnderflowAreZeroAndNeverSubnormal() {
    float[] scores = {0f, -87f, -87.3f, -87.4f, -100f, -1000f};
    Softmaxed all = new Softmaxed(new Variant(false, EmptyRow.NAN), 1f, scores, 1, Mask.none());
    for (int j = 3; j < scores.length; j++) {
      Floats.assertBits(new float[1], new float[] {all.weights[0][j]}, "score " + scores[j]);
    }
    if (!(all.weights[0][1] >= Float.MIN_NORMAL && all.weights[0][2] >= Float.MIN_NORMAL)) {
      throw new AssertionError(Arrays.toString(all.weights[0]));
    }
  }

  @Test
  void scoresWhoseDifferenceOverflowsAreInfinitelyFarApart() {
    Softmax weights = Softmax.builder().temperature(1e38f).build();
    Softmax logarithms = Softmax.builder().temperature(1e38f).logarithmic(true).build();
    float[] scores = {3e38f, -3e38f};
    FloatTensor y = FloatTensor.allocate(2);
    weights.apply(FloatTensor.of(scores, 2), y);
    assertEquals(1f, y.get(0));
    assertEquals(0f, y.get(1));
    logarithms.apply(FloatTensor.of(scores, 2), y);
    assertEquals(0f, y.get(0));
    assertEquals(Float.NEGATIVE_INFINITY, y.get(1));
  }
}
