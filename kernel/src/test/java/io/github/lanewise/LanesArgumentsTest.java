package io.github.lanewise;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertMissing;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static io.github.lanewise.testing.Refused.nothing;

import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every wrong argument of a primitive is refused with the right words, and nothing is written. */
class LanesArgumentsTest {

  private final float[] x = Floats.of("x", FloatKind.NORMAL, 20);
  private final float[] y = Floats.of("y", FloatKind.NORMAL, 18);

  @ParameterizedTest
  @CsvSource({"-1, 3", "0, 21", "4, 3", "21, 21", "-2147483648, 2147483647", "2147483647, -1"})
  void rangesOutsideOfTheArrayAreRefused(int from, int to) {
    assertOutOfBounds(() -> Lanes.max(x, from, to), "[" + from + ", " + to + ")", "20");
    assertOutOfBounds(() -> Lanes.sum(x, from, to), "[" + from + ", " + to + ")", "20");
    assertOutOfBounds(() -> Lanes.logSumExp(x, from, to), "[" + from + ", " + to + ")", "20");
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 3",
    "0, 21",
    "18, 3",
    "21, 0",
    "2147483647, 1",
    "2147483647, 2147483647",
    "1, 2147483647"
  })
  void runsOutsideOfTheInputAreRefused(int from, int length) {
    float[] large = new float[40];
    assertOutOfBounds(
        () -> Lanes.exp(x, from, large, 0, length),
        length + " elements from " + from + " of x",
        "20");
    assertOutOfBounds(
        () -> Lanes.divide(x, from, 2f, large, 0, length),
        length + " elements from " + from + " of x",
        "20");
    Floats.assertBits(new float[40], large, "the output");
  }

  @ParameterizedTest
  @CsvSource({"-1, 3", "0, 19", "16, 3", "19, 0", "2147483647, 1", "2147483647, 18"})
  void runsOutsideOfTheOutputAreRefused(int from, int length) {
    float[] before = y.clone();
    assertOutOfBounds(
        () -> Lanes.exp(x, 0, y, from, length), length + " elements from " + from + " of y", "18");
    assertOutOfBounds(
        () -> Lanes.divide(x, 0, 2f, y, from, length),
        length + " elements from " + from + " of y",
        "18");
    Floats.assertBits(before, y, "the output");
  }

  @Test
  void negativeLengthsAreRefused() {
    assertOutOfBounds(() -> Lanes.exp(x, 0, y, 0, -1), "-1", "0");
    assertOutOfBounds(() -> Lanes.divide(x, 5, 2f, y, 5, Integer.MIN_VALUE), "-2147483648", "0");
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 2", "1, 0, 19", "5, 9, 5", "9, 5, 5"})
  void shiftedOverlapIsRefused(int from, int to, int length) {
    float[] before = x.clone();
    String overlap = "y from " + to + " overlaps x from " + from;
    assertIllegal(() -> Lanes.exp(x, from, x, to, length), overlap, "" + length);
    assertIllegal(() -> Lanes.divide(x, from, 2f, x, to, length), overlap, "" + length);
    Floats.assertBits(before, x, "the array");
  }

  @Test
  void runsThatAreTheSameOrDoNotMeetAreTaken() {
    float[] expected = x.clone();
    Lanes.divide(expected.clone(), 0, 2f, expected, 0, 20);
    float[] inPlace = x.clone();
    Lanes.divide(inPlace, 0, 2f, inPlace, 0, 20);
    Floats.assertBits(expected, inPlace, "in place");
    float[] beside = x.clone();
    Lanes.divide(beside, 0, 2f, beside, 10, 10);
    for (int j = 0; j < 10; j++) {
      Floats.assertBits(
          new float[] {x[j], expected[j]}, new float[] {beside[j], beside[10 + j]}, "beside " + j);
    }
    Lanes.exp(x, 3, x, 4, 0); // nothing meets nothing
    Lanes.exp(x, 3, x, 4, 1);
  }

  @Test
  void missingArraysAreRefused() {
    assertMissing("x", () -> Lanes.max(nothing(), 0, 0));
    assertMissing("x", () -> Lanes.sum(nothing(), 0, 0));
    assertMissing("x", () -> Lanes.logSumExp(nothing(), 0, 0));
    assertMissing("x", () -> Lanes.exp(nothing(), 0, y, 0, 0));
    assertMissing("y", () -> Lanes.exp(x, 0, nothing(), 0, 0));
    assertMissing("x", () -> Lanes.divide(nothing(), 0, 1f, y, 0, 0));
    assertMissing("y", () -> Lanes.divide(x, 0, 1f, nothing(), 0, 0));
  }
}
