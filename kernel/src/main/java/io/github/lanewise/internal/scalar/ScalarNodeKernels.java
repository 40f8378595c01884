package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.NodeKernels;

/** The node kernels in scalar Java: the same operations as the vector ones. */
public final class ScalarNodeKernels implements NodeKernels {

  @Override
  public void merge(float[] a, int aFrom, float[] b, int bFrom, int rows, int valueDim) {
    int values = NodeKernels.values(rows);
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
      for (int c = 0; c < valueDim; c++) {
        a[atA + c] = ScalarFma.fma(a[atA + c], ea, b[atB + c] * eb);
      }
    }
  }

  @Override
  public void normalize(
      float[] node, int nodeFrom, int rows, int valueDim, float[] out, int outFrom) {
    for (int r = 0; r < rows; r++) {
      float sum = node[nodeFrom + NodeKernels.sum(rows) + r];
      int from = nodeFrom + NodeKernels.values(rows) + r * valueDim;
      int to = outFrom + r * valueDim;
      float reciprocal = 1f / sum;
      for (int c = 0; c < valueDim; c++) {
        out[to + c] = sum == 0f ? 0f : node[from + c] * reciprocal + 0f;
      }
    }
  }
}
