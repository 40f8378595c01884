package io.github.lanewise.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Maxima of runs of at least 16 elements.
 *
 * <p>By compare and blend, which ignores NaN: Java's own maximum costs three times as much.
 */
final class VectorMax {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final VectorSpecies<Integer> INTS = LaneSpecies.INTS;
  private static final int L = LaneSpecies.LENGTH;
  private static final float LEAST = Float.NEGATIVE_INFINITY;

  /** 1 &lt;&lt; i in lane i. */
  private static final int[] LANE_BITS = new int[L];

  static {
    for (int i = 0; i < L; i++) {
      LANE_BITS[i] = 1 << i;
    }
  }

  private VectorMax() {}

  /** Largest of x[from, to), any NaN ignored. */
  static float largest(float[] x, int from, int to) {
    FloatVector acc0 = FloatVector.broadcast(FLOATS, LEAST);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    int j = from;
    for (; j <= to - 4 * L; j += 4 * L) {
      acc0 = larger(acc0, FloatVector.fromArray(FLOATS, x, j));
      acc1 = larger(acc1, FloatVector.fromArray(FLOATS, x, j + L));
      acc2 = larger(acc2, FloatVector.fromArray(FLOATS, x, j + 2 * L));
      acc3 = larger(acc3, FloatVector.fromArray(FLOATS, x, j + 3 * L));
    }
    for (; j < to - L; j += L) {
      acc0 = larger(acc0, FloatVector.fromArray(FLOATS, x, j));
    }
    // The last vector may overlap: an element that counts twice changes no maximum.
    acc1 = larger(acc1, FloatVector.fromArray(FLOATS, x, to - L));
    return across(larger(larger(acc0, acc1), larger(acc2, acc3)));
  }

  /** Largest of x[from, to) as Math.max orders it: NaN wins, +0 over -0. */
  static float max(float[] x, int from, int to) {
    FloatVector acc0 = FloatVector.broadcast(FLOATS, LEAST);
    FloatVector acc1 = acc0;
    FloatVector nan = FloatVector.zero(FLOATS);
    int j = from;
    for (; j <= to - 2 * L; j += 2 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, j);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, j + L);
      acc0 = larger(acc0, v0);
      acc1 = larger(acc1, v1);
      nan = nan.blend(v0, v0.compare(VectorOperators.NE, v0));
      nan = nan.blend(v1, v1.compare(VectorOperators.NE, v1));
    }
    for (int at = j; at < to; at += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, Math.min(at, to - L));
      acc0 = larger(acc0, v);
      nan = nan.blend(v, v.compare(VectorOperators.NE, v));
    }
    if (nan.compare(VectorOperators.NE, nan).anyTrue()) {
      return Float.NaN;
    }
    float largest = across(larger(acc0, acc1));
    return largest == 0f ? zero(x, from, to) : largest;
  }

  /** +0 if the run holds one, else -0: the comparison above takes them for equal. */
  private static float zero(float[] x, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Float.floatToRawIntBits(x[i]) == 0) {
        return 0f;
      }
    }
    return -0f;
  }

  /** y = x where the bit is set, else -inf; returns the largest of them, any NaN ignored. */
  static float maskedCopy(
      float[] x, int xFrom, float[] y, int yFrom, int length, long[] bits, int at) {
    IntVector laneBits = IntVector.fromArray(INTS, LANE_BITS, 0);
    FloatVector hidden = FloatVector.broadcast(FLOATS, LEAST);
    FloatVector acc = hidden;
    int i = 0;
    for (; i <= length - L; i += L) {
      // Not VectorMask.fromLong, which only AVX-512 and SVE have as an instruction.
      int visible = (int) (bits[at + (i >> 6)] >>> i);
      VectorMask<Float> mask = laneBits.and(visible).compare(VectorOperators.NE, 0).cast(FLOATS);
      FloatVector v = hidden.blend(FloatVector.fromArray(FLOATS, x, xFrom + i), mask);
      v.intoArray(y, yFrom + i);
      acc = larger(acc, v);
    }
    float largest = across(acc);
    for (; i < length; i++) {
      float value = (bits[at + (i >> 6)] >>> i & 1) != 0 ? x[xFrom + i] : LEAST;
      y[yFrom + i] = value;
      largest = value > largest ? value : largest;
    }
    return largest;
  }

  private static FloatVector larger(FloatVector acc, FloatVector v) {
    return acc.blend(v, v.compare(VectorOperators.GT, acc));
  }

  /** Largest lane; no lane is NaN. As integers in the floats' order, whose maximum is cheap. */
  private static float across(FloatVector v) {
    int key = ordered(v.reinterpretAsInts()).reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(key ^ (key >> 31 & Integer.MAX_VALUE));
  }

  private static IntVector ordered(IntVector bits) {
    IntVector magnitudeIfNegative = bits.lanewise(VectorOperators.ASHR, 31).and(Integer.MAX_VALUE);
    return bits.lanewise(VectorOperators.XOR, magnitudeIfNegative);
  }
}
