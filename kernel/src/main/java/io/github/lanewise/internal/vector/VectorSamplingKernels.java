package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.scalar.ScalarSamplingKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels over logits and weights; what is less than a vector is left to the scalar code. The
 * static methods, over whole vectors, are compile roots, see {@link VectorLaneKernels}.
 */
final class VectorSamplingKernels implements SamplingKernels {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  private final ScalarSamplingKernels scalar = new ScalarSamplingKernels();

  @Override
  public void blockMaxima(float[] x, int from, int to, float[] maxima, int at) {
    int block = at;
    int begin = from;
    for (; begin <= to - CHUNK; begin += CHUNK) {
      maxima[block++] = blockMaximum(x, begin);
    }
    scalar.blockMaxima(x, begin, to, maxima, block);
  }

  @Override
  public long units(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float least,
      float leastWeight,
      float[] scratch) {
    int whole = length & -L;
    long units =
        scalar.units(
            x, xFrom + whole, p, pFrom + whole, length - whole, least, leastWeight, scratch);
    for (int i = 0; i < whole; i += EXACT * L) {
      int count = Math.min(EXACT * L, whole - i);
      addUnits(x, xFrom + i, p, pFrom + i, count, least, leastWeight, scratch);
      double sum = 0; // exact: whole units, fewer than 2⁵³
      for (int lane = 0; lane < 2 * L; lane++) {
        sum += scratch[lane];
      }
      units += (long) (sum * UNITS);
    }
    return units;
  }

  @Override
  public void tails(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float[] thresholds,
      double[] sums,
      long[] counts,
      int at,
      float[] scratch) {
    assert length <= LONGEST_TAILS : length;
    int whole = length & -L;
    scalar.tails(
        x, xFrom + whole, p, pFrom + whole, length - whole, thresholds, sums, counts, at, scratch);
    addTails(x, xFrom, p, pFrom, whole, thresholds, scratch);
    for (int t = 0; t < THRESHOLDS; t++) {
      double sum = 0;
      double count = 0;
      for (int lane = t * L; lane < (t + 1) * L; lane++) {
        sum += scratch[lane];
        count += scratch[THRESHOLDS * L + lane];
      }
      sums[at + t] += sum;
      counts[at + t] += (long) count;
    }
  }

  @Override
  public void between(float[] x, int from, int length, float least, float below, long[] bits) {
    int whole = length & -Long.SIZE;
    betweenOfVectors(x, from, whole, least, below, bits);
    if (whole < length) {
      long rest = 0;
      for (int i = whole; i < length; i++) {
        rest |= x[from + i] >= least && x[from + i] < below ? 1L << i : 0L;
      }
      bits[whole >> 6] = rest;
    }
  }

  /** Largest of a whole block, NaN if it holds one. */
  private static float blockMaximum(float[] x, int from) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from >= 0 && from + CHUNK <= x.length : CHUNK + " at " + from + " of " + x.length;
    FloatVector acc0 = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    FloatVector nan0 = acc0;
    FloatVector nan1 = acc0;
    for (int j = from; j < from + CHUNK; j += 4 * L) {
      FloatVector v0 = FloatVector.fromArray(FLOATS, x, j);
      FloatVector v1 = FloatVector.fromArray(FLOATS, x, j + L);
      FloatVector v2 = FloatVector.fromArray(FLOATS, x, j + 2 * L);
      FloatVector v3 = FloatVector.fromArray(FLOATS, x, j + 3 * L);
      acc0 = acc0.blend(v0, v0.compare(VectorOperators.GT, acc0));
      acc1 = acc1.blend(v1, v1.compare(VectorOperators.GT, acc1));
      acc2 = acc2.blend(v2, v2.compare(VectorOperators.GT, acc2));
      acc3 = acc3.blend(v3, v3.compare(VectorOperators.GT, acc3));
      nan0 = nan0.blend(v0, v0.compare(VectorOperators.NE, v0));
      nan1 = nan1.blend(v1, v1.compare(VectorOperators.NE, v1));
      nan0 = nan0.blend(v2, v2.compare(VectorOperators.NE, v2));
      nan1 = nan1.blend(v3, v3.compare(VectorOperators.NE, v3));
    }
    nan0 = nan0.blend(nan1, nan1.compare(VectorOperators.NE, nan1));
    if (nan0.compare(VectorOperators.NE, nan0).anyTrue()) {
      return Float.NaN;
    }
    acc0 = acc0.blend(acc2, acc2.compare(VectorOperators.GT, acc0));
    acc1 = acc1.blend(acc3, acc3.compare(VectorOperators.GT, acc1));
    acc0 = acc0.blend(acc1, acc1.compare(VectorOperators.GT, acc0));
    // Across the lanes as integers in the floats' order, whose maximum is cheap; none is NaN.
    IntVector bits = (IntVector) acc0.convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector flipped = bits.lanewise(VectorOperators.ASHR, 31).and(Integer.MAX_VALUE);
    int key = bits.lanewise(VectorOperators.XOR, flipped).reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(key ^ (key >> 31 & Integer.MAX_VALUE));
  }

  /**
   * The lanes of the high and of the low sums go to scratch; length is a multiple of L, and no lane
   * gets more than EXACT.
   */
  private static void addUnits(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float least,
      float leastWeight,
      float[] scratch) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length % L == 0 && length <= EXACT * L : length + " elements in vectors of " + L;
    assert xFrom >= 0 && xFrom + length <= x.length : length + " at " + xFrom + " of " + x.length;
    assert pFrom >= 0 && pFrom + length <= p.length : length + " at " + pFrom + " of " + p.length;
    assert scratch.length >= SCRATCH : scratch.length;
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector highest = FloatVector.broadcast(FLOATS, HIGH);
    FloatVector lowest = FloatVector.broadcast(FLOATS, LOW);
    FloatVector threshold = FloatVector.broadcast(FLOATS, least);
    FloatVector floor = FloatVector.broadcast(FLOATS, leastWeight);
    FloatVector high0 = zero;
    FloatVector high1 = zero;
    FloatVector low0 = zero;
    FloatVector low1 = zero;
    int i = 0;
    for (; i <= length - 2 * L; i += 2 * L) {
      FloatVector p0 = FloatVector.fromArray(FLOATS, p, pFrom + i);
      FloatVector p1 = FloatVector.fromArray(FLOATS, p, pFrom + i + L);
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, xFrom + i + L);
      FloatVector kept0 = p0.blend(zero, x0.compare(VectorOperators.LT, threshold));
      FloatVector kept1 = p1.blend(zero, x1.compare(VectorOperators.LT, threshold));
      kept0 = kept0.blend(zero, kept0.compare(VectorOperators.LT, floor));
      kept1 = kept1.blend(zero, kept1.compare(VectorOperators.LT, floor));
      FloatVector whole0 = kept0.add(highest).sub(highest);
      FloatVector whole1 = kept1.add(highest).sub(highest);
      high0 = high0.add(whole0);
      high1 = high1.add(whole1);
      low0 = low0.add(kept0.sub(whole0).add(lowest).sub(lowest));
      low1 = low1.add(kept1.sub(whole1).add(lowest).sub(lowest));
    }
    for (; i < length; i += L) {
      FloatVector p0 = FloatVector.fromArray(FLOATS, p, pFrom + i);
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector kept0 = p0.blend(zero, x0.compare(VectorOperators.LT, threshold));
      kept0 = kept0.blend(zero, kept0.compare(VectorOperators.LT, floor));
      FloatVector whole0 = kept0.add(highest).sub(highest);
      high0 = high0.add(whole0);
      low0 = low0.add(kept0.sub(whole0).add(lowest).sub(lowest));
    }
    high0.add(high1).intoArray(scratch, 0);
    low0.add(low1).intoArray(scratch, L);
  }

  /** Four lanes of sums, then four of counts go to scratch; length is a multiple of L. */
  private static void addTails(
      float[] x, int xFrom, float[] p, int pFrom, int length, float[] thresholds, float[] scratch) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length % L == 0 : length + " elements in vectors of " + L;
    assert xFrom >= 0 && xFrom + length <= x.length : length + " at " + xFrom + " of " + x.length;
    assert pFrom >= 0 && pFrom + length <= p.length : length + " at " + pFrom + " of " + p.length;
    assert scratch.length >= SCRATCH : scratch.length;
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    FloatVector threshold0 = FloatVector.broadcast(FLOATS, thresholds[0]);
    FloatVector threshold1 = FloatVector.broadcast(FLOATS, thresholds[1]);
    FloatVector threshold2 = FloatVector.broadcast(FLOATS, thresholds[2]);
    FloatVector threshold3 = FloatVector.broadcast(FLOATS, thresholds[3]);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector count0 = sum0;
    FloatVector count1 = sum0;
    FloatVector count2 = sum0;
    FloatVector count3 = sum0;
    for (int i = 0; i < length; i += L) {
      FloatVector logit = FloatVector.fromArray(FLOATS, x, xFrom + i);
      FloatVector weight = FloatVector.fromArray(FLOATS, p, pFrom + i);
      VectorMask<Float> in0 = logit.compare(VectorOperators.GE, threshold0);
      VectorMask<Float> in1 = logit.compare(VectorOperators.GE, threshold1);
      VectorMask<Float> in2 = logit.compare(VectorOperators.GE, threshold2);
      VectorMask<Float> in3 = logit.compare(VectorOperators.GE, threshold3);
      sum0 = sum0.add(weight, in0);
      sum1 = sum1.add(weight, in1);
      sum2 = sum2.add(weight, in2);
      sum3 = sum3.add(weight, in3);
      count0 = count0.add(one, in0);
      count1 = count1.add(one, in1);
      count2 = count2.add(one, in2);
      count3 = count3.add(one, in3);
    }
    sum0.intoArray(scratch, 0);
    sum1.intoArray(scratch, L);
    sum2.intoArray(scratch, 2 * L);
    sum3.intoArray(scratch, 3 * L);
    count0.intoArray(scratch, 4 * L);
    count1.intoArray(scratch, 5 * L);
    count2.intoArray(scratch, 6 * L);
    count3.intoArray(scratch, 7 * L);
  }

  /** Bits of whole words: length is a multiple of 64. */
  private static void betweenOfVectors(
      float[] x, int from, int length, float least, float below, long[] bits) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length % Long.SIZE == 0 : length + " elements in words of bits";
    assert from >= 0 && from + length <= x.length : length + " at " + from + " of " + x.length;
    assert length >> 6 <= bits.length : length + " bits in " + bits.length + " words";
    FloatVector bottom = FloatVector.broadcast(FLOATS, least);
    FloatVector top = FloatVector.broadcast(FLOATS, below);
    for (int word = 0; word < length >> 6; word++) {
      int at = from + (word << 6);
      long set = 0;
      for (int i = 0; i < Long.SIZE; i += 4 * L) {
        FloatVector v0 = FloatVector.fromArray(FLOATS, x, at + i);
        FloatVector v1 = FloatVector.fromArray(FLOATS, x, at + i + L);
        FloatVector v2 = FloatVector.fromArray(FLOATS, x, at + i + 2 * L);
        FloatVector v3 = FloatVector.fromArray(FLOATS, x, at + i + 3 * L);
        VectorMask<Float> in0 =
            v0.compare(VectorOperators.GE, bottom).and(v0.compare(VectorOperators.LT, top));
        VectorMask<Float> in1 =
            v1.compare(VectorOperators.GE, bottom).and(v1.compare(VectorOperators.LT, top));
        VectorMask<Float> in2 =
            v2.compare(VectorOperators.GE, bottom).and(v2.compare(VectorOperators.LT, top));
        VectorMask<Float> in3 =
            v3.compare(VectorOperators.GE, bottom).and(v3.compare(VectorOperators.LT, top));
        long low = in0.toLong() | (in1.toLong() << L);
        long high = in2.toLong() | (in3.toLong() << L);
        set |= (low | (high << (2 * L))) << i;
      }
      bits[word] = set;
    }
  }
}
