package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
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

import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.kernel.RowReductions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The weights p = exp(x - shift) of up to four blocks as {@link VectorWeights} has them, with the
 * lanes of the moment Σ p·d beside those of the sum.
 */
final class VectorMoments {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;
  private static final int MANTISSA_BITS = 23;
  private static final int STEP = VectorWeights.STEP;
  private static final int SUMS = VectorWeights.SUMS;
  private static final int MOMENTS = VectorWeights.MOMENTS;

  private VectorMoments() {}

  /** y = exp(x - shift), and the lanes of the sums and of the moments. */
  static void write(
      float[] x, int xRow, float[] y, int yRow, int from, int to, float shift, float[] scratch) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert from % STEP == 0 && to % STEP == 0 : from + " to " + to + " is not in steps";
    assert xRow + from >= 0 && xRow + to <= x.length
        : "row " + xRow + ", " + from + " to " + to + " of " + x.length;
    assert yRow + from >= 0 && yRow + to <= y.length
        : "row " + yRow + ", " + from + " to " + to + " of " + y.length;
    assert scratch.length >= RowReductions.SCRATCH : scratch.length;
    FloatVector magic = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector log2E = FloatVector.broadcast(FLOATS, LOG2_E);
    FloatVector minusLn2High = FloatVector.broadcast(FLOATS, -LN2_HI);
    FloatVector minusLn2Low = FloatVector.broadcast(FLOATS, -LN2_LO);
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    FloatVector k2 = FloatVector.broadcast(FLOATS, C2);
    FloatVector k3 = FloatVector.broadcast(FLOATS, C3);
    FloatVector k4 = FloatVector.broadcast(FLOATS, C4);
    FloatVector k5 = FloatVector.broadcast(FLOATS, C5);
    FloatVector k6 = FloatVector.broadcast(FLOATS, C6);
    for (int j = from; j < to; j += STEP) {
      FloatVector d0 = FloatVector.fromArray(FLOATS, x, xRow + j).sub(shift);
      FloatVector d1 = FloatVector.fromArray(FLOATS, x, xRow + j + L).sub(shift);
      FloatVector d2 = FloatVector.fromArray(FLOATS, x, xRow + j + 2 * L).sub(shift);
      FloatVector d3 = FloatVector.fromArray(FLOATS, x, xRow + j + 3 * L).sub(shift);
      FloatVector c0 = d0.blend(FLUSHED, d0.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector c1 = d1.blend(FLUSHED, d1.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector c2 = d2.blend(FLUSHED, d2.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector c3 = d3.blend(FLUSHED, d3.compare(VectorOperators.LT, FLUSH_BELOW));
      FloatVector biased0 = c0.fma(log2E, magic);
      FloatVector biased1 = c1.fma(log2E, magic);
      FloatVector biased2 = c2.fma(log2E, magic);
      FloatVector biased3 = c3.fma(log2E, magic);
      FloatVector n0 = biased0.sub(magic);
      FloatVector n1 = biased1.sub(magic);
      FloatVector n2 = biased2.sub(magic);
      FloatVector n3 = biased3.sub(magic);
      FloatVector r0 = n0.fma(minusLn2Low, n0.fma(minusLn2High, c0));
      FloatVector r1 = n1.fma(minusLn2Low, n1.fma(minusLn2High, c1));
      FloatVector r2 = n2.fma(minusLn2Low, n2.fma(minusLn2High, c2));
      FloatVector r3 = n3.fma(minusLn2Low, n3.fma(minusLn2High, c3));
      FloatVector p0 = k6.fma(r0, k5);
      FloatVector p1 = k6.fma(r1, k5);
      FloatVector p2 = k6.fma(r2, k5);
      FloatVector p3 = k6.fma(r3, k5);
      p0 = p0.fma(r0, k4);
      p1 = p1.fma(r1, k4);
      p2 = p2.fma(r2, k4);
      p3 = p3.fma(r3, k4);
      p0 = p0.fma(r0, k3);
      p1 = p1.fma(r1, k3);
      p2 = p2.fma(r2, k3);
      p3 = p3.fma(r3, k3);
      p0 = p0.fma(r0, k2);
      p1 = p1.fma(r1, k2);
      p2 = p2.fma(r2, k2);
      p3 = p3.fma(r3, k2);
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
      p0.intoArray(y, yRow + j);
      p1.intoArray(y, yRow + j + L);
      p2.intoArray(y, yRow + j + 2 * L);
      p3.intoArray(y, yRow + j + 3 * L);
      int lanes = SUMS + j / CHUNK % 4 * 16;
      FloatVector sum0 = FloatVector.fromArray(FLOATS, scratch, lanes);
      if (L == 16) {
        sum0 = sum0.add(p0).add(p1).add(p2).add(p3);
        sum0.intoArray(scratch, lanes);
      } else {
        FloatVector sum1 = FloatVector.fromArray(FLOATS, scratch, lanes + L);
        if (L == 8) {
          sum0.add(p0).add(p2).intoArray(scratch, lanes);
          sum1.add(p1).add(p3).intoArray(scratch, lanes + L);
        } else {
          FloatVector sum2 = FloatVector.fromArray(FLOATS, scratch, lanes + 2 * L);
          FloatVector sum3 = FloatVector.fromArray(FLOATS, scratch, lanes + 3 * L);
          sum0.add(p0).intoArray(scratch, lanes);
          sum1.add(p1).intoArray(scratch, lanes + L);
          sum2.add(p2).intoArray(scratch, lanes + 2 * L);
          sum3.add(p3).intoArray(scratch, lanes + 3 * L);
        }
      }
      int moments = lanes + MOMENTS - SUMS;
      FloatVector moment0 = FloatVector.fromArray(FLOATS, scratch, moments);
      if (L == 16) {
        moment0 = p3.fma(c3, p2.fma(c2, p1.fma(c1, p0.fma(c0, moment0))));
        moment0.intoArray(scratch, moments);
      } else {
        FloatVector moment1 = FloatVector.fromArray(FLOATS, scratch, moments + L);
        if (L == 8) {
          p2.fma(c2, p0.fma(c0, moment0)).intoArray(scratch, moments);
          p3.fma(c3, p1.fma(c1, moment1)).intoArray(scratch, moments + L);
        } else {
          FloatVector moment2 = FloatVector.fromArray(FLOATS, scratch, moments + 2 * L);
          FloatVector moment3 = FloatVector.fromArray(FLOATS, scratch, moments + 3 * L);
          p0.fma(c0, moment0).intoArray(scratch, moments);
          p1.fma(c1, moment1).intoArray(scratch, moments + L);
          p2.fma(c2, moment2).intoArray(scratch, moments + 2 * L);
          p3.fma(c3, moment3).intoArray(scratch, moments + 3 * L);
        }
      }
    }
  }
}
