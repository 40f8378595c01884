package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.vector.generated.ExpLoops;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions of each element alone.
 *
 * <p>Where a run need not be whole vectors, its last vector may overlap the one before it. In place
 * its inputs would be gone by then, so it is computed first, and written last.
 *
 * <p>Each method is a compile root, see {@link VectorLaneKernels}.
 */
final class VectorElementwise {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  /** Floats that an array's header takes. */
  private static final int HEADER = 4;

  /** The elements after one that needs the full exp which take it too, without another look. */
  private static final int FULL_EXP = 64;

  private VectorElementwise() {}

  /** y = exp(x) over the full range; length is a multiple of L. */
  static void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    for (int i = ExpLoops.normal(x, xFrom, y, yFrom, 0, length); i < length; ) {
      int to = Math.min(i + FULL_EXP, length);
      ExpLoops.full(x, xFrom, y, yFrom, i, to);
      i = ExpLoops.normal(x, xFrom, y, yFrom, to, length);
    }
  }

  /**
   * From which element of a run on vectors fill whole lines of the cache, where the array itself
   * begins 16 bytes behind one, as large arrays do: they lie at the start of a region. Less than a
   * vector, which is what a wrong guess costs.
   */
  static int wholeLines(int from) {
    return -(from + HEADER) & (L - 1);
  }

  /** y = x·factor; length is at least L. */
  static void scale(float[] x, int xFrom, float factor, float[] y, int yFrom, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length >= L : length + " elements in vectors of " + L;
    assert xFrom >= 0 && xFrom + length <= x.length : length + " at " + xFrom + " of " + x.length;
    assert yFrom >= 0 && yFrom + length <= y.length : length + " at " + yFrom + " of " + y.length;
    assert x != y || xFrom == yFrom || Math.abs(xFrom - yFrom) >= length
        : length + " at " + xFrom + " and " + yFrom + " of one array";
    int rest = length - L;
    // What overlaps is scaled before and written twice, as the same bits.
    FloatVector first = FloatVector.fromArray(FLOATS, x, xFrom).mul(factor);
    FloatVector last = FloatVector.fromArray(FLOATS, x, xFrom + rest).mul(factor);
    int i = wholeLines(yFrom);
    for (; i <= length - 4 * L; i += 4 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, xFrom + i + L);
      FloatVector v2 = FloatVector.fromArray(FLOATS, x, xFrom + i + 2 * L);
      FloatVector v3 = FloatVector.fromArray(FLOATS, x, xFrom + i + 3 * L);
      v0.mul(factor).intoArray(y, yFrom + i);
      v1.mul(factor).intoArray(y, yFrom + i + L);
      v2.mul(factor).intoArray(y, yFrom + i + 2 * L);
      v3.mul(factor).intoArray(y, yFrom + i + 3 * L);
    }
    for (; i <= rest; i += L) {
      FloatVector.fromArray(FLOATS, x, xFrom + i).mul(factor).intoArray(y, yFrom + i);
    }
    first.intoArray(y, yFrom);
    last.intoArray(y, yFrom + rest);
  }

  /** y = (x - shift)/divisor; length is at least L. */
  static void divide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length >= L : length + " elements in vectors of " + L;
    assert xFrom >= 0 && xFrom + length <= x.length : length + " at " + xFrom + " of " + x.length;
    assert yFrom >= 0 && yFrom + length <= y.length : length + " at " + yFrom + " of " + y.length;
    assert x != y || xFrom == yFrom || Math.abs(xFrom - yFrom) >= length
        : length + " at " + xFrom + " and " + yFrom + " of one array";
    int rest = length - L;
    FloatVector last = FloatVector.fromArray(FLOATS, x, xFrom + rest).sub(shift).div(divisor);
    int i = 0;
    for (; i < rest - L; i += 2 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, xFrom + i + L);
      v0.sub(shift).div(divisor).intoArray(y, yFrom + i);
      v1.sub(shift).div(divisor).intoArray(y, yFrom + i + L);
    }
    for (; i < rest; i += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xFrom + i);
      v.sub(shift).div(divisor).intoArray(y, yFrom + i);
    }
    last.intoArray(y, yFrom + rest);
  }

  /** y = (x - shift) - logSum; length is at least L. */
  static void subtract(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length >= L : length + " elements in vectors of " + L;
    assert xFrom >= 0 && xFrom + length <= x.length : length + " at " + xFrom + " of " + x.length;
    assert yFrom >= 0 && yFrom + length <= y.length : length + " at " + yFrom + " of " + y.length;
    assert x != y || xFrom == yFrom || Math.abs(xFrom - yFrom) >= length
        : length + " at " + xFrom + " and " + yFrom + " of one array";
    int rest = length - L;
    FloatVector last = FloatVector.fromArray(FLOATS, x, xFrom + rest).sub(shift).sub(logSum);
    int i = 0;
    for (; i < rest - L; i += 2 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, xFrom + i + L);
      v0.sub(shift).sub(logSum).intoArray(y, yFrom + i);
      v1.sub(shift).sub(logSum).intoArray(y, yFrom + i + L);
    }
    for (; i < rest; i += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xFrom + i);
      v.sub(shift).sub(logSum).intoArray(y, yFrom + i);
    }
    last.intoArray(y, yFrom + rest);
  }

  /** dx = y·(dy - dot)/divisor, 0 where y is 0; length is a multiple of L. */
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
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length % L == 0 : length + " elements in vectors of " + L;
    assert yFrom >= 0 && yFrom + length <= y.length : length + " at " + yFrom + " of " + y.length;
    assert dyFrom >= 0 && dyFrom + length <= dy.length
        : length + " at " + dyFrom + " of " + dy.length;
    assert dxFrom >= 0 && dxFrom + length <= dx.length
        : length + " at " + dxFrom + " of " + dx.length;
    int i = 0;
    for (; i < length - L; i += 2 * L) {
      FloatVector weight0 = FloatVector.fromArray(FLOATS, y, yFrom + i);
      FloatVector weight1 = FloatVector.fromArray(FLOATS, y, yFrom + i + L);
      VectorMask<Float> invisible0 = weight0.compare(VectorOperators.EQ, 0f);
      VectorMask<Float> invisible1 = weight1.compare(VectorOperators.EQ, 0f);
      FloatVector outer0 = FloatVector.fromArray(FLOATS, dy, dyFrom + i).sub(dot);
      FloatVector outer1 = FloatVector.fromArray(FLOATS, dy, dyFrom + i + L).sub(dot);
      FloatVector gradient0 = weight0.mul(outer0).div(divisor).blend(0f, invisible0);
      FloatVector gradient1 = weight1.mul(outer1).div(divisor).blend(0f, invisible1);
      gradient0.intoArray(dx, dxFrom + i);
      gradient1.intoArray(dx, dxFrom + i + L);
    }
    if (i < length) {
      FloatVector weight = FloatVector.fromArray(FLOATS, y, yFrom + i);
      VectorMask<Float> invisible = weight.compare(VectorOperators.EQ, 0f);
      FloatVector outer = FloatVector.fromArray(FLOATS, dy, dyFrom + i).sub(dot);
      weight.mul(outer).div(divisor).blend(0f, invisible).intoArray(dx, dxFrom + i);
    }
  }

  /** As {@link #backward} for the divisor 1: division is a third of that one's time. */
  static void undividedBackward(
      float[] y, int yFrom, float[] dy, int dyFrom, float dot, float[] dx, int dxFrom, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length % L == 0 : length + " elements in vectors of " + L;
    assert yFrom >= 0 && yFrom + length <= y.length : length + " at " + yFrom + " of " + y.length;
    assert dyFrom >= 0 && dyFrom + length <= dy.length
        : length + " at " + dyFrom + " of " + dy.length;
    assert dxFrom >= 0 && dxFrom + length <= dx.length
        : length + " at " + dxFrom + " of " + dx.length;
    int i = 0;
    for (; i < length - L; i += 2 * L) {
      FloatVector weight0 = FloatVector.fromArray(FLOATS, y, yFrom + i);
      FloatVector weight1 = FloatVector.fromArray(FLOATS, y, yFrom + i + L);
      VectorMask<Float> invisible0 = weight0.compare(VectorOperators.EQ, 0f);
      VectorMask<Float> invisible1 = weight1.compare(VectorOperators.EQ, 0f);
      FloatVector outer0 = FloatVector.fromArray(FLOATS, dy, dyFrom + i).sub(dot);
      FloatVector outer1 = FloatVector.fromArray(FLOATS, dy, dyFrom + i + L).sub(dot);
      FloatVector gradient0 = weight0.mul(outer0).blend(0f, invisible0);
      FloatVector gradient1 = weight1.mul(outer1).blend(0f, invisible1);
      gradient0.intoArray(dx, dxFrom + i);
      gradient1.intoArray(dx, dxFrom + i + L);
    }
    if (i < length) {
      FloatVector weight = FloatVector.fromArray(FLOATS, y, yFrom + i);
      VectorMask<Float> invisible = weight.compare(VectorOperators.EQ, 0f);
      FloatVector outer = FloatVector.fromArray(FLOATS, dy, dyFrom + i).sub(dot);
      weight.mul(outer).blend(0f, invisible).intoArray(dx, dxFrom + i);
    }
  }
}
