package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.TileKernels;

/** The node kernels in scalar Java: the same operations as the vector ones. */
public final class ScalarNodeKernels implements NodeKernels {

  private static final int PANEL = TileKernels.PANEL;

  @Override
  public void mergePanels(
      float[] nodes, int aFrom, int bFrom, int valueDim, int columns, float[] factors) {
    int values = NodeKernels.values(PANEL);
    for (int c = 0; c < columns; c++) {
      mergeSums(nodes, aFrom + c, nodes, bFrom + c, PANEL, factors, c);
      mergeValues(
          nodes, aFrom + values + c, nodes, bFrom + values + c, valueDim, PANEL, factors, c);
    }
  }

  @Override
  public void mergeRows(
      float[] a, int aFrom, float[] b, int bFrom, int rows, int valueDim, float[] factors) {
    int values = NodeKernels.values(rows);
    for (int r = 0; r < rows; r++) {
      mergeSums(a, aFrom + r, b, bFrom + r, rows, factors, 0);
      int row = values + r * valueDim;
      mergeValues(a, aFrom + row, b, bFrom + row, valueDim, 1, factors, 0);
    }
  }

  /**
   * Merges maximum, sum and moment of one row of node b into those of node a. The factors of the
   * values, exp(a.m - m') and exp(b.m - m'), go to the places {@code c} of either side.
   */
  public static void mergeSums(
      float[] a, int atA, float[] b, int atB, int stride, float[] factors, int c) {
    int sum = NodeKernels.sum(stride);
    int moment = NodeKernels.moment(stride);
    float ma = a[atA];
    float mb = b[atB];
    float m = Math.max(ma, mb);
    float origin = m == Float.NEGATIVE_INFINITY ? 0f : m; // -inf - -inf would be NaN
    float da = ma - origin;
    float db = mb - origin;
    float ea = ScalarMath.flushedExp(da);
    float eb = ScalarMath.flushedExp(db);
    float la = a[atA + sum];
    float lb = b[atB + sum];
    float ta = ea == 0f ? 0f : ScalarMath.fma(la, da, a[atA + moment]);
    float tb = eb == 0f ? 0f : ScalarMath.fma(lb, db, b[atB + moment]);
    a[atA] = m;
    a[atA + sum] = ScalarMath.fma(la, ea, lb * eb);
    a[atA + moment] = ScalarMath.fma(ta, ea, tb * eb);
    factors[c] = ma == Float.NEGATIVE_INFINITY ? IDENTITY : ea;
    factors[MERGED_AT_ONCE + c] = mb == Float.NEGATIVE_INFINITY ? IDENTITY : eb;
  }

  /** Merges values that lie {@code step} floats apart, with the factors in the places {@code c}. */
  public static void mergeValues(
      float[] a, int aFrom, float[] b, int bFrom, int length, int step, float[] factors, int c) {
    float ea = factors[c];
    float eb = factors[MERGED_AT_ONCE + c];
    if (eb == IDENTITY) {
      return;
    }
    for (int v = 0; v < length * step; v += step) {
      float scaledB = b[bFrom + v] * eb;
      a[aFrom + v] = ea == IDENTITY ? b[bFrom + v] : ScalarMath.fma(a[aFrom + v], ea, scaledB);
    }
  }

  @Override
  public void normalizePanel(float[] node, int nodeFrom, int valueDim, int columns) {
    int values = nodeFrom + NodeKernels.values(PANEL);
    for (int c = 0; c < columns; c++) {
      normalize(node, node[nodeFrom + NodeKernels.sum(PANEL) + c], values + c, valueDim, PANEL);
    }
  }

  @Override
  public void normalizeRows(float[] node, int nodeFrom, int rows, int valueDim) {
    int values = nodeFrom + NodeKernels.values(rows);
    for (int r = 0; r < rows; r++) {
      float sum = node[nodeFrom + NodeKernels.sum(rows) + r];
      normalize(node, sum, values + r * valueDim, valueDim, 1);
    }
  }

  /** The values of one row, which lie {@code step} floats apart. */
  public static void normalize(float[] values, float sum, int from, int length, int step) {
    float reciprocal = 1f / sum;
    for (int v = from; v < from + length * step; v += step) {
      values[v] = sum == 0f ? 0f : values[v] * reciprocal + 0f;
    }
  }

  @Override
  public void statistics(
      float[] node,
      int nodeFrom,
      int stride,
      int rows,
      float[] keyMaximum,
      float[] logSumExp,
      float[] entropy,
      float[] maxWeight) {
    for (int r = 0; r < rows; r++) {
      float m = node[nodeFrom + r];
      float sum = node[nodeFrom + NodeKernels.sum(stride) + r];
      float moment = node[nodeFrom + NodeKernels.moment(stride) + r];
      float logarithm = (float) StrictMath.log((double) sum);
      logSumExp[r] = m + logarithm;
      entropy[r] = sum == 0f ? 0f : logarithm - moment / sum;
      maxWeight[r] = sum == 0f ? 0f : ScalarMath.flushedExp(keyMaximum[r] - m) * (1f / sum);
    }
  }
}
