package io.github.lanewise.internal.vector;

import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Orders and sets of lanes that exist before they are needed: a rotation by one of these costs C2 a
 * third of the nodes of any other way, and it stops inlining at 18,000 of them.
 */
@SuppressWarnings("MutablePublicArray") // read by vector loads and as constants, within the module
public final class LaneShuffles {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  /** ROTATIONS[k]: lane i of the result is lane (i + k) mod L of the operand. */
  public static final VectorShuffle<Float>[] ROTATIONS = rotations();

  static final VectorShuffle<Float> BY_8 = ROTATIONS[8 % L];
  static final VectorShuffle<Float> BY_4 = ROTATIONS[4 % L];
  static final VectorShuffle<Float> BY_2 = ROTATIONS[2];
  static final VectorShuffle<Float> BY_1 = ROTATIONS[1];

  /** SWAP_h: lane i of the result is lane i xor h of the operand. */
  public static final VectorShuffle<Float> SWAP_8 = swap(8);

  public static final VectorShuffle<Float> SWAP_4 = swap(4);
  public static final VectorShuffle<Float> SWAP_2 = swap(2);
  public static final VectorShuffle<Float> SWAP_1 = swap(1);

  /** HIGH_h: the lanes with that bit in their number. */
  public static final VectorMask<Float> HIGH_8 = VectorMask.fromLong(FLOATS, 0xff00L);

  public static final VectorMask<Float> HIGH_4 = VectorMask.fromLong(FLOATS, 0xf0f0L);
  public static final VectorMask<Float> HIGH_2 = VectorMask.fromLong(FLOATS, 0xccccL);
  public static final VectorMask<Float> HIGH_1 = VectorMask.fromLong(FLOATS, 0xaaaaL);

  /** The lanes' numbers. */
  public static final float[] NUMBERS = new float[L];

  static {
    for (int i = 0; i < L; i++) {
      NUMBERS[i] = i;
    }
  }

  private LaneShuffles() {}

  private static VectorShuffle<Float> swap(int half) {
    return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ half) % L);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic type
  private static VectorShuffle<Float>[] rotations() {
    VectorShuffle[] rotations = new VectorShuffle[L + 1];
    for (int by = 0; by <= L; by++) {
      rotations[by] = VectorShuffle.iota(FLOATS, by, 1, true);
    }
    return rotations;
  }
}
