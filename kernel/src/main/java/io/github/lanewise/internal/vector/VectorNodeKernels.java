package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.scalar.NodeSums;
import io.github.lanewise.internal.scalar.ScalarFma;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The node kernels with lanes over the value columns. What a row has one of is computed in scalar
 * code; columns beyond the last whole vector are too.
 */
public final class VectorNodeKernels implements NodeKernels {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  @Override
  public void merge(float[] a, int aFrom, float[] b, int bFrom, int rows, int valueDim) {
    int values = NodeKernels.values(rows);
    int whole = valueDim / L * L;
    for (int r = 0; r < rows; r++) {
      float ma = a[aFrom + r];
      float mb = b[bFrom + r];
      if (mb == Float.NEGATIVE_INFINITY) {
        continue;
      }
      int atA = aFrom + values + r * valueDim;
      int atB = bFrom + values + r * valueDim;
      long factors = NodeSums.merge(a, aFrom, b, bFrom, rows, r);
      if (ma == Float.NEGATIVE_INFINITY) {
        System.arraycopy(b, atB, a, atA, valueDim);
        continue;
      }
      float ea = FloatPair.first(factors);
      float eb = FloatPair.second(factors);
      mergeValues(a, atA, ea, b, atB, eb, whole);
      for (int c = whole; c < valueDim; c++) {
        a[atA + c] = ScalarFma.fma(a[atA + c], ea, b[atB + c] * eb);
      }
    }
  }

  /** a = fma(a, ea, b·eb) over whole vectors; no helper takes a vector, so it may be inlined. */
  private static void mergeValues(
      float[] a, int aFrom, float ea, float[] b, int bFrom, float eb, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector factorA = FloatVector.broadcast(F, ea);
    FloatVector factorB = FloatVector.broadcast(F, eb);
    for (int c = 0; c < length; c += L) {
      FloatVector scaledB = FloatVector.fromArray(F, b, bFrom + c).mul(factorB);
      FloatVector.fromArray(F, a, aFrom + c).fma(factorA, scaledB).intoArray(a, aFrom + c);
    }
  }

  @Override
  public void normalize(
      float[] node, int nodeFrom, int rows, int valueDim, float[] out, int outFrom) {
    int whole = valueDim / L * L;
    for (int r = 0; r < rows; r++) {
      float sum = node[nodeFrom + NodeKernels.sum(rows) + r];
      int from = nodeFrom + NodeKernels.values(rows) + r * valueDim;
      int to = outFrom + r * valueDim;
      if (sum == 0f) {
        Arrays.fill(out, to, to + valueDim, 0f);
        continue;
      }
      float reciprocal = 1f / sum;
      scale(node, from, reciprocal, out, to, whole);
      for (int c = whole; c < valueDim; c++) {
        out[to + c] = node[from + c] * reciprocal + 0f;
      }
    }
  }

  /** out = o·r + 0 over whole vectors. */
  private static void scale(
      float[] o, int from, float reciprocal, float[] out, int to, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector factor = FloatVector.broadcast(F, reciprocal);
    for (int c = 0; c < length; c += L) {
      FloatVector.fromArray(F, o, from + c).mul(factor).add(0f).intoArray(out, to + c);
    }
  }
}
