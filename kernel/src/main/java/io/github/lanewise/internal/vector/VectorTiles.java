package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.TileKernels.GROUP;
import static io.github.lanewise.internal.kernel.TileKernels.PANEL;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of the matrix product: {@code out[r][lanes] = alpha · Σ a[t][r] · b[t][lanes]},
 * one chain of fused multiply-adds per element, ascending over t.
 *
 * <p>C2 keeps an accumulator in a register only if it is a local variable of its own, so the tiles
 * are spelled out. 8x2 needs 16 accumulators, 2 vectors of b and one broadcast: it fits 32
 * registers; 4x2 is its half for 16 registers. The strides within the loop are constants, which
 * lets C2 hoist the range checks. One call computes one tile: a loop over tiles in here would cost
 * a third of the speed.
 */
final class VectorTiles {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  /** Whether there are 32 vector registers: AVX-512 at any width, and every 64-bit ARM. */
  static final boolean MANY_REGISTERS =
      VectorShape.S_Max_BIT.vectorBitSize() >= 512
          || "aarch64".equals(System.getProperty("os.arch"));

  private VectorTiles() {}

  /** 8 rows by 2 vectors. */
  static void tile8x2(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector acc00 = FloatVector.zero(F);
    FloatVector acc01 = FloatVector.zero(F);
    FloatVector acc10 = FloatVector.zero(F);
    FloatVector acc11 = FloatVector.zero(F);
    FloatVector acc20 = FloatVector.zero(F);
    FloatVector acc21 = FloatVector.zero(F);
    FloatVector acc30 = FloatVector.zero(F);
    FloatVector acc31 = FloatVector.zero(F);
    FloatVector acc40 = FloatVector.zero(F);
    FloatVector acc41 = FloatVector.zero(F);
    FloatVector acc50 = FloatVector.zero(F);
    FloatVector acc51 = FloatVector.zero(F);
    FloatVector acc60 = FloatVector.zero(F);
    FloatVector acc61 = FloatVector.zero(F);
    FloatVector acc70 = FloatVector.zero(F);
    FloatVector acc71 = FloatVector.zero(F);
    for (int t = 0; t < depth; t++) {
      int at = aFrom + t * GROUP;
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + t * PANEL);
      FloatVector b1 = FloatVector.fromArray(F, b, bFrom + t * PANEL + L);
      FloatVector a0 = FloatVector.broadcast(F, a[at]);
      acc00 = a0.fma(b0, acc00);
      acc01 = a0.fma(b1, acc01);
      FloatVector a1 = FloatVector.broadcast(F, a[at + 1]);
      acc10 = a1.fma(b0, acc10);
      acc11 = a1.fma(b1, acc11);
      FloatVector a2 = FloatVector.broadcast(F, a[at + 2]);
      acc20 = a2.fma(b0, acc20);
      acc21 = a2.fma(b1, acc21);
      FloatVector a3 = FloatVector.broadcast(F, a[at + 3]);
      acc30 = a3.fma(b0, acc30);
      acc31 = a3.fma(b1, acc31);
      FloatVector a4 = FloatVector.broadcast(F, a[at + 4]);
      acc40 = a4.fma(b0, acc40);
      acc41 = a4.fma(b1, acc41);
      FloatVector a5 = FloatVector.broadcast(F, a[at + 5]);
      acc50 = a5.fma(b0, acc50);
      acc51 = a5.fma(b1, acc51);
      FloatVector a6 = FloatVector.broadcast(F, a[at + 6]);
      acc60 = a6.fma(b0, acc60);
      acc61 = a6.fma(b1, acc61);
      FloatVector a7 = FloatVector.broadcast(F, a[at + 7]);
      acc70 = a7.fma(b0, acc70);
      acc71 = a7.fma(b1, acc71);
    }
    FloatVector factor = FloatVector.broadcast(F, alpha);
    acc00.mul(factor).intoArray(out, outFrom);
    acc01.mul(factor).intoArray(out, outFrom + L);
    acc10.mul(factor).intoArray(out, outFrom + outStride);
    acc11.mul(factor).intoArray(out, outFrom + outStride + L);
    acc20.mul(factor).intoArray(out, outFrom + 2 * outStride);
    acc21.mul(factor).intoArray(out, outFrom + 2 * outStride + L);
    acc30.mul(factor).intoArray(out, outFrom + 3 * outStride);
    acc31.mul(factor).intoArray(out, outFrom + 3 * outStride + L);
    acc40.mul(factor).intoArray(out, outFrom + 4 * outStride);
    acc41.mul(factor).intoArray(out, outFrom + 4 * outStride + L);
    acc50.mul(factor).intoArray(out, outFrom + 5 * outStride);
    acc51.mul(factor).intoArray(out, outFrom + 5 * outStride + L);
    acc60.mul(factor).intoArray(out, outFrom + 6 * outStride);
    acc61.mul(factor).intoArray(out, outFrom + 6 * outStride + L);
    acc70.mul(factor).intoArray(out, outFrom + 7 * outStride);
    acc71.mul(factor).intoArray(out, outFrom + 7 * outStride + L);
  }

  /** 8 rows by 1 vector. */
  static void tile8x1(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector acc0 = FloatVector.zero(F);
    FloatVector acc1 = FloatVector.zero(F);
    FloatVector acc2 = FloatVector.zero(F);
    FloatVector acc3 = FloatVector.zero(F);
    FloatVector acc4 = FloatVector.zero(F);
    FloatVector acc5 = FloatVector.zero(F);
    FloatVector acc6 = FloatVector.zero(F);
    FloatVector acc7 = FloatVector.zero(F);
    for (int t = 0; t < depth; t++) {
      int at = aFrom + t * GROUP;
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + t * PANEL);
      FloatVector a0 = FloatVector.broadcast(F, a[at]);
      acc0 = a0.fma(b0, acc0);
      FloatVector a1 = FloatVector.broadcast(F, a[at + 1]);
      acc1 = a1.fma(b0, acc1);
      FloatVector a2 = FloatVector.broadcast(F, a[at + 2]);
      acc2 = a2.fma(b0, acc2);
      FloatVector a3 = FloatVector.broadcast(F, a[at + 3]);
      acc3 = a3.fma(b0, acc3);
      FloatVector a4 = FloatVector.broadcast(F, a[at + 4]);
      acc4 = a4.fma(b0, acc4);
      FloatVector a5 = FloatVector.broadcast(F, a[at + 5]);
      acc5 = a5.fma(b0, acc5);
      FloatVector a6 = FloatVector.broadcast(F, a[at + 6]);
      acc6 = a6.fma(b0, acc6);
      FloatVector a7 = FloatVector.broadcast(F, a[at + 7]);
      acc7 = a7.fma(b0, acc7);
    }
    FloatVector factor = FloatVector.broadcast(F, alpha);
    acc0.mul(factor).intoArray(out, outFrom);
    acc1.mul(factor).intoArray(out, outFrom + outStride);
    acc2.mul(factor).intoArray(out, outFrom + 2 * outStride);
    acc3.mul(factor).intoArray(out, outFrom + 3 * outStride);
    acc4.mul(factor).intoArray(out, outFrom + 4 * outStride);
    acc5.mul(factor).intoArray(out, outFrom + 5 * outStride);
    acc6.mul(factor).intoArray(out, outFrom + 6 * outStride);
    acc7.mul(factor).intoArray(out, outFrom + 7 * outStride);
  }

  /** 4 rows by 2 vectors. */
  static void tile4x2(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector acc00 = FloatVector.zero(F);
    FloatVector acc01 = FloatVector.zero(F);
    FloatVector acc10 = FloatVector.zero(F);
    FloatVector acc11 = FloatVector.zero(F);
    FloatVector acc20 = FloatVector.zero(F);
    FloatVector acc21 = FloatVector.zero(F);
    FloatVector acc30 = FloatVector.zero(F);
    FloatVector acc31 = FloatVector.zero(F);
    for (int t = 0; t < depth; t++) {
      int at = aFrom + t * GROUP;
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + t * PANEL);
      FloatVector b1 = FloatVector.fromArray(F, b, bFrom + t * PANEL + L);
      FloatVector a0 = FloatVector.broadcast(F, a[at]);
      acc00 = a0.fma(b0, acc00);
      acc01 = a0.fma(b1, acc01);
      FloatVector a1 = FloatVector.broadcast(F, a[at + 1]);
      acc10 = a1.fma(b0, acc10);
      acc11 = a1.fma(b1, acc11);
      FloatVector a2 = FloatVector.broadcast(F, a[at + 2]);
      acc20 = a2.fma(b0, acc20);
      acc21 = a2.fma(b1, acc21);
      FloatVector a3 = FloatVector.broadcast(F, a[at + 3]);
      acc30 = a3.fma(b0, acc30);
      acc31 = a3.fma(b1, acc31);
    }
    FloatVector factor = FloatVector.broadcast(F, alpha);
    acc00.mul(factor).intoArray(out, outFrom);
    acc01.mul(factor).intoArray(out, outFrom + L);
    acc10.mul(factor).intoArray(out, outFrom + outStride);
    acc11.mul(factor).intoArray(out, outFrom + outStride + L);
    acc20.mul(factor).intoArray(out, outFrom + 2 * outStride);
    acc21.mul(factor).intoArray(out, outFrom + 2 * outStride + L);
    acc30.mul(factor).intoArray(out, outFrom + 3 * outStride);
    acc31.mul(factor).intoArray(out, outFrom + 3 * outStride + L);
  }

  /** 4 rows by 2 vectors on top of a panel. */
  static void add4x2(
      float[] a, int aFrom, float[] b, int bFrom, int depth, float[] out, int outFrom) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector acc00 = FloatVector.fromArray(F, out, outFrom);
    FloatVector acc01 = FloatVector.fromArray(F, out, outFrom + L);
    FloatVector acc10 = FloatVector.fromArray(F, out, outFrom + PANEL);
    FloatVector acc11 = FloatVector.fromArray(F, out, outFrom + PANEL + L);
    FloatVector acc20 = FloatVector.fromArray(F, out, outFrom + 2 * PANEL);
    FloatVector acc21 = FloatVector.fromArray(F, out, outFrom + 2 * PANEL + L);
    FloatVector acc30 = FloatVector.fromArray(F, out, outFrom + 3 * PANEL);
    FloatVector acc31 = FloatVector.fromArray(F, out, outFrom + 3 * PANEL + L);
    for (int t = 0; t < depth; t++) {
      int at = aFrom + t * GROUP;
      FloatVector b0 = FloatVector.fromArray(F, b, bFrom + t * PANEL);
      FloatVector b1 = FloatVector.fromArray(F, b, bFrom + t * PANEL + L);
      FloatVector a0 = FloatVector.broadcast(F, a[at]);
      acc00 = a0.fma(b0, acc00);
      acc01 = a0.fma(b1, acc01);
      FloatVector a1 = FloatVector.broadcast(F, a[at + 1]);
      acc10 = a1.fma(b0, acc10);
      acc11 = a1.fma(b1, acc11);
      FloatVector a2 = FloatVector.broadcast(F, a[at + 2]);
      acc20 = a2.fma(b0, acc20);
      acc21 = a2.fma(b1, acc21);
      FloatVector a3 = FloatVector.broadcast(F, a[at + 3]);
      acc30 = a3.fma(b0, acc30);
      acc31 = a3.fma(b1, acc31);
    }
    acc00.intoArray(out, outFrom);
    acc01.intoArray(out, outFrom + L);
    acc10.intoArray(out, outFrom + PANEL);
    acc11.intoArray(out, outFrom + PANEL + L);
    acc20.intoArray(out, outFrom + 2 * PANEL);
    acc21.intoArray(out, outFrom + 2 * PANEL + L);
    acc30.intoArray(out, outFrom + 3 * PANEL);
    acc31.intoArray(out, outFrom + 3 * PANEL + L);
  }
}
