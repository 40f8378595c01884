package io.github.lanewise.internal.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes squares of L x L floats by swapping ever smaller blocks: half the square first, then
 * quarters, down to single elements (Eklundh, A fast computer method for matrix transposing, IEEE
 * Transactions on Computers 21, 1972).
 *
 * <p>Between the stages the square lies in a scratch array in the first-level cache: the same few
 * lines serve every width, at about one instruction an element.
 */
final class VectorTranspose {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  private static final VectorShuffle<Float> SWAP_8 = VectorShuffle.fromOp(F, i -> (i ^ 8) % L);
  private static final VectorShuffle<Float> SWAP_4 = VectorShuffle.fromOp(F, i -> (i ^ 4) % L);
  private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(F, i -> i ^ 2);
  private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(F, i -> i ^ 1);

  // Bit i is set where lane i lies in the upper half of its block.
  private static final VectorMask<Float> UPPER_8 = VectorMask.fromLong(F, 0xFF00);
  private static final VectorMask<Float> UPPER_4 = VectorMask.fromLong(F, 0xF0F0);
  private static final VectorMask<Float> UPPER_2 = VectorMask.fromLong(F, 0xCCCC);
  private static final VectorMask<Float> UPPER_1 = VectorMask.fromLong(F, 0xAAAA);

  private VectorTranspose() {}

  /** {@code target[t·targetStride + r] = source[r·sourceStride + t]} for r and t below L. */
  static void square(
      float[] source,
      int sourceFrom,
      int sourceStride,
      float[] target,
      int targetFrom,
      int targetStride,
      float[] scratch) {
    if (L == 16) {
      stage(source, sourceFrom, sourceStride, scratch, 0, L, 8, SWAP_8, UPPER_8);
      stage(scratch, 0, L, scratch, 0, L, 4, SWAP_4, UPPER_4);
      stage(scratch, 0, L, scratch, 0, L, 2, SWAP_2, UPPER_2);
    } else if (L == 8) {
      stage(source, sourceFrom, sourceStride, scratch, 0, L, 4, SWAP_4, UPPER_4);
      stage(scratch, 0, L, scratch, 0, L, 2, SWAP_2, UPPER_2);
    } else {
      stage(source, sourceFrom, sourceStride, scratch, 0, L, 2, SWAP_2, UPPER_2);
    }
    stage(scratch, 0, L, target, targetFrom, targetStride, 1, SWAP_1, UPPER_1);
  }

  /** Swaps the upper right with the lower left of every block of 2·half x 2·half elements. */
  private static void stage(
      float[] source,
      int sourceFrom,
      int sourceStride,
      float[] target,
      int targetFrom,
      int targetStride,
      int half,
      VectorShuffle<Float> swap,
      VectorMask<Float> upper) {
    for (int pair = 0; pair < L / 2; pair++) {
      int row = pair / half * 2 * half + pair % half;
      FloatVector a = FloatVector.fromArray(F, source, sourceFrom + row * sourceStride);
      FloatVector b = FloatVector.fromArray(F, source, sourceFrom + (row + half) * sourceStride);
      FloatVector low = a.blend(b.rearrange(swap), upper);
      FloatVector high = a.rearrange(swap).blend(b, upper);
      low.intoArray(target, targetFrom + row * targetStride);
      high.intoArray(target, targetFrom + (row + half) * targetStride);
    }
  }
}
