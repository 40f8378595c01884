package io.github.lanewise.internal.vector;

import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Orders and sets of lanes that exist before they are needed: a rotation by one of these costs C2 a
 * third of the nodes of any other way, and it stops inlining at 18,000 of them.
 */
final class LaneShuffles {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  /** ROTATIONS[k]: lane i of the result is lane (i + k) mod L of the operand. */
  static final VectorShuffle<Float>[] ROTATIONS = rotations();

  static final VectorShuffle<Float> BY_8 = ROTATIONS[8 % L];
  static final VectorShuffle<Float> BY_4 = ROTATIONS[4 % L];
  static final VectorShuffle<Float> BY_2 = ROTATIONS[2];
  static final VectorShuffle<Float> BY_1 = ROTATIONS[1];

  /** Lane i of the result is lane i xor 4 of the operand, for L of 8 or 16. */
  static final VectorShuffle<Float> HALF_4 = VectorShuffle.fromOp(FLOATS, lane -> (lane ^ 4) % L);

  /** Lanes with that bit in their number. */
  static final VectorMask<Float> HIGH_8 = VectorMask.fromLong(FLOATS, 0xff00L);

  static final VectorMask<Float> HIGH_4 = VectorMask.fromLong(FLOATS, 0xf0f0L);

  /** The lanes' numbers. */
  static final float[] NUMBERS = new float[L];

  static {
    for (int i = 0; i < L; i++) {
      NUMBERS[i] = i;
    }
  }

  private LaneShuffles() {}

  @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic type
  private static VectorShuffle<Float>[] rotations() {
    VectorShuffle[] rotations = new VectorShuffle[L + 1];
    for (int by = 0; by <= L; by++) {
      rotations[by] = VectorShuffle.iota(FLOATS, by, 1, true);
    }
    return rotations;
  }
}
