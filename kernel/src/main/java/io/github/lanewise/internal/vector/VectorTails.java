package io.github.lanewise.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The last elements of a run, fewer than a vector, and the rotations they need.
 *
 * <p>They are read and written through the vector that ends with them, never through a masked
 * access: NEON has none, and Java's emulation of it at the end of an array is slow and makes
 * garbage. Nothing outside the run is touched.
 */
final class VectorTails {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final VectorSpecies<Integer> INTS = LaneSpecies.INTS;
  private static final int L = LaneSpecies.LENGTH;

  /**
   * 0 … L-1 twice: the L numbers from position k on say where each lane of a rotation comes from.
   */
  private static final int[] ROTATIONS = new int[2 * L];

  private static final float[] LANE_NUMBERS = new float[L];

  static {
    for (int i = 0; i < 2 * L; i++) {
      ROTATIONS[i] = i % L;
    }
    for (int i = 0; i < L; i++) {
      LANE_NUMBERS[i] = i;
    }
  }

  private VectorTails() {}

  /** Lane i of the result is lane (i + by) mod L; 0 ≤ by ≤ L. */
  static FloatVector rotate(FloatVector v, int by) {
    IntVector from = IntVector.fromArray(INTS, ROTATIONS, by);
    return from.selectFrom(v.reinterpretAsInts()).reinterpretAsFloats();
  }

  /** Lanes 0 … count-1. */
  static VectorMask<Float> firstLanes(int count) {
    return FloatVector.fromArray(FLOATS, LANE_NUMBERS, 0).compare(VectorOperators.LT, count);
  }

  /**
   * x[at, at + count) in the first lanes, {@code rest} in the others. The L - count elements before
   * them belong to the run too.
   */
  static FloatVector load(float[] x, int at, int count, float rest) {
    FloatVector last = FloatVector.fromArray(FLOATS, x, at + count - L);
    return rotate(last, L - count).blend(rest, firstLanes(count).not());
  }

  /** Writes the first lanes to y[at, at + count), and those before it with the values they have. */
  static void store(FloatVector v, float[] y, int at, int count) {
    FloatVector before = FloatVector.fromArray(FLOATS, y, at + count - L);
    rotate(v, count).blend(before, firstLanes(L - count)).intoArray(y, at + count - L);
  }

  /**
   * The tree (8, 4, 2, 1) over the 16 virtual lanes: lane i += lane i+8, i+4, i+2, i+1. With 16
   * lanes in a vector they are in acc0; with 8 in acc0 and acc1; with 4 in acc0 to acc3, starting
   * with any of them, since an addition may be turned round.
   */
  static float tree(FloatVector acc0, FloatVector acc1, FloatVector acc2, FloatVector acc3) {
    FloatVector v = acc0;
    if (L == 16) {
      v = v.add(rotate(v, 8));
    } else if (L == 8) {
      v = v.add(acc1);
    } else {
      v = v.add(acc2).add(acc1.add(acc3));
    }
    if (L >= 8) {
      v = v.add(rotate(v, 4));
    }
    v = v.add(rotate(v, 2));
    return v.add(rotate(v, 1)).lane(0);
  }
}
