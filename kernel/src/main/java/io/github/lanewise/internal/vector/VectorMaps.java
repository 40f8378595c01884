package io.github.lanewise.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions of each element alone, over runs of at least one vector.
 *
 * <p>The last vector of a run may overlap the one before it. In place its inputs would be gone by
 * then, so it is computed first, and written last.
 */
final class VectorMaps {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  private VectorMaps() {}

  static void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    int rest = length - L;
    FloatVector last = VectorExp.full(FloatVector.fromArray(FLOATS, x, xFrom + rest));
    for (int i = 0; i < rest; i += L) {
      VectorExp.full(FloatVector.fromArray(FLOATS, x, xFrom + i)).intoArray(y, yFrom + i);
    }
    last.intoArray(y, yFrom + rest);
  }

  static void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    int rest = length - L;
    FloatVector last = FloatVector.fromArray(FLOATS, x, xFrom + rest).div(divisor);
    for (int i = 0; i < rest; i += L) {
      FloatVector.fromArray(FLOATS, x, xFrom + i).div(divisor).intoArray(y, yFrom + i);
    }
    last.intoArray(y, yFrom + rest);
  }

  static void shiftAndDivide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
    int rest = length - L;
    FloatVector last = FloatVector.fromArray(FLOATS, x, xFrom + rest).sub(shift).div(divisor);
    for (int i = 0; i < rest; i += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xFrom + i);
      v.sub(shift).div(divisor).intoArray(y, yFrom + i);
    }
    last.intoArray(y, yFrom + rest);
  }

  static void logWeights(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
    int rest = length - L;
    FloatVector last = FloatVector.fromArray(FLOATS, x, xFrom + rest).sub(shift).sub(logSum);
    for (int i = 0; i < rest; i += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xFrom + i);
      v.sub(shift).sub(logSum).intoArray(y, yFrom + i);
    }
    last.intoArray(y, yFrom + rest);
  }

  /** dx = y·(dy - dot)/divisor; 0 where y is 0. */
  static void backward(
      float[] y,
      int yFrom,
      float[] dy,
      int dyFrom,
      float dot,
      float divisor,
      float[] dx,
      int dxFrom,
      int length) {
    int rest = length - L;
    FloatVector last = gradient(y, yFrom + rest, dy, dyFrom + rest, dot, divisor);
    for (int i = 0; i < rest; i += L) {
      gradient(y, yFrom + i, dy, dyFrom + i, dot, divisor).intoArray(dx, dxFrom + i);
    }
    last.intoArray(dx, dxFrom + rest);
  }

  private static FloatVector gradient(
      float[] y, int yAt, float[] dy, int dyAt, float dot, float divisor) {
    FloatVector weight = FloatVector.fromArray(FLOATS, y, yAt);
    VectorMask<Float> invisible = weight.compare(VectorOperators.EQ, 0f);
    FloatVector outer = FloatVector.fromArray(FLOATS, dy, dyAt);
    return weight.mul(outer.sub(dot)).div(divisor).blend(0f, invisible);
  }

  /** dx = (dy - exp(y)·sum)/divisor; 0 where y is -inf. */
  static void logBackward(
      float[] y,
      int yFrom,
      float[] dy,
      int dyFrom,
      float sum,
      float divisor,
      float[] dx,
      int dxFrom,
      int length) {
    int rest = length - L;
    FloatVector last = logGradient(y, yFrom + rest, dy, dyFrom + rest, sum, divisor);
    for (int i = 0; i < rest; i += L) {
      logGradient(y, yFrom + i, dy, dyFrom + i, sum, divisor).intoArray(dx, dxFrom + i);
    }
    last.intoArray(dx, dxFrom + rest);
  }

  private static FloatVector logGradient(
      float[] y, int yAt, float[] dy, int dyAt, float sum, float divisor) {
    FloatVector logWeight = FloatVector.fromArray(FLOATS, y, yAt);
    VectorMask<Float> invisible = logWeight.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
    FloatVector outer = FloatVector.fromArray(FLOATS, dy, dyAt);
    FloatVector expected = VectorExp.full(logWeight).mul(sum);
    return outer.sub(expected).div(divisor).blend(0f, invisible);
  }
}
