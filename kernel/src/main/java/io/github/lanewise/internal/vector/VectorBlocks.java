package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.vector.generated.ExpLoops;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over a block in the order that {@link RowReductions} describes.
 *
 * <p>The 16 virtual lanes are 16/L accumulators of L lanes that take turns: each vector is added to
 * acc0, and the accumulators move up one place. So a loop's body is the same for every width. Which
 * of them comes last does not matter to the tree (8, 4, 2, 1), which first adds opposite ones: an
 * addition may be turned round.
 *
 * <p>The last elements of a run, fewer than a vector, are read through the vector that ends with
 * them, never through a masked access: NEON has none, and Java's emulation of it at the end of an
 * array is slow and makes garbage.
 *
 * <p>Each method is a compile root and calls no method of ours, see {@link VectorLaneKernels}:
 * hence the repetition.
 */
final class VectorBlocks {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final int L = LaneSpecies.LENGTH;

  private VectorBlocks() {}

  /** Σ y·dy over y ≠ 0. */
  static float dot(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from / CHUNK == (to - 1) / CHUNK : from + " to " + to + " is not in one block";
    assert yRow + from >= 0 && yRow + to <= y.length
        : "row " + yRow + ", " + from + " to " + to + " of " + y.length;
    assert dyRow + from >= 0 && dyRow + to <= dy.length
        : "row " + dyRow + ", " + from + " to " + to + " of " + dy.length;
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    int j = from;
    for (; j <= to - L; j += L) {
      FloatVector weight = FloatVector.fromArray(FLOATS, y, yRow + j);
      FloatVector gradient = FloatVector.fromArray(FLOATS, dy, dyRow + j);
      gradient = gradient.blend(0f, weight.compare(VectorOperators.EQ, 0f));
      FloatVector next = weight.fma(gradient, acc0);
      acc0 = L == 16 ? next : acc1;
      acc1 = L == 8 ? next : acc2;
      acc2 = acc3;
      acc3 = next;
    }
    if (j < to) {
      int count = to - j;
      VectorMask<Float> beyond =
          FloatVector.fromArray(FLOATS, LaneShuffles.NUMBERS, 0).compare(VectorOperators.GE, count);
      FloatVector weight = FloatVector.fromArray(FLOATS, y, yRow + to - L);
      FloatVector gradient = FloatVector.fromArray(FLOATS, dy, dyRow + to - L);
      weight = weight.rearrange(LaneShuffles.ROTATIONS[L - count]);
      gradient = gradient.rearrange(LaneShuffles.ROTATIONS[L - count]);
      VectorMask<Float> invisible = weight.compare(VectorOperators.EQ, 0f).or(beyond);
      acc0 = weight.blend(0f, beyond).fma(gradient.blend(0f, invisible), acc0);
    }
    FloatVector v = L == 16 ? acc0 : L == 8 ? acc0.add(acc1) : acc0.add(acc2).add(acc1.add(acc3));
    if (L == 16) {
      v = v.add(v.rearrange(LaneShuffles.BY_8));
    }
    if (L >= 8) {
      v = v.add(v.rearrange(LaneShuffles.BY_4));
    }
    v = v.add(v.rearrange(LaneShuffles.BY_2));
    return v.add(v.rearrange(LaneShuffles.BY_1)).lane(0);
  }

  /** Σ dy over y ≠ -inf. */
  static float visibleSum(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from / CHUNK == (to - 1) / CHUNK : from + " to " + to + " is not in one block";
    assert yRow + from >= 0 && yRow + to <= y.length
        : "row " + yRow + ", " + from + " to " + to + " of " + y.length;
    assert dyRow + from >= 0 && dyRow + to <= dy.length
        : "row " + dyRow + ", " + from + " to " + to + " of " + dy.length;
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    float hidden = Float.NEGATIVE_INFINITY;
    int j = from;
    for (; j <= to - L; j += L) {
      FloatVector weight = FloatVector.fromArray(FLOATS, y, yRow + j);
      FloatVector gradient = FloatVector.fromArray(FLOATS, dy, dyRow + j);
      FloatVector next = acc0.add(gradient.blend(0f, weight.compare(VectorOperators.EQ, hidden)));
      acc0 = L == 16 ? next : acc1;
      acc1 = L == 8 ? next : acc2;
      acc2 = acc3;
      acc3 = next;
    }
    if (j < to) {
      int count = to - j;
      VectorMask<Float> beyond =
          FloatVector.fromArray(FLOATS, LaneShuffles.NUMBERS, 0).compare(VectorOperators.GE, count);
      FloatVector weight = FloatVector.fromArray(FLOATS, y, yRow + to - L);
      FloatVector gradient = FloatVector.fromArray(FLOATS, dy, dyRow + to - L);
      weight = weight.rearrange(LaneShuffles.ROTATIONS[L - count]);
      gradient = gradient.rearrange(LaneShuffles.ROTATIONS[L - count]);
      VectorMask<Float> invisible = weight.compare(VectorOperators.EQ, hidden).or(beyond);
      acc0 = acc0.add(gradient.blend(0f, invisible));
    }
    FloatVector v = L == 16 ? acc0 : L == 8 ? acc0.add(acc1) : acc0.add(acc2).add(acc1.add(acc3));
    if (L == 16) {
      v = v.add(v.rearrange(LaneShuffles.BY_8));
    }
    if (L >= 8) {
      v = v.add(v.rearrange(LaneShuffles.BY_4));
    }
    v = v.add(v.rearrange(LaneShuffles.BY_2));
    return v.add(v.rearrange(LaneShuffles.BY_1)).lane(0);
  }

  /** Σ x[from, to), at most a block; a vector's length before {@code to} belongs to the run. */
  static float sum(float[] x, int from, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert to - from <= CHUNK : from + " to " + to + " is more than a block";
    assert from >= 0 && to >= L && to <= x.length : from + " to " + to + " of " + x.length;
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    int j = from;
    for (; j <= to - 2 * L; j += 2 * L) {
      FloatVector first = acc0.add(FloatVector.fromArray(FLOATS, x, j));
      FloatVector turned = L == 16 ? first : acc1;
      FloatVector second = turned.add(FloatVector.fromArray(FLOATS, x, j + L));
      acc0 = L == 4 ? acc2 : L == 8 ? first : second;
      acc1 = L == 4 ? acc3 : second;
      acc2 = first;
      acc3 = second;
    }
    for (; j <= to - L; j += L) {
      FloatVector next = acc0.add(FloatVector.fromArray(FLOATS, x, j));
      acc0 = L == 16 ? next : acc1;
      acc1 = L == 8 ? next : acc2;
      acc2 = acc3;
      acc3 = next;
    }
    if (j < to) {
      int count = to - j;
      VectorMask<Float> beyond =
          FloatVector.fromArray(FLOATS, LaneShuffles.NUMBERS, 0).compare(VectorOperators.GE, count);
      FloatVector last = FloatVector.fromArray(FLOATS, x, to - L);
      acc0 = acc0.add(last.rearrange(LaneShuffles.ROTATIONS[L - count]).blend(0f, beyond));
    }
    FloatVector v = L == 16 ? acc0 : L == 8 ? acc0.add(acc1) : acc0.add(acc2).add(acc1.add(acc3));
    if (L == 16) {
      v = v.add(v.rearrange(LaneShuffles.BY_8));
    }
    if (L >= 8) {
      v = v.add(v.rearrange(LaneShuffles.BY_4));
    }
    v = v.add(v.rearrange(LaneShuffles.BY_2));
    return v.add(v.rearrange(LaneShuffles.BY_1)).lane(0);
  }

  /**
   * Σ of the L/4 whole blocks that begin at x[from], with four chains of additions: a single one
   * would wait for its own latency.
   */
  static float spanSum(float[] x, int from) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from >= 0 && from + ExpLoops.SPAN <= x.length
        : ExpLoops.SPAN + " from " + from + " of " + x.length;
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    // Vectors of one block where it takes several to hold the 16 lanes, else of different blocks.
    int at1 = L == 16 ? CHUNK : L;
    int at2 = L == 16 ? 2 * CHUNK : L == 8 ? CHUNK : 2 * L;
    int at3 = at1 + at2;
    for (int j = from; j < from + CHUNK; j += LANES) {
      acc0 = acc0.add(FloatVector.fromArray(FLOATS, x, j));
      acc1 = acc1.add(FloatVector.fromArray(FLOATS, x, j + at1));
      acc2 = acc2.add(FloatVector.fromArray(FLOATS, x, j + at2));
      acc3 = acc3.add(FloatVector.fromArray(FLOATS, x, j + at3));
    }
    if (L == 4) {
      FloatVector v = acc0.add(acc2).add(acc1.add(acc3));
      v = v.add(v.rearrange(LaneShuffles.BY_2));
      return v.add(v.rearrange(LaneShuffles.BY_1)).lane(0);
    }
    // Two vectors that want the sum of their halves fill one: a's in the low lanes, b's in the
    // high.
    // First for halves of 8 (L = 16: a block in each accumulator), then for halves of 4.
    VectorMask<Float> high8 = LaneShuffles.HIGH_8;
    VectorMask<Float> high4 = LaneShuffles.HIGH_4;
    FloatVector even = acc0.add(acc1);
    FloatVector odd = acc2.add(acc3);
    if (L == 16) {
      even = acc0.blend(acc1, high8).add(acc1.blend(acc0, high8).rearrange(LaneShuffles.BY_8));
      odd = acc2.blend(acc3, high8).add(acc3.blend(acc2, high8).rearrange(LaneShuffles.BY_8));
    }
    FloatVector v =
        even.blend(odd, high4).add(odd.blend(even, high4).rearrange(LaneShuffles.SWAP_4));
    v = v.add(v.rearrange(LaneShuffles.BY_2));
    v = v.add(v.rearrange(LaneShuffles.BY_1));
    // The blocks' sums: L = 16 in lanes 0 (first), 8 (second), 4 (third), 12 (fourth); L = 8 in 0,
    // 4.
    if (L == 16) {
      v = v.add(v.rearrange(LaneShuffles.BY_8));
    }
    return v.add(v.rearrange(LaneShuffles.BY_4)).lane(0);
  }

  /**
   * Σ y·dy over y ≠ 0 of the L/4 whole blocks that begin at y[yFrom] and dy[dyFrom], as {@link
   * #spanSum} has them.
   */
  static float spanDot(float[] y, int yFrom, float[] dy, int dyFrom) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert yFrom >= 0 && yFrom + ExpLoops.SPAN <= y.length
        : ExpLoops.SPAN + " from " + yFrom + " of " + y.length;
    assert dyFrom >= 0 && dyFrom + ExpLoops.SPAN <= dy.length
        : ExpLoops.SPAN + " from " + dyFrom + " of " + dy.length;
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    // Vectors of one block where it takes several to hold the 16 lanes, else of different blocks.
    int at1 = L == 16 ? CHUNK : L;
    int at2 = L == 16 ? 2 * CHUNK : L == 8 ? CHUNK : 2 * L;
    int at3 = at1 + at2;
    for (int j = 0; j < CHUNK; j += LANES) {
      FloatVector y0 = FloatVector.fromArray(FLOATS, y, yFrom + j);
      FloatVector dy0 = FloatVector.fromArray(FLOATS, dy, dyFrom + j);
      dy0 = dy0.blend(0f, y0.compare(VectorOperators.EQ, 0f));
      acc0 = y0.fma(dy0, acc0);
      FloatVector y1 = FloatVector.fromArray(FLOATS, y, yFrom + j + at1);
      FloatVector dy1 = FloatVector.fromArray(FLOATS, dy, dyFrom + j + at1);
      dy1 = dy1.blend(0f, y1.compare(VectorOperators.EQ, 0f));
      acc1 = y1.fma(dy1, acc1);
      FloatVector y2 = FloatVector.fromArray(FLOATS, y, yFrom + j + at2);
      FloatVector dy2 = FloatVector.fromArray(FLOATS, dy, dyFrom + j + at2);
      dy2 = dy2.blend(0f, y2.compare(VectorOperators.EQ, 0f));
      acc2 = y2.fma(dy2, acc2);
      FloatVector y3 = FloatVector.fromArray(FLOATS, y, yFrom + j + at3);
      FloatVector dy3 = FloatVector.fromArray(FLOATS, dy, dyFrom + j + at3);
      dy3 = dy3.blend(0f, y3.compare(VectorOperators.EQ, 0f));
      acc3 = y3.fma(dy3, acc3);
    }
    if (L == 4) {
      FloatVector v = acc0.add(acc2).add(acc1.add(acc3));
      v = v.add(v.rearrange(LaneShuffles.BY_2));
      return v.add(v.rearrange(LaneShuffles.BY_1)).lane(0);
    }
    // Two vectors that want the sum of their halves fill one: a's in the low lanes, b's in the
    // high.
    // First for halves of 8 (L = 16: a block in each accumulator), then for halves of 4.
    VectorMask<Float> high8 = LaneShuffles.HIGH_8;
    VectorMask<Float> high4 = LaneShuffles.HIGH_4;
    FloatVector even = acc0.add(acc1);
    FloatVector odd = acc2.add(acc3);
    if (L == 16) {
      even = acc0.blend(acc1, high8).add(acc1.blend(acc0, high8).rearrange(LaneShuffles.BY_8));
      odd = acc2.blend(acc3, high8).add(acc3.blend(acc2, high8).rearrange(LaneShuffles.BY_8));
    }
    FloatVector v =
        even.blend(odd, high4).add(odd.blend(even, high4).rearrange(LaneShuffles.SWAP_4));
    v = v.add(v.rearrange(LaneShuffles.BY_2));
    v = v.add(v.rearrange(LaneShuffles.BY_1));
    // The blocks' sums: L = 16 in lanes 0 (first), 8 (second), 4 (third), 12 (fourth); L = 8 in 0,
    // 4.
    if (L == 16) {
      v = v.add(v.rearrange(LaneShuffles.BY_8));
    }
    return v.add(v.rearrange(LaneShuffles.BY_4)).lane(0);
  }

  /** Sets the lanes of the blocks that [from, to) meets to +0. */
  static void clear(float[] lanes, int from, int to, boolean moment) {
    int begin = ExpLoops.SUMS + from / CHUNK % 4 * 16;
    int end = ExpLoops.SUMS + (to - 1) / CHUNK % 4 * 16 + 16;
    Arrays.fill(lanes, begin, end, 0f);
    if (moment) {
      int moments = ExpLoops.MOMENTS - ExpLoops.SUMS;
      Arrays.fill(lanes, begin + moments, end + moments, 0f);
    }
  }

  /** The sum of the blocks that [from, to) meets, from their lanes: ((b0 + b1) + (b2 + b3)). */
  static float leafSum(float[] lanes, int at, int from, int to) {
    int last = (to - 1) / CHUNK % 4;
    float left = 0f;
    float right = 0f;
    for (int block = from / CHUNK % 4; block <= last; block++) {
      float sum = tree(lanes, at + 16 * block);
      left += block < 2 ? sum : 0f;
      right += block < 2 ? 0f : sum;
    }
    return left + right;
  }

  /** The same where the last block's sum is known. */
  static float leafSum(float[] lanes, int at, int from, int to, float end) {
    int last = (to - 1) / CHUNK % 4;
    float left = 0f;
    float right = 0f;
    for (int block = from / CHUNK % 4; block <= last; block++) {
      float sum = block < last ? tree(lanes, at + 16 * block) : end;
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
