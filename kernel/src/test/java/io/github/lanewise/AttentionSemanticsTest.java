package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.Attended;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Operands;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cells of the semantics table about single scores, in attention. */
class AttentionSemanticsTest {

  private static final float INF = Float.POSITIVE_INFINITY;

  /** Few and many queries; keys on both sides of lanes and of chunks; shared and own key heads. */
  static Stream<AttentionShape> sizes() {
    return Stream.of(
        new AttentionShape(1, 1, 1, 1, 1, 4, 4),
        new AttentionShape(1, 2, 1, 1, 17, 4, 3),
        new AttentionShape(2, 2, 2, 3, 33, 5, 16),
        new AttentionShape(1, 1, 1, 70, 40, 4, 18),
        new AttentionShape(1, 1, 1, 2, 255, 4, 4),
        new AttentionShape(1, 4, 2, 1, 256, 4, 4),
        new AttentionShape(1, 1, 1, 66, 257, 4, 4),
        new AttentionShape(1, 2, 1, 3, 530, 4, 4),
        new AttentionShape(1, 1, 1, 1, 1290, 8, 5));
  }

  /** Keys at the ends of the row, of lanes and of chunks. */
  static int[] positions(AttentionShape sizes) {
    int keys = sizes.keyLength();
    return Arrays.stream(new int[] {0, 15, 16, 255, 256, 511, 512, keys / 2, keys - 1})
        .filter(j -> j < keys)
        .distinct()
        .toArray();
  }

  /** All but one key, or all if there is no other. */
  private static Mask without(AttentionShape sizes, int... keys) {
    boolean[] allowed = new boolean[sizes.keyLength()];
    Arrays.fill(allowed, true);
    for (int key : keys) {
      allowed[key] = false;
    }
    return Mask.allowed(allowed, sizes.keyLength());
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aRowWithoutVisibleKeyIsZero(AttentionShape sizes) {
    Operands operands = Operands.scored(sizes);
    Mask[] masks = {
      Mask.prefix(0),
      Mask.causal(-sizes.queryLength()),
      Mask.window(0, 0, sizes.keyLength()),
      Mask.allowed(new boolean[1], 1),
      Mask.allowedBits(new long[] {0}, 1),
      Mask.prefix(1).and(Mask.window(0, 0, 1)),
      Mask.keyLengths(new int[sizes.batch()]),
    };
    for (Mask mask : masks) {
      Attended all = operands.by(Attention.builder().mask(mask));
      for (int row = 0; row < all.rows(); row++) {
        all.assertEmpty(row, Float.NEGATIVE_INFINITY);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void anEmptyRowLeavesItsNeighboursAlone(AttentionShape sizes) {
    Operands operands = Operands.scored(sizes);
    boolean[] allowed = new boolean[sizes.queryLength()];
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = i % 3 != 1;
    }
    Mask mask = Mask.allowed(allowed, sizes.queryLength(), 1);
    Attended some = operands.by(Attention.builder().mask(mask));
    Attended full = operands.by(Attention.builder());
    for (int row = 0; row < some.rows(); row++) {
      if (allowed[some.query(row)]) {
        full.assertOrdinary(row);
        some.assertSameRow(full, row, row);
      } else {
        some.assertEmpty(row, Float.NEGATIVE_INFINITY);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aRowOfScoresMinusInfinityIsZero(AttentionShape sizes) {
    Operands operands = Operands.scored(sizes);
    for (int j = 0; j < sizes.keyLength(); j++) {
      operands.score(j, -INF).value(j, 0, j % 2 == 0 ? Float.NaN : INF);
    }
    float[] warm = Floats.filled(sizes.queryHeads(), 0.7f);
    float[] hot = Floats.filled(sizes.queryHeads(), INF);
    Attention.Builder[] builders = {
      Attention.builder(),
      Attention.builder().mask(Mask.causal(sizes.keyLength())),
      Attention.builder().temperature(warm),
      Attention.builder().temperature(hot),
      Attention.builder().temperature(new float[warm.length]),
    };
    for (Attention.Builder builder : builders) {
      Attended all = operands.by(builder);
      for (int row = 0; row < all.rows(); row++) {
        all.assertEmpty(row, Float.NEGATIVE_INFINITY);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNaNOrInfiniteScoreMakesItsRowsNaN(AttentionShape sizes) {
    int heads = sizes.queryHeads();
    for (int key : positions(sizes)) {
      for (float score : new float[] {Float.NaN, INF}) {
        Operands operands = Operands.scored(sizes).score(key, score);
        for (float temperature : new float[] {1f, 0.3f, 0f, INF}) {
          Attention.Builder builder =
              Attention.builder().temperature(Floats.filled(heads, temperature));
          Attended all = operands.by(builder);
          for (int row = 0; row < all.rows(); row++) {
            all.assertNaN(row, j -> true);
          }
        }
        Attended causal = operands.by(Attention.builder().mask(Mask.causal(key - 1)));
        for (int row = 0; row < causal.rows(); row++) {
          int last = causal.query(row) + key - 1;
          if (last >= key) {
            causal.assertNaN(row, j -> j <= last);
          } else if (last >= 0) {
            causal.assertOrdinary(row);
          } else {
            causal.assertEmpty(row, Float.NEGATIVE_INFINITY);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNaNScoreShowsAmongScoresOfMinusInfinity(AttentionShape sizes) {
    for (int key : positions(sizes)) {
      Operands operands = Operands.scored(sizes);
      for (int j = 0; j < sizes.keyLength(); j++) {
        operands.score(j, j == key ? Float.NaN : -INF);
      }
      float[] sinks = Floats.filled(sizes.queryHeads(), 3f);
      Attended plain = operands.by(Attention.builder());
      Attended sink = operands.by(Attention.builder().sinks(sinks));
      for (int row = 0; row < plain.rows(); row++) {
        plain.assertNaN(row, j -> true);
        sink.assertNaN(row, j -> true);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNaNOrInfiniteScoreThatIsInvisibleHasNoEffect(AttentionShape sizes) {
    for (int key : positions(sizes)) {
      Attention.Builder builder = Attention.builder().mask(without(sizes, key));
      Attended clean = Operands.scored(sizes).by(builder);
      for (float poison : new float[] {Float.NaN, INF, -INF}) {
        Operands operands = Operands.scored(sizes).score(key, poison);
        for (int column = 0; column < sizes.valueDim(); column++) {
          operands.value(key, column, poison);
        }
        operands.by(builder).assertSame(clean);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aScoreOfMinusInfinityWeighsNothingAndItsValueIsNotRead(AttentionShape sizes) {
    for (int key : positions(sizes)) {
      Operands operands = Operands.scored(sizes).score(key, -INF);
      for (int column = 0; column < sizes.valueDim(); column++) {
        operands.value(key, column, column % 2 == 0 ? Float.NaN : -INF);
      }
      Attention.Builder masked = Attention.builder().mask(without(sizes, key));
      operands.by(Attention.builder()).assertSame(Operands.scored(sizes).by(masked));
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNaNOrInfiniteValueStaysInItsColumn(AttentionShape sizes) {
    int column = sizes.valueDim() - 1;
    Attended clean = Operands.scored(sizes).by(Attention.builder());
    for (int key : positions(sizes)) {
      for (float value : new float[] {Float.NaN, INF, -INF}) {
        Attended all = Operands.scored(sizes).value(key, column, value).by(Attention.builder());
        for (int row = 0; row < all.rows(); row++) {
          float[] expected = clean.out[row].clone();
          expected[column] = value;
          Floats.assertBits(expected, all.out[row], sizes + ", row " + row);
          Floats.assertBits(clean.weights[row], all.weights[row], sizes + " weights");
          all.assertSameStatistics(clean, row, row);
        }
      }
    }
  }

  static Stream<AttentionShape> sizesOfSeveralKeys() {
    return sizes().filter(sizes -> sizes.keyLength() > 1);
  }

  @ParameterizedTest
  @MethodSource("sizesOfSeveralKeys")
  void anInfiniteValueOfAWeightThatUnderflowsIsReadAsIeeeHasIt(AttentionShape sizes) {
    int last = sizes.keyLength() - 1;
    Attended all =
        Operands.scored(sizes).score(last, -1e6f).value(last, 0, INF).by(Attention.builder());
    for (int row = 0; row < all.rows(); row++) {
      assertEquals(0f, all.weights[row][last]);
      // 0 · inf; but a chunk of its own has weight 1 until it is merged with 0 · inf.
      assertEquals(Float.NaN, all.out[row][0], sizes + ", row " + row);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNegativeTemperatureOrNaNIsRefused(AttentionShape sizes) {
    int heads = sizes.queryHeads();
    for (float temperature : new float[] {-1f, -Float.MIN_VALUE, -INF, Float.NaN}) {
      float[] temperatures = Floats.filled(heads, 1f);
      temperatures[heads - 1] = temperature;
      assertThrows(
          IllegalArgumentException.class, () -> Attention.builder().temperature(temperatures));
    }
  }
}
