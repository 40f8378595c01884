package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.DecodeKernels.GROUP;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of the decode products over bfloat16 pages: {@code out[query][lanes] += Σ b[query][t] ·
 * a[t][lanes]}, one chain of fused multiply-adds per element, ascending over t.
 *
 * <p>A bfloat16 is the upper half of the float that it stands for.
 *
 * <p>The two shapes, and what else all four storages share, are explained in {@link
 * VectorDecodeKernels}.
 */
final class DecodeBfloatTiles {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final VectorSpecies<Integer> I = LaneSpecies.INTS;
  private static final VectorSpecies<Short> S = LaneSpecies.SHORTS;
  private static final int L = LaneSpecies.LENGTH;

  /** Lanes of a group; a row of them is a cache line. */
  private static final int LANES = 2 * GROUP;

  private DecodeBfloatTiles() {}

  /** 2 vectors by 1 query. */
  static void tile2x1(short[] a, int from, int depth, float[] b, int bFrom, float[] out, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    int unrolled = depth & -4;
    FloatVector acc0 = FloatVector.fromArray(F, out, to);
    FloatVector acc1 = FloatVector.fromArray(F, out, to + L);
    int t = 0;
    for (; t < unrolled; t += 4) {
      int at = from + t * LANES;
      FloatVector x00 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x10 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b00 = FloatVector.broadcast(F, b[bFrom + t]);
      acc0 = b00.fma(x00, acc0);
      acc1 = b00.fma(x10, acc1);
      FloatVector x01 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + LANES)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x11 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + LANES + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b01 = FloatVector.broadcast(F, b[bFrom + t + 1]);
      acc0 = b01.fma(x01, acc0);
      acc1 = b01.fma(x11, acc1);
      FloatVector x02 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 2 * LANES)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x12 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 2 * LANES + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b02 = FloatVector.broadcast(F, b[bFrom + t + 2]);
      acc0 = b02.fma(x02, acc0);
      acc1 = b02.fma(x12, acc1);
      FloatVector x03 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 3 * LANES)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x13 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 3 * LANES + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b03 = FloatVector.broadcast(F, b[bFrom + t + 3]);
      acc0 = b03.fma(x03, acc0);
      acc1 = b03.fma(x13, acc1);
    }
    for (; t < depth; t++) {
      int at = from + t * LANES;
      FloatVector x00 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x10 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b00 = FloatVector.broadcast(F, b[bFrom + t]);
      acc0 = b00.fma(x00, acc0);
      acc1 = b00.fma(x10, acc1);
    }
    acc0.intoArray(out, to);
    acc1.intoArray(out, to + L);
  }

  /** 2 vectors by 4 queries. */
  static void tile2x4(
      short[] a, int from, int depth, float[] b, int bFrom, float[] out, int to, int outStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    int unrolled = depth & -4;
    FloatVector acc00 = FloatVector.fromArray(F, out, to);
    FloatVector acc10 = FloatVector.fromArray(F, out, to + L);
    FloatVector acc01 = FloatVector.fromArray(F, out, to + outStride);
    FloatVector acc11 = FloatVector.fromArray(F, out, to + L + outStride);
    FloatVector acc02 = FloatVector.fromArray(F, out, to + 2 * outStride);
    FloatVector acc12 = FloatVector.fromArray(F, out, to + L + 2 * outStride);
    FloatVector acc03 = FloatVector.fromArray(F, out, to + 3 * outStride);
    FloatVector acc13 = FloatVector.fromArray(F, out, to + L + 3 * outStride);
    int t = 0;
    for (; t < unrolled; t += 4) {
      int at = from + t * LANES;
      FloatVector x00 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x10 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b00 = FloatVector.broadcast(F, b[bFrom + t]);
      acc00 = b00.fma(x00, acc00);
      acc10 = b00.fma(x10, acc10);
      FloatVector b10 = FloatVector.broadcast(F, b[bFrom + t + CHUNK]);
      acc01 = b10.fma(x00, acc01);
      acc11 = b10.fma(x10, acc11);
      FloatVector b20 = FloatVector.broadcast(F, b[bFrom + t + 2 * CHUNK]);
      acc02 = b20.fma(x00, acc02);
      acc12 = b20.fma(x10, acc12);
      FloatVector b30 = FloatVector.broadcast(F, b[bFrom + t + 3 * CHUNK]);
      acc03 = b30.fma(x00, acc03);
      acc13 = b30.fma(x10, acc13);
      FloatVector x01 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + LANES)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x11 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + LANES + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b01 = FloatVector.broadcast(F, b[bFrom + t + 1]);
      acc00 = b01.fma(x01, acc00);
      acc10 = b01.fma(x11, acc10);
      FloatVector b11 = FloatVector.broadcast(F, b[bFrom + t + CHUNK + 1]);
      acc01 = b11.fma(x01, acc01);
      acc11 = b11.fma(x11, acc11);
      FloatVector b21 = FloatVector.broadcast(F, b[bFrom + t + 2 * CHUNK + 1]);
      acc02 = b21.fma(x01, acc02);
      acc12 = b21.fma(x11, acc12);
      FloatVector b31 = FloatVector.broadcast(F, b[bFrom + t + 3 * CHUNK + 1]);
      acc03 = b31.fma(x01, acc03);
      acc13 = b31.fma(x11, acc13);
      FloatVector x02 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 2 * LANES)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x12 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 2 * LANES + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b02 = FloatVector.broadcast(F, b[bFrom + t + 2]);
      acc00 = b02.fma(x02, acc00);
      acc10 = b02.fma(x12, acc10);
      FloatVector b12 = FloatVector.broadcast(F, b[bFrom + t + CHUNK + 2]);
      acc01 = b12.fma(x02, acc01);
      acc11 = b12.fma(x12, acc11);
      FloatVector b22 = FloatVector.broadcast(F, b[bFrom + t + 2 * CHUNK + 2]);
      acc02 = b22.fma(x02, acc02);
      acc12 = b22.fma(x12, acc12);
      FloatVector b32 = FloatVector.broadcast(F, b[bFrom + t + 3 * CHUNK + 2]);
      acc03 = b32.fma(x02, acc03);
      acc13 = b32.fma(x12, acc13);
      FloatVector x03 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 3 * LANES)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x13 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + 3 * LANES + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b03 = FloatVector.broadcast(F, b[bFrom + t + 3]);
      acc00 = b03.fma(x03, acc00);
      acc10 = b03.fma(x13, acc10);
      FloatVector b13 = FloatVector.broadcast(F, b[bFrom + t + CHUNK + 3]);
      acc01 = b13.fma(x03, acc01);
      acc11 = b13.fma(x13, acc11);
      FloatVector b23 = FloatVector.broadcast(F, b[bFrom + t + 2 * CHUNK + 3]);
      acc02 = b23.fma(x03, acc02);
      acc12 = b23.fma(x13, acc12);
      FloatVector b33 = FloatVector.broadcast(F, b[bFrom + t + 3 * CHUNK + 3]);
      acc03 = b33.fma(x03, acc03);
      acc13 = b33.fma(x13, acc13);
    }
    for (; t < depth; t++) {
      int at = from + t * LANES;
      FloatVector x00 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector x10 =
          (FloatVector)
              ((IntVector)
                      ShortVector.fromArray(S, a, at + L)
                          .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                  .lanewise(VectorOperators.LSHL, 16)
                  .convert(VectorOperators.REINTERPRET_I2F, 0);
      FloatVector b00 = FloatVector.broadcast(F, b[bFrom + t]);
      acc00 = b00.fma(x00, acc00);
      acc10 = b00.fma(x10, acc10);
      FloatVector b10 = FloatVector.broadcast(F, b[bFrom + t + CHUNK]);
      acc01 = b10.fma(x00, acc01);
      acc11 = b10.fma(x10, acc11);
      FloatVector b20 = FloatVector.broadcast(F, b[bFrom + t + 2 * CHUNK]);
      acc02 = b20.fma(x00, acc02);
      acc12 = b20.fma(x10, acc12);
      FloatVector b30 = FloatVector.broadcast(F, b[bFrom + t + 3 * CHUNK]);
      acc03 = b30.fma(x00, acc03);
      acc13 = b30.fma(x10, acc13);
    }
    acc00.intoArray(out, to);
    acc10.intoArray(out, to + L);
    acc01.intoArray(out, to + outStride);
    acc11.intoArray(out, to + L + outStride);
    acc02.intoArray(out, to + 2 * outStride);
    acc12.intoArray(out, to + L + 2 * outStride);
    acc03.intoArray(out, to + 3 * outStride);
    acc13.intoArray(out, to + L + 3 * outStride);
  }
}
