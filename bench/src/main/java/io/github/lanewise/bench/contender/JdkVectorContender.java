package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The JDK's Vector API as its documentation shows it, with the exponential that it brings: loops of
 * whole vectors, and the rest under a mask.
 */
public final class JdkVectorContender implements Contender {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

  @Override
  public String name() {
    return "JDK Vector EXP";
  }

  @Override
  public String description() {
    return "jdk.incubator.vector, preferred species, one vector at a time, lanewise(EXP) and"
        + " reduceLanes";
  }

  @Override
  public boolean answers(Question question) {
    return question.threads() == 1
        && question.variant() == Variant.PLAIN
        && switch (question.operation()) {
          case EXP, SUM, MAX, DIVIDE, SOFTMAX -> true;
          default -> false;
        };
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    float[] x = data.a();
    float[] out = new float[question.resultLength()];
    int columns = question.columns();
    int n = x.length;
    return switch (question.operation()) {
      case EXP -> new BufferRun(out, () -> exp(x, out, n));
      case SUM -> new BufferRun(out, () -> out[0] = sum(x, n));
      case MAX -> new BufferRun(out, () -> out[0] = max(x, 0, x.length));
      case DIVIDE -> new BufferRun(out, () -> divide(x, QuestionData.DIVISOR, out, n));
      case SOFTMAX -> new BufferRun(out, () -> softmax(x, n, columns, out));
      default -> throw new IllegalArgumentException("no answer to " + question);
    };
  }

  /** y = exp(x) of the first elements. */
  public static void exp(float[] x, float[] y, int length) {
    int i = 0;
    for (; i < LANES.loopBound(length); i += LANES.length()) {
      FloatVector.fromArray(LANES, x, i).lanewise(VectorOperators.EXP).intoArray(y, i);
    }
    if (i < length) {
      VectorMask<Float> rest = LANES.indexInRange(i, length);
      FloatVector.fromArray(LANES, x, i, rest).lanewise(VectorOperators.EXP).intoArray(y, i, rest);
    }
  }

  /** The sum of the first elements. */
  public static float sum(float[] x, int length) {
    FloatVector sums = FloatVector.zero(LANES);
    int i = 0;
    for (; i < LANES.loopBound(length); i += LANES.length()) {
      sums = sums.add(FloatVector.fromArray(LANES, x, i));
    }
    if (i < length) {
      sums = sums.add(FloatVector.fromArray(LANES, x, i, LANES.indexInRange(i, length)));
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }

  /** The largest of some elements. */
  public static float max(float[] x, int from, int to) {
    FloatVector largest = FloatVector.broadcast(LANES, Float.NEGATIVE_INFINITY);
    int i = from;
    for (; i <= to - LANES.length(); i += LANES.length()) {
      largest = largest.max(FloatVector.fromArray(LANES, x, i));
    }
    if (i < to) {
      VectorMask<Float> rest = LANES.indexInRange(i, to);
      largest =
          largest.lanewise(VectorOperators.MAX, FloatVector.fromArray(LANES, x, i, rest), rest);
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /** y = x / divisor of the first elements. */
  public static void divide(float[] x, float divisor, float[] y, int length) {
    int i = 0;
    for (; i < LANES.loopBound(length); i += LANES.length()) {
      FloatVector.fromArray(LANES, x, i).div(divisor).intoArray(y, i);
    }
    if (i < length) {
      VectorMask<Float> rest = LANES.indexInRange(i, length);
      FloatVector.fromArray(LANES, x, i, rest).div(divisor).intoArray(y, i, rest);
    }
  }

  /** Three passes over a row: maximum; exponentials and their sum; division. */
  public static void softmax(float[] x, int length, int columns, float[] y) {
    for (int from = 0; from < length; from += columns) {
      float max = max(x, from, from + columns);
      float sum = exponentials(x, max, y, from, from + columns);
      scale(y, 1 / sum, from, from + columns);
    }
  }

  private static float exponentials(float[] x, float max, float[] y, int from, int to) {
    FloatVector sums = FloatVector.zero(LANES);
    int i = from;
    for (; i <= to - LANES.length(); i += LANES.length()) {
      FloatVector exp = FloatVector.fromArray(LANES, x, i).sub(max).lanewise(VectorOperators.EXP);
      exp.intoArray(y, i);
      sums = sums.add(exp);
    }
    if (i < to) {
      VectorMask<Float> rest = LANES.indexInRange(i, to);
      FloatVector exp =
          FloatVector.fromArray(LANES, x, i, rest).sub(max).lanewise(VectorOperators.EXP);
      exp.intoArray(y, i, rest);
      sums = sums.add(exp, rest);
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }

  private static void scale(float[] y, float factor, int from, int to) {
    int i = from;
    for (; i <= to - LANES.length(); i += LANES.length()) {
      FloatVector.fromArray(LANES, y, i).mul(factor).intoArray(y, i);
    }
    if (i < to) {
      VectorMask<Float> rest = LANES.indexInRange(i, to);
      FloatVector.fromArray(LANES, y, i, rest).mul(factor).intoArray(y, i, rest);
    }
  }
}
