package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.DecodeKernels.GROUP;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of the decode products over float32 pages: {@code out[query][lanes] += Σ b[query][t] ·
 * a[t][lanes]}, one chain of fused multiply-adds per element, ascending over t.
 *
 * <p>Nothing is converted: a value is an operand of the multiply-add.
 *
 * <p>The two shapes, and what else all four storages share, are explained in {@link
 * VectorDecodeKernels}.
 */
final class DecodeFloatTiles {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;

  private DecodeFloatTiles() {}

  /** 2 vectors by 1 query. */
  static void tile2x1(
      float[] a, int a0, int a1, int depth, float[] b, int bFrom, float[] out, int o0, int o1) {
    for (int round = Practice.rounds; round > 0; round--) {}
    int unrolled = depth & -4;
    FloatVector acc0 = FloatVector.fromArray(F, out, o0);
    FloatVector acc1 = FloatVector.fromArray(F, out, o1);
    int t = 0;
    for (; t < unrolled; t += 4) {
      int at = t * GROUP;
      FloatVector x00 = FloatVector.fromArray(F, a, a0 + at);
      FloatVector x10 = FloatVector.fromArray(F, a, a1 + at);
      FloatVector b00 = FloatVector.broadcast(F, b[bFrom + t]);
      acc0 = b00.fma(x00, acc0);
      acc1 = b00.fma(x10, acc1);
      FloatVector x01 = FloatVector.fromArray(F, a, a0 + at + GROUP);
      FloatVector x11 = FloatVector.fromArray(F, a, a1 + at + GROUP);
      FloatVector b01 = FloatVector.broadcast(F, b[bFrom + t + 1]);
      acc0 = b01.fma(x01, acc0);
      acc1 = b01.fma(x11, acc1);
      FloatVector x02 = FloatVector.fromArray(F, a, a0 + at + 2 * GROUP);
      FloatVector x12 = FloatVector.fromArray(F, a, a1 + at + 2 * GROUP);
      FloatVector b02 = FloatVector.broadcast(F, b[bFrom + t + 2]);
      acc0 = b02.fma(x02, acc0);
      acc1 = b02.fma(x12, acc1);
      FloatVector x03 = FloatVector.fromArray(F, a, a0 + at + 3 * GROUP);
      FloatVector x13 = FloatVector.fromArray(F, a, a1 + at + 3 * GROUP);
      FloatVector b03 = FloatVector.broadcast(F, b[bFrom + t + 3]);
      acc0 = b03.fma(x03, acc0);
      acc1 = b03.fma(x13, acc1);
    }
    for (; t < depth; t++) {
      int at = t * GROUP;
      FloatVector x00 = FloatVector.fromArray(F, a, a0 + at);
      FloatVector x10 = FloatVector.fromArray(F, a, a1 + at);
      FloatVector b00 = FloatVector.broadcast(F, b[bFrom + t]);
      acc0 = b00.fma(x00, acc0);
      acc1 = b00.fma(x10, acc1);
    }
    acc0.intoArray(out, o0);
    acc1.intoArray(out, o1);
  }

  /** 2 vectors by 4 queries. */
  static void tile2x4(
      float[] a,
      int a0,
      int a1,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int o0,
      int o1,
      int outStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    int unrolled = depth & -4;
    FloatVector acc00 = FloatVector.fromArray(F, out, o0);
    FloatVector acc10 = FloatVector.fromArray(F, out, o1);
    FloatVector acc01 = FloatVector.fromArray(F, out, o0 + outStride);
    FloatVector acc11 = FloatVector.fromArray(F, out, o1 + outStride);
    FloatVector acc02 = FloatVector.fromArray(F, out, o0 + 2 * outStride);
    FloatVector acc12 = FloatVector.fromArray(F, out, o1 + 2 * outStride);
    FloatVector acc03 = FloatVector.fromArray(F, out, o0 + 3 * outStride);
    FloatVector acc13 = FloatVector.fromArray(F, out, o1 + 3 * outStride);
    int t = 0;
    for (; t < unrolled; t += 4) {
      int at = t * GROUP;
      FloatVector x00 = FloatVector.fromArray(F, a, a0 + at);
      FloatVector x10 = FloatVector.fromArray(F, a, a1 + at);
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
      FloatVector x01 = FloatVector.fromArray(F, a, a0 + at + GROUP);
      FloatVector x11 = FloatVector.fromArray(F, a, a1 + at + GROUP);
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
      FloatVector x02 = FloatVector.fromArray(F, a, a0 + at + 2 * GROUP);
      FloatVector x12 = FloatVector.fromArray(F, a, a1 + at + 2 * GROUP);
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
      FloatVector x03 = FloatVector.fromArray(F, a, a0 + at + 3 * GROUP);
      FloatVector x13 = FloatVector.fromArray(F, a, a1 + at + 3 * GROUP);
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
      int at = t * GROUP;
      FloatVector x00 = FloatVector.fromArray(F, a, a0 + at);
      FloatVector x10 = FloatVector.fromArray(F, a, a1 + at);
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
    acc00.intoArray(out, o0);
    acc10.intoArray(out, o1);
    acc01.intoArray(out, o0 + outStride);
    acc11.intoArray(out, o1 + outStride);
    acc02.intoArray(out, o0 + 2 * outStride);
    acc12.intoArray(out, o1 + 2 * outStride);
    acc03.intoArray(out, o0 + 3 * outStride);
    acc13.intoArray(out, o1 + 3 * outStride);
  }
}
