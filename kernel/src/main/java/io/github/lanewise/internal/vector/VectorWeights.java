package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSHED;
import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSH_BELOW;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.RowReductions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The weights p = exp(x - shift) of up to four blocks, and their sums in the order that {@link
 * RowReductions} describes. Ranges begin and end with whole groups of 16 elements.
 *
 * <p>The 16 virtual lanes are 16/L accumulators of L lanes that take turns, see {@link
 * VectorBlocks}: so there is one call of exp in a loop's body, whatever the width. More in the same
 * method - a second exp for a tail, the tree over the lanes - and C2 stops inlining, and boxes
 * vectors. Hence the lanes go through memory to {@link #tree}, and tails are filled up to whole
 * groups by the caller.
 *
 * <p>The two kernels are compile roots, see {@link VectorLaneKernels}.
 */
final class VectorWeights {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final int L = LaneSpecies.LENGTH;
  private static final int BLOCK = RowReductions.BLOCK;

  /**
   * The lanes of a leaf's blocks in the scratch array: four times 16 sums, then 16 moments each.
   */
  private static final int SUMS = RowReductions.SCRATCH_LANES;

  private static final int MOMENTS = SUMS + 64;

  private VectorWeights() {}

  /** y = exp(x - shift), and the sum. */
  static float write(
      float[] x, int xRow, float[] y, int yRow, int from, int to, float shift, float[] scratch) {
    assert from % 16 == 0 && to % 16 == 0 : from + " to " + to + " is not in whole groups";
    assert xRow + from >= 0 && xRow + to <= x.length
        : "row " + xRow + ", " + from + " to " + to + " of " + x.length;
    assert yRow + from >= 0 && yRow + to <= y.length
        : "row " + yRow + ", " + from + " to " + to + " of " + y.length;
    assert scratch.length >= RowReductions.SCRATCH : scratch.length;
    int lanes = SUMS;
    int j = from;
    for (; j < to; lanes += 16) {
      FloatVector acc0 = FloatVector.zero(FLOATS);
      FloatVector acc1 = acc0;
      FloatVector acc2 = acc0;
      FloatVector acc3 = acc0;
      int end = j + Math.min(to - j, BLOCK - j % BLOCK);
      for (; j < end; j += L) {
        FloatVector d = FloatVector.fromArray(FLOATS, x, xRow + j).sub(shift);
        FloatVector p = VectorExp.flushed(d);
        p.intoArray(y, yRow + j);
        FloatVector next = acc0.add(p);
        acc0 = L == 16 ? next : acc1;
        acc1 = L == 8 ? next : acc2;
        acc2 = acc3;
        acc3 = next;
      }
      acc0.intoArray(scratch, lanes);
      if (L <= 8) {
        acc1.intoArray(scratch, lanes + L);
      }
      if (L == 4) {
        acc2.intoArray(scratch, lanes + 2 * L);
        acc3.intoArray(scratch, lanes + 3 * L);
      }
    }
    return leafSum(scratch, SUMS, from, to);
  }

  /** The same with the moment Σ p·d, and the weights written only if asked. */
  static long moment(
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      boolean writes,
      float[] scratch) {
    assert from % 16 == 0 && to % 16 == 0 : from + " to " + to + " is not in whole groups";
    assert xRow + from >= 0 && xRow + to <= x.length
        : "row " + xRow + ", " + from + " to " + to + " of " + x.length;
    assert yRow + from >= 0 && yRow + to <= y.length
        : "row " + yRow + ", " + from + " to " + to + " of " + y.length;
    assert scratch.length >= RowReductions.SCRATCH : scratch.length;
    int lanes = SUMS;
    int j = from;
    for (; j < to; lanes += 16) {
      FloatVector acc0 = FloatVector.zero(FLOATS);
      FloatVector acc1 = acc0;
      FloatVector acc2 = acc0;
      FloatVector acc3 = acc0;
      FloatVector moment0 = acc0;
      FloatVector moment1 = acc0;
      FloatVector moment2 = acc0;
      FloatVector moment3 = acc0;
      int end = j + Math.min(to - j, BLOCK - j % BLOCK);
      for (; j < end; j += L) {
        FloatVector d = FloatVector.fromArray(FLOATS, x, xRow + j).sub(shift);
        // Where p is 0, d is replaced by a finite number: the product adds nothing.
        d = d.blend(FLUSHED, d.compare(VectorOperators.LT, FLUSH_BELOW));
        FloatVector p = VectorExp.normal(d);
        if (writes) {
          p.intoArray(y, yRow + j);
        }
        FloatVector next = acc0.add(p);
        acc0 = L == 16 ? next : acc1;
        acc1 = L == 8 ? next : acc2;
        acc2 = acc3;
        acc3 = next;
        FloatVector nextMoment = p.fma(d, moment0);
        moment0 = L == 16 ? nextMoment : moment1;
        moment1 = L == 8 ? nextMoment : moment2;
        moment2 = moment3;
        moment3 = nextMoment;
      }
      acc0.intoArray(scratch, lanes);
      if (L <= 8) {
        acc1.intoArray(scratch, lanes + L);
      }
      if (L == 4) {
        acc2.intoArray(scratch, lanes + 2 * L);
        acc3.intoArray(scratch, lanes + 3 * L);
      }
      moment0.intoArray(scratch, lanes + MOMENTS - SUMS);
      if (L <= 8) {
        moment1.intoArray(scratch, lanes + MOMENTS - SUMS + L);
      }
      if (L == 4) {
        moment2.intoArray(scratch, lanes + MOMENTS - SUMS + 2 * L);
        moment3.intoArray(scratch, lanes + MOMENTS - SUMS + 3 * L);
      }
    }
    return FloatPair.of(leafSum(scratch, SUMS, from, to), leafSum(scratch, MOMENTS, from, to));
  }

  /** The sum of the blocks that [from, to) meets, from their lanes: ((b0 + b1) + (b2 + b3)). */
  private static float leafSum(float[] lanes, int at, int from, int to) {
    int first = from / BLOCK % 4;
    int last = (to - 1) / BLOCK % 4;
    float left = 0f;
    float right = 0f;
    int next = at;
    for (int block = first; block <= last; block++, next += 16) {
      float sum = tree(lanes, next);
      left += block < 2 ? sum : 0f;
      right += block < 2 ? 0f : sum;
    }
    return left + right;
  }

  /** The tree (8, 4, 2, 1) over 16 lanes. */
  private static float tree(float[] lanes, int at) {
    FloatVector even = FloatVector.fromArray(FOUR, lanes, at);
    FloatVector odd = FloatVector.fromArray(FOUR, lanes, at + 4);
    even = even.add(FloatVector.fromArray(FOUR, lanes, at + 8));
    odd = odd.add(FloatVector.fromArray(FOUR, lanes, at + 12));
    FloatVector v = even.add(odd);
    return (v.lane(0) + v.lane(2)) + (v.lane(1) + v.lane(3));
  }
}
