package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.AttentionOperations.Sizes;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.testing.FloatKind;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cells of the semantics table about single scores, in attention. */
class AttentionSemanticsTest {

  private static final float INF = Float.POSITIVE_INFINITY;

  /** Few and many queries; keys on both sides of lanes and of chunks; shared and own key heads. */
  static Stream<Sizes> sizes() {
    return Stream.of(
        new Sizes(1, 1, 1, 1, 1, 4, 4),
        new Sizes(1, 2, 1, 1, 17, 4, 3),
        new Sizes(2, 2, 2, 3, 33, 5, 16),
        new Sizes(1, 1, 1, 70, 40, 4, 18),
        new Sizes(1, 1, 1, 2, 255, 4, 4),
        new Sizes(1, 4, 2, 1, 256, 4, 4),
        new Sizes(1, 1, 1, 66, 257, 4, 4),
        new Sizes(1, 2, 1, 3, 530, 4, 4),
        new Sizes(1, 1, 1, 1, 1290, 8, 5));
  }

  /** Ordinary operands, whose first component of q is 1: so k's first is a summand of the score. */
  private static final class Operands {
    final Sizes sizes;
    final float[] q;
    final float[] k;
    final float[] v;

    Operands(Sizes sizes) {
      this.sizes = sizes;
      q = Floats.of("q", FloatKind.NORMAL, sizes.q());
      k = Floats.of("k", FloatKind.NORMAL, sizes.k());
      v = Floats.of("v", FloatKind.NORMAL, sizes.v());
      for (int at = 0; at < q.length; at += (int) sizes.headDim()) {
        q[at] = 1f;
      }
    }

    /** Sets the score of a key of every head, as far as an infinity or NaN does. */
    Operands score(int key, float score) {
      for (int head = 0; head < sizes.batch() * sizes.keyHeads(); head++) {
        k[(int) ((head * sizes.keys() + key) * sizes.headDim())] = score;
      }
      return this;
    }

    /** Sets one column of the value of a key of every head. */
    Operands value(int key, int column, float value) {
      for (int head = 0; head < sizes.batch() * sizes.keyHeads(); head++) {
        v[(int) ((head * sizes.keys() + key) * sizes.valueDim()) + column] = value;
      }
      return this;
    }

    Attended attended(Attention.Builder builder) {
      return Attended.by(builder.build(), sizes, q, k, v);
    }
  }

  /** Keys at the ends of the row, of lanes and of chunks. */
  static int[] positions(Sizes sizes) {
    int keys = (int) sizes.keys();
    return Arrays.stream(new int[] {0, 15, 16, 255, 256, 511, 512, keys / 2, keys - 1})
        .filter(j -> j < keys)
        .distinct()
        .toArray();
  }

  /** All but one key, or all if there is no other. */
  private static Mask without(Sizes sizes, int... keys) {
    boolean[] allowed = new boolean[(int) sizes.keys()];
    Arrays.fill(allowed, true);
    for (int key : keys) {
      allowed[key] = false;
    }
    return Mask.allowed(allowed, sizes.keys());
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aRowWithoutVisibleKeyIsZero(Sizes sizes) {
    Operands operands = new Operands(sizes);
    Mask[] masks = {
      Mask.prefix(0),
      Mask.causal(-sizes.queries()),
      Mask.window(0, 0, sizes.keys()),
      Mask.allowed(new boolean[1], 1),
      Mask.allowedBits(new long[] {0}, 1),
      Mask.prefix(1).and(Mask.window(0, 0, 1)),
      Mask.keyLengths(new int[(int) sizes.batch()]),
    };
    for (Mask mask : masks) {
      Attended all = operands.attended(Attention.builder().mask(mask));
      for (int row = 0; row < all.rows(); row++) {
        all.assertEmpty(row, Float.NEGATIVE_INFINITY);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void anEmptyRowLeavesItsNeighboursAlone(Sizes sizes) {
    Operands operands = new Operands(sizes);
    boolean[] allowed = new boolean[(int) sizes.queries()];
    for (int i = 0; i < allowed.length; i++) {
      allowed[i] = i % 3 != 1;
    }
    Mask mask = Mask.allowed(allowed, sizes.queries(), 1);
    Attended some = operands.attended(Attention.builder().mask(mask));
    Attended full = operands.attended(Attention.builder());
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
  void aRowOfScoresMinusInfinityIsZero(Sizes sizes) {
    Operands operands = new Operands(sizes);
    for (int j = 0; j < sizes.keys(); j++) {
      operands.score(j, -INF).value(j, 0, j % 2 == 0 ? Float.NaN : INF);
    }
    float[] warm = new float[(int) sizes.heads()];
    Arrays.fill(warm, 0.7f);
    float[] hot = new float[(int) sizes.heads()];
    Arrays.fill(hot, INF);
    Attention.Builder[] builders = {
      Attention.builder(),
      Attention.builder().mask(Mask.causal(sizes.keys())),
      Attention.builder().temperature(warm),
      Attention.builder().temperature(hot),
      Attention.builder().temperature(new float[warm.length]),
    };
    for (Attention.Builder builder : builders) {
      Attended all = operands.attended(builder);
      for (int row = 0; row < all.rows(); row++) {
        all.assertEmpty(row, Float.NEGATIVE_INFINITY);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNaNOrInfiniteScoreMakesItsRowsNaN(Sizes sizes) {
    int heads = (int) sizes.heads();
    for (int key : positions(sizes)) {
      for (float score : new float[] {Float.NaN, INF}) {
        Operands operands = new Operands(sizes).score(key, score);
        for (float temperature : new float[] {1f, 0.3f, 0f, INF}) {
          Attention.Builder builder =
              Attention.builder().temperature(Floats.filled(heads, temperature));
          Attended all = operands.attended(builder);
          for (int row = 0; row < all.rows(); row++) {
            all.assertNaN(row, j -> true);
          }
        }
        Attended causal = operands.attended(Attention.builder().mask(Mask.causal(key - 1)));
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
  void aNaNScoreShowsAmongScoresOfMinusInfinity(Sizes sizes) {
    for (int key : positions(sizes)) {
      Operands operands = new Operands(sizes);
      for (int j = 0; j < sizes.keys(); j++) {
        operands.score(j, j == key ? Float.NaN : -INF);
      }
      float[] sinks = Floats.filled((int) sizes.heads(), 3f);
      Attended plain = operands.attended(Attention.builder());
      Attended sink = operands.attended(Attention.builder().sinks(sinks));
      for (int row = 0; row < plain.rows(); row++) {
        plain.assertNaN(row, j -> true);
        sink.assertNaN(row, j -> true);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNaNOrInfiniteScoreThatIsInvisibleHasNoEffect(Sizes sizes) {
    for (int key : positions(sizes)) {
      Attention.Builder builder = Attention.builder().mask(without(sizes, key));
      Attended clean = new Operands(sizes).attended(builder);
      for (float poison : new float[] {Float.NaN, INF, -INF}) {
        Operands operands = new Operands(sizes).score(key, poison);
        for (int column = 0; column < sizes.valueDim(); column++) {
          operands.value(key, column, poison);
        }
        operands.attended(builder).assertSame(clean);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aScoreOfMinusInfinityWeighsNothingAndItsValueIsNotRead(Sizes sizes) {
    for (int key : positions(sizes)) {
      Operands operands = new Operands(sizes).score(key, -INF);
      for (int column = 0; column < sizes.valueDim(); column++) {
        operands.value(key, column, column % 2 == 0 ? Float.NaN : -INF);
      }
      Attention.Builder masked = Attention.builder().mask(without(sizes, key));
      operands.attended(Attention.builder()).assertSame(new Operands(sizes).attended(masked));
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNaNOrInfiniteValueStaysInItsColumn(Sizes sizes) {
    int column = (int) sizes.valueDim() - 1;
    Attended clean = new Operands(sizes).attended(Attention.builder());
    for (int key : positions(sizes)) {
      for (float value : new float[] {Float.NaN, INF, -INF}) {
        Attended all = new Operands(sizes).value(key, column, value).attended(Attention.builder());
        for (int row = 0; row < all.rows(); row++) {
          float[] expected = clean.out[row].clone();
          expected[column] = value;
          Floats.assertSameBits(expected, all.out[row], sizes + ", row " + row);
          Floats.assertSameBits(clean.weights[row], all.weights[row], sizes + " weights");
          all.assertSameStatistics(clean, row, row);
        }
      }
    }
  }

  static Stream<Sizes> sizesOfSeveralKeys() {
    return sizes().filter(sizes -> sizes.keys() > 1);
  }

  @ParameterizedTest
  @MethodSource("sizesOfSeveralKeys")
  void anInfiniteValueOfAWeightThatUnderflowsIsReadAsIeeeHasIt(Sizes sizes) {
    int last = (int) sizes.keys() - 1;
    Attended all =
        new Operands(sizes).score(last, -1e6f).value(last, 0, INF).attended(Attention.builder());
    for (int row = 0; row < all.rows(); row++) {
      assertEquals(0f, all.weights[row][last]);
      // 0 · inf; but a chunk of its own has weight 1 until it is merged with 0 · inf.
      assertEquals(Float.NaN, all.out[row][0], sizes + ", row " + row);
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void aNegativeTemperatureOrNaNIsRefused(Sizes sizes) {
    int heads = (int) sizes.heads();
    for (float temperature : new float[] {-1f, -Float.MIN_VALUE, -INF, Float.NaN}) {
      float[] temperatures = Floats.filled(heads, 1f);
      temperatures[heads - 1] = temperature;
      assertThrows(
          IllegalArgumentException.class, () -> Attention.builder().temperature(temperatures));
    }
  }
}
