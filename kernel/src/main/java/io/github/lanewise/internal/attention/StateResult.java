package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns what a state holds into attention's output and statistics. */
public final class StateResult {

  private StateResult() {}

  /**
   * Writes the result of all keys and of the sinks, head by head.
   *
   * @throws IllegalStateException if a key is missing
   */
  public static void write(StateContent content, FloatTensor out, RowStatistics statistics) {
    StateShape shape = content.shape();
    check(shape, out, statistics);
    float[] root = content.root();
    if (shape.rows() == 0) {
      return;
    }
    Results results = new Results();
    results.bind(StridedFloats.of(out), statistics);
    float[] sinks = content.sinks();
    int queries = (int) shape.queryLength();
    MaskPlan everything = new MaskPlan();
    everything.bind(Mask.none(), shape.batch(), shape.queryHeads(), queries, 1);
    QueryRows rows = new QueryRows();
    ResultWriter writer = new ResultWriter();
    MergeTree tree = new MergeTree();
    for (int row = 0; row < shape.rows(); row += queries) {
      long head = row / queries;
      rows.set(everything, head / shape.queryHeads(), head % shape.queryHeads(), 1, 0, queries);
      tree.beginRows(queries, shape.width());
      takeRows(root, shape, row, tree);
      writer.finish(tree, rows, sinks == null || sinks.length == 0 ? null : sinks);
      writer.write(results, tree, rows);
    }
  }

  /** Makes the rows of one head the tree's only node. */
  private static void takeRows(float[] root, StateShape shape, int row, MergeTree tree) {
    int queries = (int) shape.queryLength();
    int node = tree.open(0, 0);
    for (int kind = 0; kind < NodeKernels.values(1); kind++) {
      System.arraycopy(root, kind * shape.rows() + row, tree.nodes, node + kind * queries, queries);
    }
    int width = shape.width();
    int values = NodeKernels.values(shape.rows()) + row * width;
    System.arraycopy(root, values, tree.nodes, node + NodeKernels.values(queries), queries * width);
    tree.add(0, 0);
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
}
