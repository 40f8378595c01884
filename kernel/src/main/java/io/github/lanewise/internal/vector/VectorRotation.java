package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.LayerKernels;
import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rotations of pairs, as {@link LayerKernels} has them: a vector of angles, and all heads of a
 * token for it. Each method is a compile root, see {@link VectorLaneKernels}.
 */
final class VectorRotation {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  /** Lane i of the result is lane i/2 of the operand's lower half, or of its upper one. */
  private static final VectorShuffle<Float> LOWER_TWICE =
      VectorShuffle.fromOp(FLOATS, lane -> lane / 2);

  private static final VectorShuffle<Float> UPPER_TWICE =
      VectorShuffle.fromOp(FLOATS, lane -> (L + lane) / 2);

  private VectorRotation() {}

  /** The first {@code whole} pairs, a multiple of L, of i and i + pairs. */
  static void halves(
      float[] table,
      int at,
      int pairs,
      int whole,
      float[] x,
      int xFrom,
      int xStride,
      float[] y,
      int yFrom,
      int yStride,
      int heads) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert whole % L == 0 && whole <= pairs : whole + " of " + pairs;
    assert at >= 0 && at + 2 * pairs <= table.length : pairs + " at " + at + " of " + table.length;
    assert xFrom >= 0 && xFrom + (heads - 1) * xStride + 2 * pairs <= x.length
        : heads + " heads of " + pairs + " at " + xFrom + " + " + xStride + "h of " + x.length;
    assert yFrom >= 0 && yFrom + (heads - 1) * yStride + 2 * pairs <= y.length
        : heads + " heads of " + pairs + " at " + yFrom + " + " + yStride + "h of " + y.length;
    for (int i = 0; i < whole; i += L) {
      FloatVector cos = FloatVector.fromArray(FLOATS, table, at + i);
      FloatVector sin = FloatVector.fromArray(FLOATS, table, at + pairs + i);
      FloatVector minusSin = sin.neg();
      int from = xFrom + i;
      int to = yFrom + i;
      for (int head = 0; head < heads; head++) {
        FloatVector a = FloatVector.fromArray(FLOATS, x, from);
        FloatVector b = FloatVector.fromArray(FLOATS, x, from + pairs);
        b.fma(minusSin, a.mul(cos)).intoArray(y, to);
        a.fma(sin, b.mul(cos)).intoArray(y, to + pairs);
        from += xStride;
        to += yStride;
      }
    }
  }

  /** The first {@code whole} pairs, a multiple of L, of 2i and 2i + 1. */
  static void interleaved(
      float[] table,
      int at,
      int pairs,
      int whole,
      float[] x,
      int xFrom,
      int xStride,
      float[] y,
      int yFrom,
      int yStride,
      int heads) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert whole % L == 0 && whole <= pairs : whole + " of " + pairs;
    assert at >= 0 && at + 2 * pairs <= table.length : pairs + " at " + at + " of " + table.length;
    assert xFrom >= 0 && xFrom + (heads - 1) * xStride + 2 * pairs <= x.length
        : heads + " heads of " + pairs + " at " + xFrom + " + " + xStride + "h of " + x.length;
    assert yFrom >= 0 && yFrom + (heads - 1) * yStride + 2 * pairs <= y.length
        : heads + " heads of " + pairs + " at " + yFrom + " + " + yStride + "h of " + y.length;
    VectorMask<Float> odd = LaneShuffles.HIGH_1;
    for (int i = 0; i < whole; i += L) {
      FloatVector cos = FloatVector.fromArray(FLOATS, table, at + i);
      FloatVector sin = FloatVector.fromArray(FLOATS, table, at + pairs + i);
      FloatVector cos0 = cos.rearrange(LOWER_TWICE);
      FloatVector cos1 = cos.rearrange(UPPER_TWICE);
      FloatVector sin0 = sin.rearrange(LOWER_TWICE);
      FloatVector sin1 = sin.rearrange(UPPER_TWICE);
      sin0 = sin0.neg().blend(sin0, odd);
      sin1 = sin1.neg().blend(sin1, odd);
      int from = xFrom + 2 * i;
      int to = yFrom + 2 * i;
      for (int head = 0; head < heads; head++) {
        FloatVector v0 = FloatVector.fromArray(FLOATS, x, from);
        FloatVector v1 = FloatVector.fromArray(FLOATS, x, from + L);
        FloatVector other0 = v0.rearrange(LaneShuffles.SWAP_1);
        FloatVector other1 = v1.rearrange(LaneShuffles.SWAP_1);
        other0.fma(sin0, v0.mul(cos0)).intoArray(y, to);
        other1.fma(sin1, v1.mul(cos1)).intoArray(y, to + L);
        from += xStride;
        to += yStride;
      }
    }
  }
}
