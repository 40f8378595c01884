package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.TileKernels.GROUP;
import static io.github.lanewise.internal.kernel.TileKernels.PANEL;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of QKᵀ as {@link VectorTiles} has them, whose results are scaled and raise the
 * maximum of each lane while they are still in registers: it saves a pass over the scores.
 *
 * <p>The maximum ignores NaN, or stays behind the other keys of the tile where one of them is NaN:
 * such a row is NaN throughout, because NaN comes back through the sum.
 */
final class ScoreTiles {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  private ScoreTiles() {}

  /** 8 keys by 2 vectors of queries. */
  static void scores8x2(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float scale,
      float[] out,
      int outFrom,
      float[] maxima,
      int maximumAt) {
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
    FloatVector factor = FloatVector.broadcast(F, scale);
    acc00 = acc00.mul(factor);
    acc01 = acc01.mul(factor);
    acc10 = acc10.mul(factor);
    acc11 = acc11.mul(factor);
    acc20 = acc20.mul(factor);
    acc21 = acc21.mul(factor);
    acc30 = acc30.mul(factor);
    acc31 = acc31.mul(factor);
    acc40 = acc40.mul(factor);
    acc41 = acc41.mul(factor);
    acc50 = acc50.mul(factor);
    acc51 = acc51.mul(factor);
    acc60 = acc60.mul(factor);
    acc61 = acc61.mul(factor);
    acc70 = acc70.mul(factor);
    acc71 = acc71.mul(factor);
    acc00.intoArray(out, outFrom);
    acc01.intoArray(out, outFrom + L);
    acc10.intoArray(out, outFrom + PANEL);
    acc11.intoArray(out, outFrom + PANEL + L);
    acc20.intoArray(out, outFrom + 2 * PANEL);
    acc21.intoArray(out, outFrom + 2 * PANEL + L);
    acc30.intoArray(out, outFrom + 3 * PANEL);
    acc31.intoArray(out, outFrom + 3 * PANEL + L);
    acc40.intoArray(out, outFrom + 4 * PANEL);
    acc41.intoArray(out, outFrom + 4 * PANEL + L);
    acc50.intoArray(out, outFrom + 5 * PANEL);
    acc51.intoArray(out, outFrom + 5 * PANEL + L);
    acc60.intoArray(out, outFrom + 6 * PANEL);
    acc61.intoArray(out, outFrom + 6 * PANEL + L);
    acc70.intoArray(out, outFrom + 7 * PANEL);
    acc71.intoArray(out, outFrom + 7 * PANEL + L);
    acc00 = acc00.blend(acc10, acc10.compare(VectorOperators.GT, acc00));
    acc01 = acc01.blend(acc11, acc11.compare(VectorOperators.GT, acc01));
    acc20 = acc20.blend(acc30, acc30.compare(VectorOperators.GT, acc20));
    acc21 = acc21.blend(acc31, acc31.compare(VectorOperators.GT, acc21));
    acc40 = acc40.blend(acc50, acc50.compare(VectorOperators.GT, acc40));
    acc41 = acc41.blend(acc51, acc51.compare(VectorOperators.GT, acc41));
    acc60 = acc60.blend(acc70, acc70.compare(VectorOperators.GT, acc60));
    acc61 = acc61.blend(acc71, acc71.compare(VectorOperators.GT, acc61));
    acc00 = acc00.blend(acc20, acc20.compare(VectorOperators.GT, acc00));
    acc01 = acc01.blend(acc21, acc21.compare(VectorOperators.GT, acc01));
    acc40 = acc40.blend(acc60, acc60.compare(VectorOperators.GT, acc40));
    acc41 = acc41.blend(acc61, acc61.compare(VectorOperators.GT, acc41));
    acc00 = acc00.blend(acc40, acc40.compare(VectorOperators.GT, acc00));
    acc01 = acc01.blend(acc41, acc41.compare(VectorOperators.GT, acc01));
    FloatVector maximum0 = FloatVector.fromArray(F, maxima, maximumAt);
    FloatVector maximum1 = FloatVector.fromArray(F, maxima, maximumAt + L);
    maximum0.blend(acc00, acc00.compare(VectorOperators.GT, maximum0)).intoArray(maxima, maximumAt);
    maximum1
        .blend(acc01, acc01.compare(VectorOperators.GT, maximum1))
        .intoArray(maxima, maximumAt + L);
  }

  /** 4 keys by 2 vectors of queries. */
  static void scores4x2(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float scale,
      float[] out,
      int outFrom,
      float[] maxima,
      int maximumAt) {
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
    FloatVector factor = FloatVector.broadcast(F, scale);
    acc00 = acc00.mul(factor);
    acc01 = acc01.mul(factor);
    acc10 = acc10.mul(factor);
    acc11 = acc11.mul(factor);
    acc20 = acc20.mul(factor);
    acc21 = acc21.mul(factor);
    acc30 = acc30.mul(factor);
    acc31 = acc31.mul(factor);
    acc00.intoArray(out, outFrom);
    acc01.intoArray(out, outFrom + L);
    acc10.intoArray(out, outFrom + PANEL);
    acc11.intoArray(out, outFrom + PANEL + L);
    acc20.intoArray(out, outFrom + 2 * PANEL);
    acc21.intoArray(out, outFrom + 2 * PANEL + L);
    acc30.intoArray(out, outFrom + 3 * PANEL);
    acc31.intoArray(out, outFrom + 3 * PANEL + L);
    acc00 = acc00.blend(acc10, acc10.compare(VectorOperators.GT, acc00));
    acc01 = acc01.blend(acc11, acc11.compare(VectorOperators.GT, acc01));
    acc20 = acc20.blend(acc30, acc30.compare(VectorOperators.GT, acc20));
    acc21 = acc21.blend(acc31, acc31.compare(VectorOperators.GT, acc21));
    acc00 = acc00.blend(acc20, acc20.compare(VectorOperators.GT, acc00));
    acc01 = acc01.blend(acc21, acc21.compare(VectorOperators.GT, acc01));
    FloatVector maximum0 = FloatVector.fromArray(F, maxima, maximumAt);
    FloatVector maximum1 = FloatVector.fromArray(F, maxima, maximumAt + L);
    maximum0.blend(acc00, acc00.compare(VectorOperators.GT, maximum0)).intoArray(maxima, maximumAt);
    maximum1
        .blend(acc01, acc01.compare(VectorOperators.GT, maximum1))
        .intoArray(maxima, maximumAt + L);
  }
}
