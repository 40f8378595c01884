package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.RowReductions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums over a block in the order that {@link RowReductions} describes.
 *
 * <p>The 16 virtual lanes are 16/L accumulators of L lanes that take turns: each vector is added to
 * acc0, and the accumulators move up one place. So a loop's body is the same for every width.
 */
final class VectorBlocks {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;
  private static final int BLOCK = RowReductions.BLOCK;

  private VectorBlocks() {}

  /** Σ y·dy over y ≠ 0. */
  static float dot(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
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
      FloatVector weight = VectorTails.load(y, yRow + j, to - j, 0f);
      FloatVector gradient = VectorTails.load(dy, dyRow + j, to - j, 0f);
      gradient = gradient.blend(0f, weight.compare(VectorOperators.EQ, 0f));
      acc0 = weight.fma(gradient, acc0);
    }
    return VectorTails.tree(acc0, acc1, acc2, acc3);
  }

  /** Σ dy over y ≠ -inf. */
  static float visibleSum(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    float invisible = Float.NEGATIVE_INFINITY;
    int j = from;
    for (; j <= to - L; j += L) {
      FloatVector logWeight = FloatVector.fromArray(FLOATS, y, yRow + j);
      FloatVector gradient = FloatVector.fromArray(FLOATS, dy, dyRow + j);
      gradient = gradient.blend(0f, logWeight.compare(VectorOperators.EQ, invisible));
      FloatVector next = acc0.add(gradient);
      acc0 = L == 16 ? next : acc1;
      acc1 = L == 8 ? next : acc2;
      acc2 = acc3;
      acc3 = next;
    }
    if (j < to) {
      FloatVector logWeight = VectorTails.load(y, yRow + j, to - j, invisible);
      FloatVector gradient = VectorTails.load(dy, dyRow + j, to - j, 0f);
      acc0 = acc0.add(gradient.blend(0f, logWeight.compare(VectorOperators.EQ, invisible)));
    }
    return VectorTails.tree(acc0, acc1, acc2, acc3);
  }

  /** Σ x[from, to), at most a block, at least a vector. */
  static float sum(float[] x, int from, int to) {
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    int j = from;
    for (; j <= to - L; j += L) {
      FloatVector next = acc0.add(FloatVector.fromArray(FLOATS, x, j));
      acc0 = L == 16 ? next : acc1;
      acc1 = L == 8 ? next : acc2;
      acc2 = acc3;
      acc3 = next;
    }
    if (j < to) {
      acc0 = acc0.add(VectorTails.load(x, j, to - j, 0f));
    }
    return VectorTails.tree(acc0, acc1, acc2, acc3);
  }

  /**
   * Σ of the L/4 whole blocks that begin at x[from], with four chains of additions: a single one
   * would wait for its own latency.
   */
  static float spanSum(float[] x, int from) {
    FloatVector acc0 = FloatVector.zero(FLOATS);
    FloatVector acc1 = acc0;
    FloatVector acc2 = acc0;
    FloatVector acc3 = acc0;
    // Vectors of one block where it takes several to hold the 16 lanes, else of different blocks.
    int at1 = L == 16 ? BLOCK : L;
    int at2 = L == 16 ? 2 * BLOCK : L == 8 ? BLOCK : 2 * L;
    int at3 = at1 + at2;
    for (int j = from; j < from + BLOCK; j += 16) {
      acc0 = acc0.add(FloatVector.fromArray(FLOATS, x, j));
      acc1 = acc1.add(FloatVector.fromArray(FLOATS, x, j + at1));
      acc2 = acc2.add(FloatVector.fromArray(FLOATS, x, j + at2));
      acc3 = acc3.add(FloatVector.fromArray(FLOATS, x, j + at3));
    }
    if (L == 16) {
      return (VectorTails.tree(acc0, acc0, acc0, acc0) + VectorTails.tree(acc1, acc1, acc1, acc1))
          + (VectorTails.tree(acc2, acc2, acc2, acc2) + VectorTails.tree(acc3, acc3, acc3, acc3));
    }
    if (L == 8) {
      return VectorTails.tree(acc0, acc1, acc0, acc0) + VectorTails.tree(acc2, acc3, acc0, acc0);
    }
    return VectorTails.tree(acc0, acc1, acc2, acc3);
  }
}
