package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.scalar.ScalarNodeKernels;
import io.github.lanewise.internal.vector.generated.NodeLoops;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The node kernels in lanes: over the rows for what a row has one of and for the values of a panel,
 * over the columns for the values of rows. What is beyond the last whole vector is left to the
 * scalar code, but in a panel, which has room for whole vectors.
 */
public final class VectorNodeKernels implements NodeKernels {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;
  private static final int PANEL = TileKernels.PANEL;

  private static final NodeKernels SCALAR = new ScalarNodeKernels();

  @Override
  public void mergePanels(
      float[] nodes, int aFrom, int bFrom, int valueDim, int columns, float[] factors) {
    NodeLoops.mergeSums(nodes, aFrom, nodes, bFrom, PANEL, columns, factors);
    int values = NodeKernels.values(PANEL);
    for (int c = 0; c < columns; c += L) {
      mergeColumns(nodes, aFrom + values + c, bFrom + values + c, valueDim, factors, c);
    }
  }

  @Override
  public void mergeRows(
      float[] a, int aFrom, float[] b, int bFrom, int rows, int valueDim, float[] factors) {
    int wholeRow = valueDim / L * L;
    for (int first = 0; first < rows; first += MERGED_AT_ONCE) {
      int count = Math.min(MERGED_AT_ONCE, rows - first);
      int whole = count / L * L;
      NodeLoops.mergeSums(a, aFrom + first, b, bFrom + first, rows, whole, factors);
      for (int r = whole; r < count; r++) {
        int row = first + r;
        ScalarNodeKernels.mergeSums(a, aFrom + row, b, bFrom + row, rows, factors, r);
      }
      for (int r = 0; r < count; r++) {
        int row = NodeKernels.values(rows) + (first + r) * valueDim;
        mergeRow(a, aFrom + row, b, bFrom + row, wholeRow, factors, r);
        int rest = row + wholeRow;
        ScalarNodeKernels.mergeValues(
            a, aFrom + rest, b, bFrom + rest, valueDim - wholeRow, 1, factors, r);
      }
    }
  }

  /** o' = fma(a.o, ea, b.o·eb) over one vector of columns of a panel. */
  private static void mergeColumns(
      float[] nodes, int aFrom, int bFrom, int valueDim, float[] factors, int c) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector ea = FloatVector.fromArray(F, factors, c);
    FloatVector eb = FloatVector.fromArray(F, factors, MERGED_AT_ONCE + c);
    VectorMask<Float> noA = ea.compare(VectorOperators.EQ, IDENTITY);
    VectorMask<Float> noB = eb.compare(VectorOperators.EQ, IDENTITY);
    for (int v = 0; v < valueDim * PANEL; v += PANEL) {
      FloatVector oa = FloatVector.fromArray(F, nodes, aFrom + v);
      FloatVector ob = FloatVector.fromArray(F, nodes, bFrom + v);
      FloatVector o = oa.fma(ea, ob.mul(eb));
      o.blend(ob, noA).blend(oa, noB).intoArray(nodes, aFrom + v);
    }
  }

  /** The same over whole vectors of one row; no helper takes a vector, so it may be inlined. */
  private static void mergeRow(
      float[] a, int aFrom, float[] b, int bFrom, int length, float[] factors, int r) {
    for (int round = Practice.rounds; round > 0; round--) {}
    float ea = factors[r];
    float eb = factors[MERGED_AT_ONCE + r];
    if (eb == IDENTITY) {
      return;
    }
    if (ea == IDENTITY) {
      System.arraycopy(b, bFrom, a, aFrom, length);
      return;
    }
    FloatVector factorA = FloatVector.broadcast(F, ea);
    FloatVector factorB = FloatVector.broadcast(F, eb);
    for (int c = 0; c < length; c += L) {
      FloatVector scaledB = FloatVector.fromArray(F, b, bFrom + c).mul(factorB);
      FloatVector.fromArray(F, a, aFrom + c).fma(factorA, scaledB).intoArray(a, aFrom + c);
    }
  }

  @Override
  public void normalizePanel(float[] node, int nodeFrom, int valueDim, int columns) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int c = 0; c < columns; c += L) {
      FloatVector sum = FloatVector.fromArray(F, node, nodeFrom + NodeKernels.sum(PANEL) + c);
      FloatVector reciprocal = FloatVector.broadcast(F, 1f).div(sum);
      VectorMask<Float> none = sum.compare(VectorOperators.EQ, 0f);
      for (int v = 0; v < valueDim; v++) {
        int at = nodeFrom + NodeKernels.values(PANEL) + v * PANEL + c;
        FloatVector o = FloatVector.fromArray(F, node, at).mul(reciprocal).add(0f);
        o.blend(0f, none).intoArray(node, at);
      }
    }
  }

  @Override
  public void normalizeRows(float[] node, int nodeFrom, int rows, int valueDim) {
    int whole = valueDim / L * L;
    for (int r = 0; r < rows; r++) {
      float sum = node[nodeFrom + NodeKernels.sum(rows) + r];
      int from = nodeFrom + NodeKernels.values(rows) + r * valueDim;
      if (sum == 0f) {
        Arrays.fill(node, from, from + valueDim, 0f);
        continue;
      }
      scale(node, from, 1f / sum, whole);
      ScalarNodeKernels.normalize(node, sum, from + whole, valueDim - whole, 1);
    }
  }

  /** o·r + 0 over whole vectors. */
  private static void scale(float[] o, int from, float reciprocal, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector factor = FloatVector.broadcast(F, reciprocal);
    for (int at = from; at < from + length; at += L) {
      FloatVector.fromArray(F, o, at).mul(factor).add(0f).intoArray(o, at);
    }
  }

  /** A logarithm is taken once a row; scalar code has one. */
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
    SCALAR.statistics(node, nodeFrom, stride, rows, keyMaximum, logSumExp, entropy, maxWeight);
  }
}
