package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns what a state holds into attention's output and statistics. */
public final class StateResult {

  private final StateShape shape;
  private final float[] root;
  private final float[] keyMaximum;

  private StateResult(StateShape shape, float[] root) {
    this.shape = shape;
    this.root = root;
    this.keyMaximum = Arrays.copyOf(root, shape.rows());
  }

  /**
   * Writes the result of all keys and of the sinks.
   *
   * @throws IllegalStateException if a key is missing
   */
  public static void write(StateContent content, FloatTensor out, RowStatistics statistics) {
    StateShape shape = content.shape();
    check(shape, out, statistics);
    StateResult result = new StateResult(shape, content.root());
    if (shape.rows() == 0) {
      return;
    }
    result.joinSinks(content.sinks());
    result.writeStatistics(statistics);
    result.writeValues(StridedFloats.of(out));
  }

  private static void check(StateShape shape, FloatTensor out, RowStatistics statistics) {
    Kernels.requireAvailable();
    Objects.requireNonNull(statistics, "statistics");
    Checks.requireRank(out, "out", 4, 4);
    requireRows(shape, out, "out");
    Checks.requireSize(out, "out", 3, shape.valueDim(), "the state's valueDim");
    Checks.requireWritable(out, "out", false);
    @Nullable FloatTensor[] all = {
      statistics.logSumExp(), statistics.entropy(), statistics.maxWeight()
    };
    String[] names = {"logSumExp", "entropy", "maxWeight"};
    for (int i = 0; i < all.length; i++) {
      FloatTensor t = all[i];
      if (t == null) {
        continue;
      }
      Checks.requireRank(t, names[i], 3, 3);
      requireRows(shape, t, names[i]);
      Checks.requireWritable(t, names[i], false);
      Checks.requireDisjoint(t, names[i], out, "out");
      for (int j = 0; j < i; j++) {
        FloatTensor earlier = all[j];
        if (earlier != null) {
          Checks.requireDisjoint(t, names[i], earlier, names[j]);
        }
      }
    }
  }

  private static void requireRows(StateShape shape, FloatTensor t, String name) {
    Checks.requireSize(t, name, 0, shape.batch(), "the state's batch");
    Checks.requireSize(t, name, 1, shape.queryHeads(), "the state's queryHeads");
    Checks.requireSize(t, name, 2, shape.queryLength(), "the state's queryLength");
  }

  /** A sink is a node of the highest keys: m = sink, l = 1, no values. */
  private void joinSinks(float @Nullable [] sinks) {
    if (sinks == null || sinks.length == 0) {
      return;
    }
    float[] node = KeyRun.emptyNode(shape);
    int rows = shape.rows();
    for (int r = 0; r < rows; r++) {
      float logit = sinks[(int) (r / shape.queryLength() % shape.queryHeads())];
      node[NodeKernels.MAXIMUM + r] = logit;
      node[NodeKernels.sum(rows) + r] = logit == Float.NEGATIVE_INFINITY ? 0f : 1f;
    }
    float[] factors = new float[NodeKernels.FACTORS];
    Kernels.nodes().mergeRows(root, 0, node, 0, rows, shape.width(), factors);
  }

  private void writeStatistics(RowStatistics statistics) {
    int rows = shape.rows();
    float[] row = new float[rows];
    float[] m = Arrays.copyOf(root, rows);
    int sums = NodeKernels.sum(rows);
    if (statistics.logSumExp() != null) {
      for (int r = 0; r < rows; r++) {
        row[r] = NodeStatistics.logSumExp(m[r], root[sums + r]);
      }
      writeRows(StridedFloats.of(statistics.logSumExp()), row);
    }
    if (statistics.entropy() != null) {
      for (int r = 0; r < rows; r++) {
        row[r] = NodeStatistics.entropy(root[sums + r], root[NodeKernels.moment(rows) + r]);
      }
      writeRows(StridedFloats.of(statistics.entropy()), row);
    }
    if (statistics.maxWeight() != null) {
      for (int r = 0; r < rows; r++) {
        row[r] = NodeStatistics.maxWeight(keyMaximum[r], m[r], root[sums + r]);
      }
      writeRows(StridedFloats.of(statistics.maxWeight()), row);
    }
  }

  private void writeRows(StridedFloats t, float[] row) {
    int queries = (int) shape.queryLength();
    for (int r = 0; r < row.length; r += queries) {
      t.write(row, r, rowIn(t, r), queries);
    }
  }

  private void writeValues(StridedFloats out) {
    int rows = shape.rows();
    int width = shape.width();
    int values = NodeKernels.values(rows);
    Kernels.nodes().normalizeRows(root, 0, rows, width);
    for (int r = 0; r < rows; r++) {
      long at = rowIn(out, r) + r % shape.queryLength() * out.stride(2);
      out.write(root, values + r * width, at, width);
    }
  }

  /** Where the first query of row {@code r}'s head stands in a tensor. */
  private long rowIn(StridedFloats t, int r) {
    long head = r / shape.queryLength();
    long batch = head / shape.queryHeads();
    return t.offset() + batch * t.stride(0) + head % shape.queryHeads() * t.stride(1);
  }
}
