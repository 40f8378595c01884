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
 * Tiles of the decode products over float16 pages: {@code out[query][lanes] += Σ b[query][t] ·
 * a[t][lanes]}, one chain of fused multiply-adds per element, ascending over t.
 *
 * <p>The bits of a float16 are moved to where a float has them; one exact product corrects the
 * exponent, subnormals included. Infinities and NaN do not occur: the cache refuses them.
 *
 * <p>The two shapes, and what else all four storages share, are explained in {@link
 * VectorDecodeKernels}.
 */
final class DecodeHalfTiles {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final VectorSpecies<Integer> I = LaneSpecies.INTS;
  private static final VectorSpecies<Short> S = LaneSpecies.SHORTS;

  /** The sign, and the 15 bits of exponent and significand where a float has its own. */
  private static final int FIELDS = 0x8FFF_E000;

  /** The difference between the two formats' exponents: 127 - 15. */
  private static final float REBIAS = 0x1p112f;

  private static final int L = LaneSpecies.LENGTH;

  /** Lanes of a group; a row of them is a cache line. */
  private static final int LANES = 2 * GROUP;

  private DecodeHalfTiles() {}

  /** 2 vectors by 1 query. */
  static void tile2x1(short[] a, int from, int depth, float[] b, int bFrom, float[] out, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    IntVector fields = IntVector.broadcast(I, FIELDS);
    FloatVector rebias = FloatVector.broadcast(F, REBIAS);
    int unrolled = depth & -4;
    FloatVector acc0 = FloatVector.fromArray(F, out, to);
    FloatVector acc1 = FloatVector.fromArray(F, out, to + L);
    int t = 0;
    for (; t < unrolled; t += 4) {
      int at = from + t * LANES;
      FloatVector x00 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at).convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector x10 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + L)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector b00 = FloatVector.broadcast(F, b[bFrom + t]);
      acc0 = b00.fma(x00, acc0);
      acc1 = b00.fma(x10, acc1);
      FloatVector x01 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + LANES)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector x11 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + LANES + L)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector b01 = FloatVector.broadcast(F, b[bFrom + t + 1]);
      acc0 = b01.fma(x01, acc0);
      acc1 = b01.fma(x11, acc1);
      FloatVector x02 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + 2 * LANES)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector x12 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + 2 * LANES + L)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector b02 = FloatVector.broadcast(F, b[bFrom + t + 2]);
      acc0 = b02.fma(x02, acc0);
      acc1 = b02.fma(x12, acc1);
      FloatVector x03 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + 3 * LANES)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector x13 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + 3 * LANES + L)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector b03 = FloatVector.broadcast(F, b[bFrom + t + 3]);
      acc0 = b03.fma(x03, acc0);
      acc1 = b03.fma(x13, acc1);
    }
    for (; t < depth; t++) {
      int at = from + t * LANES;
      FloatVector x00 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at).convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector x10 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + L)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
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
    IntVector fields = IntVector.broadcast(I, FIELDS);
    FloatVector rebias = FloatVector.broadcast(F, REBIAS);
    FloatVector acc00 = FloatVector.fromArray(F, out, to);
    FloatVector acc10 = FloatVector.fromArray(F, out, to + L);
    FloatVector acc01 = FloatVector.fromArray(F, out, to + outStride);
    FloatVector acc11 = FloatVector.fromArray(F, out, to + L + outStride);
    FloatVector acc02 = FloatVector.fromArray(F, out, to + 2 * outStride);
    FloatVector acc12 = FloatVector.fromArray(F, out, to + L + 2 * outStride);
    FloatVector acc03 = FloatVector.fromArray(F, out, to + 3 * outStride);
    FloatVector acc13 = FloatVector.fromArray(F, out, to + L + 3 * outStride);
    for (int t = 0; t < depth; t++) {
      int at = from + t * LANES;
      FloatVector x00 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at).convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
      FloatVector x10 =
          ((FloatVector)
                  ((IntVector)
                          ShortVector.fromArray(S, a, at + L)
                              .convertShape(VectorOperators.S2I, I, 0))
                      .lanewise(VectorOperators.LSHL, 13)
                      .and(fields)
                      .convert(VectorOperators.REINTERPRET_I2F, 0))
              .mul(rebias);
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
