package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Maxima of runs of at least 16 elements, and where they are.
 *
 * <p>By compare and blend, which ignores NaN: Java's own maximum costs three times as much.
 *
 * <p>Each method is a compile root and calls no vector method of ours, see {@link
 * VectorLaneKernels}: hence the repetition.
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
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from >= 0 && to - from >= L && to <= x.length : from + " to " + to + " of " + x.length;
    FloatVector acc0 = FloatVector.broadcast(FLOATS, LEAST);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    FloatVector acc4 = acc0;
    FloatVector acc5 = acc0;
    FloatVector acc6 = acc0;
    FloatVector acc7 = acc0;
    int j = from;
    for (; j <= to - 8 * L; j += 8 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, j);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, j + L);
      FloatVector v2 = FloatVector.fromArray(FLOATS, x, j + 2 * L);
      FloatVector v3 = FloatVector.fromArray(FLOATS, x, j + 3 * L);
      FloatVector v4 = FloatVector.fromArray(FLOATS, x, j + 4 * L);
      FloatVector v5 = FloatVector.fromArray(FLOATS, x, j + 5 * L);
      FloatVector v6 = FloatVector.fromArray(FLOATS, x, j + 6 * L);
      FloatVector v7 = FloatVector.fromArray(FLOATS, x, j + 7 * L);
      acc0 = acc0.blend(v0, v0.compare(VectorOperators.GT, acc0));
      acc1 = acc1.blend(v1, v1.compare(VectorOperators.GT, acc1));
      acc2 = acc2.blend(v2, v2.compare(VectorOperators.GT, acc2));
      acc3 = acc3.blend(v3, v3.compare(VectorOperators.GT, acc3));
      acc4 = acc4.blend(v4, v4.compare(VectorOperators.GT, acc4));
      acc5 = acc5.blend(v5, v5.compare(VectorOperators.GT, acc5));
      acc6 = acc6.blend(v6, v6.compare(VectorOperators.GT, acc6));
      acc7 = acc7.blend(v7, v7.compare(VectorOperators.GT, acc7));
    }
    for (; j < to - L; j += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, j);
      acc0 = acc0.blend(v, v.compare(VectorOperators.GT, acc0));
    }
    // The last vector may overlap: an element that counts twice changes no maximum.
    FloatVector last = FloatVector.fromArray(FLOATS, x, to - L);
    acc1 = acc1.blend(last, last.compare(VectorOperators.GT, acc1));
    if (to - from >= 8 * L) {
      acc0 = acc0.blend(acc4, acc4.compare(VectorOperators.GT, acc0));
      acc1 = acc1.blend(acc5, acc5.compare(VectorOperators.GT, acc1));
      acc2 = acc2.blend(acc6, acc6.compare(VectorOperators.GT, acc2));
      acc3 = acc3.blend(acc7, acc7.compare(VectorOperators.GT, acc3));
      acc0 = acc0.blend(acc2, acc2.compare(VectorOperators.GT, acc0));
      acc1 = acc1.blend(acc3, acc3.compare(VectorOperators.GT, acc1));
    }
    acc0 = acc0.blend(acc1, acc1.compare(VectorOperators.GT, acc0));
    // Across the lanes as integers in the floats' order, whose maximum is cheap; none is NaN.
    IntVector bits = (IntVector) acc0.convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector flipped = bits.lanewise(VectorOperators.ASHR, 31).and(Integer.MAX_VALUE);
    int key = bits.lanewise(VectorOperators.XOR, flipped).reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(key ^ (key >> 31 & Integer.MAX_VALUE));
  }

  /**
   * y = y·factor + addend, and the largest of x's run; where it holds a NaN, any number or NaN.
   *
   * <p>The accumulators are arguments, and never what a method is called on: where C2 inlines such
   * a call by the profile of its class, before it knows the class itself, the check wants the
   * object, and every step makes one. Most JVMs did so where {@code max0.lanewise(MAX, …)} stood.
   */
  static float fmaAndLargest(
      float[] y, int yFrom, float factor, float addend, float[] x, int xFrom, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length >= L : length + " elements in vectors of " + L;
    assert yFrom >= 0 && yFrom + length <= y.length : length + " at " + yFrom + " of " + y.length;
    assert xFrom >= 0 && xFrom + length <= x.length : length + " at " + xFrom + " of " + x.length;
    assert x != y || Math.abs(xFrom - yFrom) >= length
        : length + " at " + xFrom + " and " + yFrom + " of one array";
    FloatVector scale = FloatVector.broadcast(FLOATS, factor);
    FloatVector shift = FloatVector.broadcast(FLOATS, addend);
    // What overlaps is computed before and written twice, as the same bits.
    int rest = length - L;
    FloatVector first = FloatVector.fromArray(FLOATS, y, yFrom).fma(scale, shift);
    FloatVector last = FloatVector.fromArray(FLOATS, y, yFrom + rest).fma(scale, shift);
    IntVector max0 = IntVector.broadcast(INTS, Integer.MIN_VALUE);
    IntVector max1 = max0;
    IntVector max2 = max0;
    IntVector max3 = max0;
    IntVector min0 = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector min1 = min0;
    IntVector min2 = min0;
    IntVector min3 = min0;
    int i = VectorElementwise.wholeLines(yFrom);
    for (; i <= length - 4 * L; i += 4 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, xFrom + i + L);
      FloatVector v2 = FloatVector.fromArray(FLOATS, x, xFrom + i + 2 * L);
      FloatVector v3 = FloatVector.fromArray(FLOATS, x, xFrom + i + 3 * L);
      FloatVector y0 = FloatVector.fromArray(FLOATS, y, yFrom + i).fma(scale, shift);
      FloatVector y1 = FloatVector.fromArray(FLOATS, y, yFrom + i + L).fma(scale, shift);
      FloatVector y2 = FloatVector.fromArray(FLOATS, y, yFrom + i + 2 * L).fma(scale, shift);
      FloatVector y3 = FloatVector.fromArray(FLOATS, y, yFrom + i + 3 * L).fma(scale, shift);
      y0.intoArray(y, yFrom + i);
      y1.intoArray(y, yFrom + i + L);
      y2.intoArray(y, yFrom + i + 2 * L);
      y3.intoArray(y, yFrom + i + 3 * L);
      IntVector bits0 = (IntVector) v0.convert(VectorOperators.REINTERPRET_F2I, 0);
      max0 = bits0.lanewise(VectorOperators.MAX, max0);
      min0 = bits0.lanewise(VectorOperators.MIN, min0);
      IntVector bits1 = (IntVector) v1.convert(VectorOperators.REINTERPRET_F2I, 0);
      max1 = bits1.lanewise(VectorOperators.MAX, max1);
      min1 = bits1.lanewise(VectorOperators.MIN, min1);
      IntVector bits2 = (IntVector) v2.convert(VectorOperators.REINTERPRET_F2I, 0);
      max2 = bits2.lanewise(VectorOperators.MAX, max2);
      min2 = bits2.lanewise(VectorOperators.MIN, min2);
      IntVector bits3 = (IntVector) v3.convert(VectorOperators.REINTERPRET_F2I, 0);
      max3 = bits3.lanewise(VectorOperators.MAX, max3);
      min3 = bits3.lanewise(VectorOperators.MIN, min3);
    }
    FloatVector head = FloatVector.fromArray(FLOATS, x, xFrom);
    IntVector max4 = (IntVector) head.convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector min4 = max4;
    for (; i <= rest; i += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector.fromArray(FLOATS, y, yFrom + i).fma(scale, shift).intoArray(y, yFrom + i);
      IntVector bits = (IntVector) v.convert(VectorOperators.REINTERPRET_F2I, 0);
      max4 = bits.lanewise(VectorOperators.MAX, max4);
      min4 = bits.lanewise(VectorOperators.MIN, min4);
    }
    first.intoArray(y, yFrom);
    last.intoArray(y, yFrom + rest);
    FloatVector tail = FloatVector.fromArray(FLOATS, x, xFrom + rest);
    IntVector max = (IntVector) tail.convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector min = max.lanewise(VectorOperators.MIN, min0).lanewise(VectorOperators.MIN, min1);
    max = max.lanewise(VectorOperators.MAX, max0).lanewise(VectorOperators.MAX, max1);
    min = min.lanewise(VectorOperators.MIN, min2).lanewise(VectorOperators.MIN, min3);
    max = max.lanewise(VectorOperators.MAX, max2).lanewise(VectorOperators.MAX, max3);
    min = min.lanewise(VectorOperators.MIN, min4);
    max = max.lanewise(VectorOperators.MAX, max4);
    // Floats that are not negative have the order of their bits as integers, negative ones the
    // reverse order: a lane's largest is its largest integer or, where that is negative, the least.
    IntVector bits = max.blend(min, max.compare(VectorOperators.LT, 0));
    // Across the lanes as integers in the floats' order, whose maximum is cheap.
    IntVector flipped = bits.lanewise(VectorOperators.ASHR, 31).and(Integer.MAX_VALUE);
    int key = bits.lanewise(VectorOperators.XOR, flipped).reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(key ^ (key >> 31 & Integer.MAX_VALUE));
  }

  /** First index of an element that equals value; there is one. */
  static int indexOf(float[] x, int from, int to, float value) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from >= 0 && to - from >= L && to <= x.length : from + " to " + to + " of " + x.length;
    FloatVector wanted = FloatVector.broadcast(FLOATS, value);
    int j = from;
    for (; j <= to - 8 * L; j += 8 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, j);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, j + L);
      FloatVector v2 = FloatVector.fromArray(FLOATS, x, j + 2 * L);
      FloatVector v3 = FloatVector.fromArray(FLOATS, x, j + 3 * L);
      FloatVector v4 = FloatVector.fromArray(FLOATS, x, j + 4 * L);
      FloatVector v5 = FloatVector.fromArray(FLOATS, x, j + 5 * L);
      FloatVector v6 = FloatVector.fromArray(FLOATS, x, j + 6 * L);
      FloatVector v7 = FloatVector.fromArray(FLOATS, x, j + 7 * L);
      VectorMask<Float> found01 = v0.compare(VectorOperators.EQ, wanted);
      VectorMask<Float> found23 = v2.compare(VectorOperators.EQ, wanted);
      VectorMask<Float> found45 = v4.compare(VectorOperators.EQ, wanted);
      VectorMask<Float> found67 = v6.compare(VectorOperators.EQ, wanted);
      found01 = found01.or(v1.compare(VectorOperators.EQ, wanted));
      found23 = found23.or(v3.compare(VectorOperators.EQ, wanted));
      found45 = found45.or(v5.compare(VectorOperators.EQ, wanted));
      found67 = found67.or(v7.compare(VectorOperators.EQ, wanted));
      if (found01.or(found23).or(found45.or(found67)).anyTrue()) {
        break;
      }
    }
    for (; j <= to - L; j += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, j);
      if (v.compare(VectorOperators.EQ, wanted).anyTrue()) {
        break;
      }
    }
    while (x[j] != value) {
      j++;
    }
    assert j < to : value + " is not in " + from + " to " + to;
    return j;
  }

  /** Largest of x[from, to) as Math.max orders it: NaN wins, +0 over -0. */
  static float max(float[] x, int from, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from >= 0 && to - from >= L && to <= x.length : from + " to " + to + " of " + x.length;
    FloatVector acc0 = FloatVector.broadcast(FLOATS, LEAST);
    FloatVector acc1 = acc0;
    FloatVector nan0 = FloatVector.zero(FLOATS);
    FloatVector nan1 = nan0;
    int j = from;
    for (; j <= to - 2 * L; j += 2 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, j);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, j + L);
      acc0 = acc0.blend(v0, v0.compare(VectorOperators.GT, acc0));
      acc1 = acc1.blend(v1, v1.compare(VectorOperators.GT, acc1));
      nan0 = nan0.blend(v0, v0.compare(VectorOperators.NE, v0));
      nan1 = nan1.blend(v1, v1.compare(VectorOperators.NE, v1));
    }
    for (int at = j; at < to; at += L) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, Math.min(at, to - L));
      acc0 = acc0.blend(v, v.compare(VectorOperators.GT, acc0));
      nan0 = nan0.blend(v, v.compare(VectorOperators.NE, v));
    }
    nan0 = nan0.blend(nan1, nan1.compare(VectorOperators.NE, nan1));
    if (nan0.compare(VectorOperators.NE, nan0).anyTrue()) {
      return Float.NaN;
    }
    acc0 = acc0.blend(acc1, acc1.compare(VectorOperators.GT, acc0));
    // Across the lanes as integers in the floats' order, whose maximum is cheap; none is NaN.
    IntVector bits = (IntVector) acc0.convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector flipped = bits.lanewise(VectorOperators.ASHR, 31).and(Integer.MAX_VALUE);
    int key = bits.lanewise(VectorOperators.XOR, flipped).reduceLanes(VectorOperators.MAX);
    float largest = Float.intBitsToFloat(key ^ (key >> 31 & Integer.MAX_VALUE));
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
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length <= 64 * (bits.length - at) : length + " bits from word " + at;
    assert xFrom >= 0 && xFrom + length <= x.length : length + " at " + xFrom + " of " + x.length;
    assert yFrom >= 0 && yFrom + length <= y.length : length + " at " + yFrom + " of " + y.length;
    IntVector laneBits = IntVector.fromArray(INTS, LANE_BITS, 0);
    FloatVector hidden = FloatVector.broadcast(FLOATS, LEAST);
    FloatVector acc = hidden;
    FloatVector acc1 = hidden;
    FloatVector acc2 = hidden;
    FloatVector acc3 = hidden;
    int i = 0;
    for (; i <= length - 4 * L; i += 4 * L) {
      // Not VectorMask.fromLong, which only AVX-512 and SVE have as an instruction.
      int word = at + (i >> 6); // of all four vectors
      int visible0 = (int) (bits[word] >>> i);
      int visible1 = (int) (bits[word] >>> (i + L));
      int visible2 = (int) (bits[word] >>> (i + 2 * L));
      int visible3 = (int) (bits[word] >>> (i + 3 * L));
      VectorMask<Integer> mask0 = laneBits.and(visible0).compare(VectorOperators.NE, 0);
      VectorMask<Integer> mask1 = laneBits.and(visible1).compare(VectorOperators.NE, 0);
      VectorMask<Integer> mask2 = laneBits.and(visible2).compare(VectorOperators.NE, 0);
      VectorMask<Integer> mask3 = laneBits.and(visible3).compare(VectorOperators.NE, 0);
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xFrom + i + L);
      FloatVector x2 = FloatVector.fromArray(FLOATS, x, xFrom + i + 2 * L);
      FloatVector x3 = FloatVector.fromArray(FLOATS, x, xFrom + i + 3 * L);
      FloatVector v0 = hidden.blend(x0, mask0.cast(FLOATS));
      FloatVector v1 = hidden.blend(x1, mask1.cast(FLOATS));
      FloatVector v2 = hidden.blend(x2, mask2.cast(FLOATS));
      FloatVector v3 = hidden.blend(x3, mask3.cast(FLOATS));
      v0.intoArray(y, yFrom + i);
      v1.intoArray(y, yFrom + i + L);
      v2.intoArray(y, yFrom + i + 2 * L);
      v3.intoArray(y, yFrom + i + 3 * L);
      acc = acc.blend(v0, v0.compare(VectorOperators.GT, acc));
      acc1 = acc1.blend(v1, v1.compare(VectorOperators.GT, acc1));
      acc2 = acc2.blend(v2, v2.compare(VectorOperators.GT, acc2));
      acc3 = acc3.blend(v3, v3.compare(VectorOperators.GT, acc3));
    }
    for (; i <= length - L; i += L) {
      int visible = (int) (bits[at + (i >> 6)] >>> i);
      VectorMask<Float> mask = laneBits.and(visible).compare(VectorOperators.NE, 0).cast(FLOATS);
      FloatVector v = hidden.blend(FloatVector.fromArray(FLOATS, x, xFrom + i), mask);
      v.intoArray(y, yFrom + i);
      acc = acc.blend(v, v.compare(VectorOperators.GT, acc));
    }
    acc = acc.blend(acc1, acc1.compare(VectorOperators.GT, acc));
    acc2 = acc2.blend(acc3, acc3.compare(VectorOperators.GT, acc2));
    acc = acc.blend(acc2, acc2.compare(VectorOperators.GT, acc));
    // Across the lanes as integers in the floats' order, whose maximum is cheap; none is NaN.
    IntVector keys = (IntVector) acc.convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector flipped = keys.lanewise(VectorOperators.ASHR, 31).and(Integer.MAX_VALUE);
    int key = keys.lanewise(VectorOperators.XOR, flipped).reduceLanes(VectorOperators.MAX);
    float largest = Float.intBitsToFloat(key ^ (key >> 31 & Integer.MAX_VALUE));
    for (; i < length; i++) {
      float value = (bits[at + (i >> 6)] >>> i & 1) != 0 ? x[xFrom + i] : LEAST;
      y[yFrom + i] = value;
      largest = value > largest ? value : largest;
    }
    return largest;
  }
}
