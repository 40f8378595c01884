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
    return switch (question.operation()) {
      case EXP -> new BufferRun(out, () -> exp(x, out));
      case SUM -> new BufferRun(out, () -> out[0] = sum(x));
      case MAX -> new BufferRun(out, () -> out[0] = max(x, 0, x.length));
      case DIVIDE -> new BufferRun(out, () -> divide(x, QuestionData.DIVISOR, out));
      case SOFTMAX -> new BufferRun(out, () -> softmax(x, columns, out));
      default -> throw new IllegalArgumentException("no answer to " + question);
    };
  }

  static void exp(float[] x, float[] y) {
    int i = 0;
    for (; i < LANES.loopBound(x.length); i += LANES.length()) {
      FloatVector.fromArray(LANES, x, i).lanewise(VectorOperators.EXP).intoArray(y, i);
    }
    if (i < x.length) {
      VectorMask<Float> rest = LANES.indexInRange(i, x.length);
      FloatVector.fromArray(LANES, x, i, rest).lanewise(VectorOperators.EXP).intoArray(y, i, rest);
    }
  }

  static float sum(float[] x) {
    FloatVector sums = FloatVector.zero(LANES);
    int i = 0;
    for (; i < LANES.loopBound(x.length); i += LANES.length()) {
      sums = sums.add(FloatVector.fromArray(LANES, x, i));
    }
    if (i < x.length) {
      sums = sums.add(FloatVector.fromArray(LANES, x, i, LANES.indexInRange(i, x.length)));
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }

  static float max(float[] x, int from, int to) {
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

  static void divide(float[] x, float divisor, float[] y) {
    int i = 0;
    for (; i < LANES.loopBound(x.length); i += LANES.length()) {
      FloatVector.fromArray(LANES, x, i).div(divisor).intoArray(y, i);
    }
    if (i < x.length) {
      VectorMask<Float> rest = LANES.indexInRange(i, x.length);
      FloatVector.fromArray(LANES, x, i, rest).div(divisor).intoArray(y, i, rest);
    }
  }

  /** Three passes over a row: maximum; exponentials and their sum; division. */
  static void softmax(float[] x, int columns, float[] y) {
    for (int from = 0; from < x.length; from += columns) {
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
