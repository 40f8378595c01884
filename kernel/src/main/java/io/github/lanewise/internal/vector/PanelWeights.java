package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.ExpPolynomial.C2;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C3;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C4;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C5;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C6;
import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSHED;
import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSH_BELOW;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LN2_HI;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LN2_LO;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LOG2_E;
import static io.github.lanewise.internal.kernel.ExpPolynomial.MAGIC;
import static io.github.lanewise.internal.kernel.ScoreKernels.GROUP;
import static io.github.lanewise.internal.kernel.ScoreKernels.PANEL;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The weights {@code p = exp(s - m)} of one vector of rows, four keys at a time, with their sums
 * over 16 virtual lanes.
 *
 * <p>The steps of {@link VectorExp#flushed} are spelled out here, four times side by side. That is
 * not only for speed: a method of this size is never inlined, and so is compiled by itself. Where
 * C2 pulled the short form into attention's loops, it ran into its node limit there, stopped in the
 * middle of a vector operation and boxed the rest (AllocationTest).
 */
final class PanelWeights {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int MANTISSA_BITS = 23;

  /** Keys of a step; up to the next multiple of it, rows beyond the last key must hold -inf. */
  static final int STEP = 4;

  private PanelWeights() {}

  /**
   * @param maximum where the node holds m; -inf counts as 0
   * @param sums the first of 16 sums in {@code scratch}, PANEL apart
   */
  static void weigh(
      float[] s, int from, int keys, float[] node, int maximum, float[] scratch, int sums) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector origin = FloatVector.fromArray(F, node, maximum);
    origin = origin.blend(0f, origin.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
    FloatVector magic = FloatVector.broadcast(F, MAGIC);
    FloatVector log2e = FloatVector.broadcast(F, LOG2_E);
    FloatVector ln2High = FloatVector.broadcast(F, -LN2_HI);
    FloatVector ln2Low = FloatVector.broadcast(F, -LN2_LO);
    FloatVector one = FloatVector.broadcast(F, 1f);
    FloatVector c2 = FloatVector.broadcast(F, C2);
    FloatVector c3 = FloatVector.broadcast(F, C3);
    FloatVector c4 = FloatVector.broadcast(F, C4);
    FloatVector c5 = FloatVector.broadcast(F, C5);
    FloatVector c6 = FloatVector.broadcast(F, C6);
    for (int k = 0; k < keys; k += STEP) {
      int at0 = from + k * PANEL;
      int at1 = from + (k + 1) * PANEL;
      int at2 = from + (k + 2) * PANEL;
      int at3 = from + (k + 3) * PANEL;
      FloatVector d0 = FloatVector.fromArray(F, s, at0).sub(origin);
      FloatVector d1 = FloatVector.fromArray(F, s, at1).sub(origin);
      FloatVector d2 = FloatVector.fromArray(F, s, at2).sub(origin);
      FloatVector d3 = FloatVector.fromArray(F, s, at3).sub(origin);
      FloatVector x0 = d0.blend(FLUSHED, d0.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector x1 = d1.blend(FLUSHED, d1.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector x2 = d2.blend(FLUSHED, d2.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector x3 = d3.blend(FLUSHED, d3.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector biased0 = x0.fma(log2e, magic);
      FloatVector biased1 = x1.fma(log2e, magic);
      FloatVector biased2 = x2.fma(log2e, magic);
      FloatVector biased3 = x3.fma(log2e, magic);
      FloatVector n0 = biased0.sub(magic);
      FloatVector n1 = biased1.sub(magic);
      FloatVector n2 = biased2.sub(magic);
      FloatVector n3 = biased3.sub(magic);
      FloatVector r0 = n0.fma(ln2Low, n0.fma(ln2High, x0));
      FloatVector r1 = n1.fma(ln2Low, n1.fma(ln2High, x1));
      FloatVector r2 = n2.fma(ln2Low, n2.fma(ln2High, x2));
      FloatVector r3 = n3.fma(ln2Low, n3.fma(ln2High, x3));
      FloatVector p0 = c6.fma(r0, c5);
      FloatVector p1 = c6.fma(r1, c5);
      FloatVector p2 = c6.fma(r2, c5);
      FloatVector p3 = c6.fma(r3, c5);
      p0 = p0.fma(r0, c4);
      p1 = p1.fma(r1, c4);
      p2 = p2.fma(r2, c4);
      p3 = p3.fma(r3, c4);
      p0 = p0.fma(r0, c3);
      p1 = p1.fma(r1, c3);
      p2 = p2.fma(r2, c3);
      p3 = p3.fma(r3, c3);
      p0 = p0.fma(r0, c2);
      p1 = p1.fma(r1, c2);
      p2 = p2.fma(r2, c2);
      p3 = p3.fma(r3, c2);
      p0 = p0.fma(r0, one);
      p1 = p1.fma(r1, one);
      p2 = p2.fma(r2, one);
      p3 = p3.fma(r3, one);
      p0 = p0.fma(r0, one);
      p1 = p1.fma(r1, one);
      p2 = p2.fma(r2, one);
      p3 = p3.fma(r3, one);
      p0 =
          p0.mul(
              (FloatVector)
                  ((IntVector) biased0.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p1 =
          p1.mul(
              (FloatVector)
                  ((IntVector) biased1.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p2 =
          p2.mul(
              (FloatVector)
                  ((IntVector) biased2.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p3 =
          p3.mul(
              (FloatVector)
                  ((IntVector) biased3.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p0.intoArray(s, at0);
      p1.intoArray(s, at1);
      p2.intoArray(s, at2);
      p3.intoArray(s, at3);
      int sum = sums + k % GROUP * PANEL;
      FloatVector.fromArray(F, scratch, sum).add(p0).intoArray(scratch, sum);
      FloatVector.fromArray(F, scratch, sum + PANEL).add(p1).intoArray(scratch, sum + PANEL);
      FloatVector.fromArray(F, scratch, sum + 2 * PANEL)
          .add(p2)
          .intoArray(scratch, sum + 2 * PANEL);
      FloatVector.fromArray(F, scratch, sum + 3 * PANEL)
          .add(p3)
          .intoArray(scratch, sum + 3 * PANEL);
    }
  }

  /** As {@link #weigh}, and {@code Σ p·(s - m)} over p > 0 in another 16 sums. */
  static void weighWithMoment(
      float[] s,
      int from,
      int keys,
      float[] node,
      int maximum,
      float[] scratch,
      int sums,
      int moments) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector origin = FloatVector.fromArray(F, node, maximum);
    origin = origin.blend(0f, origin.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
    FloatVector magic = FloatVector.broadcast(F, MAGIC);
    FloatVector log2e = FloatVector.broadcast(F, LOG2_E);
    FloatVector ln2High = FloatVector.broadcast(F, -LN2_HI);
    FloatVector ln2Low = FloatVector.broadcast(F, -LN2_LO);
    FloatVector one = FloatVector.broadcast(F, 1f);
    FloatVector c2 = FloatVector.broadcast(F, C2);
    FloatVector c3 = FloatVector.broadcast(F, C3);
    FloatVector c4 = FloatVector.broadcast(F, C4);
    FloatVector c5 = FloatVector.broadcast(F, C5);
    FloatVector c6 = FloatVector.broadcast(F, C6);
    for (int k = 0; k < keys; k += STEP) {
      int at0 = from + k * PANEL;
      int at1 = from + (k + 1) * PANEL;
      int at2 = from + (k + 2) * PANEL;
      int at3 = from + (k + 3) * PANEL;
      FloatVector d0 = FloatVector.fromArray(F, s, at0).sub(origin);
      FloatVector d1 = FloatVector.fromArray(F, s, at1).sub(origin);
      FloatVector d2 = FloatVector.fromArray(F, s, at2).sub(origin);
      FloatVector d3 = FloatVector.fromArray(F, s, at3).sub(origin);
      FloatVector x0 = d0.blend(FLUSHED, d0.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector x1 = d1.blend(FLUSHED, d1.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector x2 = d2.blend(FLUSHED, d2.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector x3 = d3.blend(FLUSHED, d3.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector biased0 = x0.fma(log2e, magic);
      FloatVector biased1 = x1.fma(log2e, magic);
      FloatVector biased2 = x2.fma(log2e, magic);
      FloatVector biased3 = x3.fma(log2e, magic);
      FloatVector n0 = biased0.sub(magic);
      FloatVector n1 = biased1.sub(magic);
      FloatVector n2 = biased2.sub(magic);
      FloatVector n3 = biased3.sub(magic);
      FloatVector r0 = n0.fma(ln2Low, n0.fma(ln2High, x0));
      FloatVector r1 = n1.fma(ln2Low, n1.fma(ln2High, x1));
      FloatVector r2 = n2.fma(ln2Low, n2.fma(ln2High, x2));
      FloatVector r3 = n3.fma(ln2Low, n3.fma(ln2High, x3));
      FloatVector p0 = c6.fma(r0, c5);
      FloatVector p1 = c6.fma(r1, c5);
      FloatVector p2 = c6.fma(r2, c5);
      FloatVector p3 = c6.fma(r3, c5);
      p0 = p0.fma(r0, c4);
      p1 = p1.fma(r1, c4);
      p2 = p2.fma(r2, c4);
      p3 = p3.fma(r3, c4);
      p0 = p0.fma(r0, c3);
      p1 = p1.fma(r1, c3);
      p2 = p2.fma(r2, c3);
      p3 = p3.fma(r3, c3);
      p0 = p0.fma(r0, c2);
      p1 = p1.fma(r1, c2);
      p2 = p2.fma(r2, c2);
      p3 = p3.fma(r3, c2);
      p0 = p0.fma(r0, one);
      p1 = p1.fma(r1, one);
      p2 = p2.fma(r2, one);
      p3 = p3.fma(r3, one);
      p0 = p0.fma(r0, one);
      p1 = p1.fma(r1, one);
      p2 = p2.fma(r2, one);
      p3 = p3.fma(r3, one);
      p0 =
          p0.mul(
              (FloatVector)
                  ((IntVector) biased0.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p1 =
          p1.mul(
              (FloatVector)
                  ((IntVector) biased1.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p2 =
          p2.mul(
              (FloatVector)
                  ((IntVector) biased2.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p3 =
          p3.mul(
              (FloatVector)
                  ((IntVector) biased3.convert(VectorOperators.REINTERPRET_F2I, 0))
                      .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                      .convert(VectorOperators.REINTERPRET_I2F, 0));
      p0.intoArray(s, at0);
      p1.intoArray(s, at1);
      p2.intoArray(s, at2);
      p3.intoArray(s, at3);
      int sum = sums + k % GROUP * PANEL;
      FloatVector.fromArray(F, scratch, sum).add(p0).intoArray(scratch, sum);
      FloatVector.fromArray(F, scratch, sum + PANEL).add(p1).intoArray(scratch, sum + PANEL);
      FloatVector.fromArray(F, scratch, sum + 2 * PANEL)
          .add(p2)
          .intoArray(scratch, sum + 2 * PANEL);
      FloatVector.fromArray(F, scratch, sum + 3 * PANEL)
          .add(p3)
          .intoArray(scratch, sum + 3 * PANEL);
      int moment = moments + k % GROUP * PANEL;
      FloatVector t0 = FloatVector.fromArray(F, scratch, moment);
      FloatVector t1 = FloatVector.fromArray(F, scratch, moment + PANEL);
      FloatVector t2 = FloatVector.fromArray(F, scratch, moment + 2 * PANEL);
      FloatVector t3 = FloatVector.fromArray(F, scratch, moment + 3 * PANEL);
      t0.blend(p0.fma(d0, t0), p0.compare(VectorOperators.GT, 0f)).intoArray(scratch, moment);
      t1.blend(p1.fma(d1, t1), p1.compare(VectorOperators.GT, 0f))
          .intoArray(scratch, moment + PANEL);
      t2.blend(p2.fma(d2, t2), p2.compare(VectorOperators.GT, 0f))
          .intoArray(scratch, moment + 2 * PANEL);
      t3.blend(p3.fma(d3, t3), p3.compare(VectorOperators.GT, 0f))
          .intoArray(scratch, moment + 3 * PANEL);
    }
  }
}
