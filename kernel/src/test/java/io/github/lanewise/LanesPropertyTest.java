package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.CorrectlyRounded;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractSoftmax;
import io.github.lanewise.testing.ContractSum;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Sizes;
import io.github.lanewise.testing.SoftmaxError;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The primitives against the oracle and against the arithmetic contract. */
@Tag("property")
class LanesPropertyTest {
  /** A range of an array: what lies outside it must not count. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Range(float[] array, int from, int to) {
    static Range draw(Draw draw, FloatKind... kinds) {
      int length = draw.size("length", 4098);
      int from = draw.oneOf("from", Sizes.offsets());
      float[] row = draw.floats("x", length, kinds);
      float[] array = new float[from + length + 3];
      Arrays.fill(array, Float.NaN);
      System.arraycopy(row, 0, array, from, length);
      return new Range(array, from, from + length);
    }

    float[] values() {
      return Arrays.copyOfRange(array, from, to);
    }

    double[] widened() {
      return Primitives.widen(values());
    }

    int length() {
      return to - from;
    }
  }

  @Cases(400)
  void maxHasTheBitsOfMathMax(Draw draw) {
    Range x = Range.draw(draw, FloatKind.values());
    float expected = Float.NEGATIVE_INFINITY;
    for (float value : x.values()) {
      expected = Math.max(expected, value);
    }
    Floats.assertBits(expected, Lanes.max(x.array, x.from, x.to), "max");
  }

  @Cases(400)
  void sumHasTheBitsOfTheContract(Draw draw) {
    Range x = Range.draw(draw, FloatKind.values());
    Floats.assertBits(
        ContractSum.sum(x.array, x.from, x.to), Lanes.sum(x.array, x.from, x.to), "sum");
  }

  /** 16 terms per lane, 4 levels over the lanes, then the tree over the blocks. */
  @Cases(300)
  void sumIsWithinItsBound(Draw draw, @Accuracy.Of("sum") Accuracy accuracy) {
    Range x = Range.draw(draw, FloatKind.finite());
    double magnitude = Primitives.sum(Arrays.stream(x.widened()).map(Math::abs).toArray());
    double bound = (20 + Accuracy.blockLevels(x.length()) + 1) * U * magnitude;
    accuracy.check(Primitives.sum(x.widened()), Lanes.sum(x.array, x.from, x.to), bound, "");
  }

  @Cases(300)
  void expIsWithinOneUlp(Draw draw, @Accuracy.Of("exp in ulp") Accuracy accuracy) {
    Range x = Range.draw(draw, FloatKind.values());
    int to = draw.oneOf("to", Sizes.offsets());
    float[] y = new float[to + x.length()];
    Lanes.exp(x.array, x.from, y, to, x.length());
    for (int j = 0; j < x.length(); j++) {
      float argument = x.array[x.from + j];
      double error = CorrectlyRounded.expErrorInUlps(argument, y[to + j]);
      accuracy.check(0, error, 1, " of " + Float.toHexString(argument));
    }
    float[] inPlace = x.array.clone();
    Lanes.exp(inPlace, x.from, inPlace, x.from, x.length());
    Floats.assertBits(
        Arrays.copyOfRange(y, to, to + x.length()),
        Arrays.copyOfRange(inPlace, x.from, x.to),
        "exp in place");
  }

  /** Walks over all floats by bit pattern, in steps that are coprime to every period. */
  @Test
  void expIsWithinOneUlpOnASampleOfBitPatterns() {
    int step = 4093;
    int length = 1 << 16;
    SplittableRandom random = new SplittableRandom(1);
    float[] x = new float[length];
    float[] y = new float[length];
    long bits = random.nextInt(step);
    Accuracy accuracy = new Accuracy("exp in ulp, on every " + step + "th float");
    while (bits < 1L << 32) {
      int filled = 0;
      for (; filled < length && bits < 1L << 32; bits += step) {
        x[filled++] = Float.intBitsToFloat((int) bits);
      }
      Lanes.exp(x, 0, y, 0, filled);
      for (int j = 0; j < filled; j++) {
        float argument = x[j];
        double error = CorrectlyRounded.expErrorInUlps(argument, y[j]);
        accuracy.check(0, error, 1, " of " + Float.toHexString(argument));
      }
    }
    accuracy.print();
  }

  @Cases(300)
  void divideHasTheBitsOfTrueDivision(Draw draw) {
    Range x = Range.draw(draw, FloatKind.values());
    float divisor = draw.floats("divisor", 1, FloatKind.values())[0];
    int to = draw.oneOf("to", Sizes.offsets());
    float[] y = new float[to + x.length()];
    Lanes.divide(x.array, x.from, divisor, y, to, x.length());
    for (int j = 0; j < x.length(); j++) {
      Floats.assertBits(x.array[x.from + j] / divisor, y[to + j], "quotient " + j);
    }
  }

  /** The bound of softmax's log-sum-exp at temperature 1. */
  @Cases(300)
  void logSumExpIsWithinItsBound(Draw draw, @Accuracy.Of("logSumExp") Accuracy accuracy) {
    Range x =
        Range.draw(
            draw,
            FloatKind.NORMAL,
            FloatKind.LOGITS,
            FloatKind.OVERFLOWING,
            FloatKind.UNDERFLOWING,
            FloatKind.WIDE,
            FloatKind.NEAR_ZERO,
            FloatKind.TIED,
            FloatKind.MINUS_INFINITIES);
    double expected = Primitives.logSumExp(x.widened());
    double bound = new SoftmaxError(x.widened(), 1f).ofLogSumExp(expected);
    accuracy.check(expected, Lanes.logSumExp(x.array, x.from, x.to), bound, "");
  }

  @Cases(300)
  void logSumExpHasTheBitsOfTheContract(Draw draw) {
    Range x =
        Range.draw(
            draw,
            FloatKind.NORMAL,
            FloatKind.LOGITS,
            FloatKind.WIDE,
            FloatKind.NEAR_ZERO,
            FloatKind.TIED);
    if (x.length() > 0) {
      boolean[] visible = new boolean[x.length()];
      Arrays.fill(visible, true);
      Floats.assertBits(
          ContractSoftmax.row(x.values(), visible, 1f).logSumExp(),
          Lanes.logSumExp(x.array, x.from, x.to),
          "logSumExp");
    }
  }

  /** Relative error of Σ exp(x - m), in units of U: D + log₂(n/256)⁺ + 32. */
  private static double logSumError(double... x) {
    double max = Primitives.max(x);
    double sum = 0;
    double distance = 0;
    for (double value : x) {
      if (value > Double.NEGATIVE_INFINITY) {
        sum += Math.exp(value - max);
        distance += Math.exp(value - max) * (max - value);
      }
    }
    return (sum == 0 ? 0 : distance / sum) + Accuracy.blockLevels(x.length) + 32;
  }

  /** Twice the same whole blocks: the tree adds two equal halves, so that nothing is rounded. */
  @Cases(100)
  void sumOfARowTwiceIsTwiceTheSum(Draw draw) {
    int blocks = 256 << draw.integer("blocks", 0, 4);
    float[] x = draw.floats("x", blocks, FloatKind.NORMAL, FloatKind.WIDE, FloatKind.NEAR_ZERO);
    float[] twice = Floats.repeated(x, 2);
    Floats.assertBits(2 * Lanes.sum(x, 0, blocks), Lanes.sum(twice, 0, 2 * blocks), "sum");
  }

  @Cases(100)
  void logSumExpOfARowTwiceGainsLnTwo(
      Draw draw, @Accuracy.Of("logSumExp of a row twice") Accuracy accuracy) {
    int n = draw.integer("n", 1, 600);
    float[] x = draw.floats("x", n, FloatKind.NORMAL, FloatKind.LOGITS);
    float[] twice = Floats.repeated(x, 2);
    double once = Lanes.logSumExp(x, 0, n);
    double bound = 2 * (logSumError(Primitives.widen(twice)) + 3 * Math.abs(once) + 12) * U;
    accuracy.check(once + Math.log(2), Lanes.logSumExp(twice, 0, 2 * n), bound, "");
  }
}
