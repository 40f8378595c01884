package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.Attended;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Operands;
import io.github.lanewise.testing.Sizes;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * NaN around every range of softmax, and at every position that a row does not see: none of it is
 * written, and none of it gets into a result. That inputs and gaps between rows stay as they are is
 * checked for every operation in every layout, whenever the digest is computed.
 */
class CanaryTest {

  private static final int MARGIN = 37;

  static IntStream lengths() {
    return IntStream.of(Sizes.sweep());
  }

  /** An array with canaries on both sides of a range. */
  private static float[] surrounded(float[] range, int offset) {
    float[] array = Floats.filled(offset + range.length + MARGIN, Float.NaN);
    System.arraycopy(range, 0, array, offset, range.length);
    return array;
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void softmaxOfAnArrayKeepsToItsRange(int length) {
    float[] x = Floats.of("x", FloatKind.LOGITS, length);
    float[] expected = x.clone();
    Softmax.standard().apply(expected, 0, length);
    for (int offset : new int[] {0, 1, Sizes.lanes() / 2, MARGIN}) {
      float[] array = surrounded(x, offset);
      Softmax.standard().apply(array, offset, offset + length);
      Floats.assertBits(surrounded(expected, offset), array, length + " at " + offset);
    }
  }

  /** Whether query i sees key j. */
  interface Visibility {
    boolean sees(int i, int j);
  }

  private static final int QUERIES = 21;
  private static final int KEYS = 325;

  /** A mask and what it means, for one batch element, one head, 21 queries and 325 keys. */
  record Shown(String name, Mask mask, Visibility visibility) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Shown> masks() {
    boolean[] allowed = new boolean[QUERIES * KEYS];
    long[] bits = new long[QUERIES * 6];
    for (int at = 0; at < allowed.length; at++) {
      int i = at / KEYS;
      int j = at % KEYS;
      allowed[at] = (at * 0x9e3779b9) >>> 30 != 0;
      if ((at * 0x85ebca6b) >>> 29 == 0) {
        bits[i * 6 + j / 64] |= 1L << j;
      }
    }
    Visibility isAllowed = (i, j) -> allowed[i * KEYS + j];
    Visibility hasBit = (i, j) -> (bits[i * 6 + j / 64] >>> j & 1) != 0;
    int offset = KEYS - QUERIES;
    return Stream.of(
        new Shown("causal", Mask.causal(), (i, j) -> j <= i + offset),
        new Shown("causal(250)", Mask.causal(250), (i, j) -> j <= i + 250),
        new Shown("causal(-5)", Mask.causal(-5), (i, j) -> j <= i - 5),
        new Shown(
            "window", Mask.window(17, 2), (i, j) -> Math.abs(2 * (i + offset - j) - 15) <= 19),
        new Shown("window at 245", Mask.window(3, 9, 245), (i, j) -> j >= i + 242 && j <= i + 254),
        new Shown("prefix", Mask.prefix(257), (i, j) -> j < 257),
        new Shown("lengths", Mask.keyLengths(19), (i, j) -> j < 19),
        new Shown("allowed", Mask.allowed(allowed, QUERIES, KEYS), isAllowed),
        new Shown("bits", Mask.allowedBits(bits, QUERIES, KEYS), hasBit),
        new Shown(
            "streaming",
            Mask.prefix(4).or(Mask.window(40, 0)),
            (i, j) -> j < 4 || (j >= i + offset - 40 && j <= i + offset)),
        new Shown(
            "causal and allowed",
            Mask.causal(240).and(Mask.allowed(allowed, QUERIES, KEYS)),
            (i, j) -> j <= i + 240 && isAllowed.sees(i, j)),
        new Shown(
            "bits or prefix",
            Mask.allowedBits(bits, QUERIES, KEYS).or(Mask.prefix(3)),
            (i, j) -> j < 3 || hasBit.sees(i, j)));
  }

  @ParameterizedTest
  @MethodSource("masks")
  void softmaxIsBlindToWhatARowDoesNotSee(Shown shown) {
    float[] scores = Floats.of("x", FloatKind.LOGITS, QUERIES, KEYS);
    float[] poisoned = scores.clone();
    for (int i = 0; i < QUERIES; i++) {
      for (int j = 0; j < KEYS; j++) {
        if (!shown.visibility.sees(i, j)) {
          poisoned[i * KEYS + j] = (i + j) % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY;
        }
      }
    }
    for (Softmaxed.Variant variant : Softmaxed.Variant.all()) {
      Softmaxed clean = new Softmaxed(variant, 1f, scores, QUERIES, shown.mask);
      Softmaxed blind = new Softmaxed(variant, 1f, poisoned, QUERIES, shown.mask);
      for (int i = 0; i < QUERIES; i++) {
        blind.assertSameRow(clean, i, i);
        int row = i;
        if (IntStream.range(0, KEYS).noneMatch(j -> shown.visibility.sees(row, j))) {
          blind.assertEmpty(i);
        } else {
          blind.assertOrdinary(i);
        }
      }
    }
  }

  private static final AttentionShape SIZES = new AttentionShape(1, 1, 1, QUERIES, KEYS, 6, 5);

  /** One call for each row, with everything that the row does not see poisoned. */
  @ParameterizedTest
  @MethodSource("masks")
  void attentionIsBlindToWhatARowDoesNotSee(Shown shown) {
    Operands o = Operands.of(SIZES);
    Attention attention = Attention.builder().mask(shown.mask).build();
    Attended clean = Attended.by(attention, SIZES, o.q(), o.k(), o.v());
    for (int i = 0; i < QUERIES; i++) {
      float[] keys = o.k().clone();
      float[] values = o.v().clone();
      int seen = 0;
      for (int j = 0; j < KEYS; j++) {
        if (shown.visibility.sees(i, j)) {
          seen++;
        } else {
          Arrays.fill(keys, 6 * j, 6 * j + 6, j % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY);
          Arrays.fill(values, 5 * j, 5 * j + 5, j % 3 == 0 ? Float.NEGATIVE_INFINITY : Float.NaN);
        }
      }
      Attended blind = Attended.by(attention, SIZES, o.q(), keys, values);
      blind.assertSameRow(clean, i, i);
      int weighted = 0;
      for (float weight : blind.weights[i]) {
        weighted += weight > 0 ? 1 : 0;
      }
      assertEquals(seen, weighted, shown + ": keys that row " + i + " sees");
    }
  }

  @ParameterizedTest
  @MethodSource("masks")
  void attentionIsNotBlindToWhatARowSees(Shown shown) {
    Operands o = Operands.of(SIZES);
    Attention attention = Attention.builder().mask(shown.mask).build();
    Attended clean = Attended.by(attention, SIZES, o.q(), o.k(), o.v());
    for (int j : new int[] {0, 3, 18, 63, 64, 255, 256, 300, KEYS - 1}) {
      float[] values = o.v().clone();
      values[5 * j + 2] = Float.NaN;
      Attended some = Attended.by(attention, SIZES, o.q(), o.k(), values);
      for (int i = 0; i < QUERIES; i++) {
        float[] expected = clean.out[i].clone();
        if (shown.visibility.sees(i, j)) {
          expected[2] = Float.NaN;
        }
        Floats.assertBits(expected, some.out[i], shown + ": row " + i + ", key " + j);
      }
    }
  }
}
