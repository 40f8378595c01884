package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.kernel.Dropout;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Everything that a state holds. Immutable: each change makes another one, or fails. */
public final class StateContent {

  private static final float[] NO_SINKS = {};

  private final Shape shape;
  private final HeldKeys held;

  /** One for each query head, or none at all; null while no call has told. */
  private final float @Nullable [] sinks;

  /** Probability of dropping a weight; 0 also while no call has told. */
  private final float dropout;

  private StateContent(Shape shape, HeldKeys held, float @Nullable [] sinks, float dropout) {
    this.shape = shape;
    this.held = held;
    this.sinks = sinks;
    this.dropout = dropout;
  }

  /** Nothing yet: the identity. */
  public static StateContent empty(Shape shape) {
    return new StateContent(shape, HeldKeys.NONE, null, 0f);
  }

  /** The result of one call over a shard. */
  static StateContent of(Shape shape, ShardNodes nodes, float @Nullable [] sinks, float dropout) {
    return of(shape, nodes.runs(), sinks == null ? NO_SINKS : sinks, dropout);
  }

  static StateContent of(
      Shape shape, List<HeldKeys.Run> runs, float @Nullable [] sinks, float dropout) {
    return new StateContent(shape, HeldKeys.NONE.plus(runs, shape), sinks, dropout);
  }

  public Shape shape() {
    return shape;
  }

  List<HeldKeys.Run> runs() {
    return held.runs;
  }

  float @Nullable [] sinks() {
    return sinks;
  }

  float dropout() {
    return dropout;
  }

  /** Number of keys. */
  public long keys() {
    return held.count();
  }

  /**
   * Throws if a shard cannot be added.
   *
   * @throws IllegalArgumentException if one of its keys is here already, or the sinks or the
   *     dropout differ
   */
  void requireRoomFor(
      long firstKey, long endKey, float @Nullable [] otherSinks, float otherDropout) {
    float[] given = otherSinks == null ? NO_SINKS : otherSinks;
    commonSinks(sinks, given);
    commonDropout(given, otherDropout);
    held.requireFree(firstKey, endKey);
  }

  /**
   * What both hold.
   *
   * @throws IllegalArgumentException if shapes or sinks differ, or one key is in both
   */
  public StateContent plus(StateContent other) {
    requireSame(other.shape.batch(), shape.batch(), "batch");
    requireSame(other.shape.queryHeads(), shape.queryHeads(), "queryHeads");
    requireSame(other.shape.queryLength(), shape.queryLength(), "queryLength");
    requireSame(other.shape.valueDim(), shape.valueDim(), "valueDim");
    float[] common = commonSinks(sinks, other.sinks);
    float rate = commonDropout(other.sinks, other.dropout);
    return new StateContent(shape, held.plus(other.held.runs, shape), common, rate);
  }

  /** What both were told; who was told the sinks was told this, too. */
  private float commonDropout(float @Nullable [] otherSinks, float other) {
    if (sinks != null && otherSinks != null && other != dropout) {
      throw new IllegalArgumentException(
          "the dropout is " + other + ", but the state's is " + dropout);
    }
    return sinks == null ? other : dropout;
  }

  private static void requireSame(long other, long own, String name) {
    if (other != own) {
      throw new IllegalArgumentException(
          "the other state's " + name + " is " + other + ", but this one's is " + own);
    }
  }

  private static float @Nullable [] commonSinks(float @Nullable [] own, float @Nullable [] other) {
    if (own != null && other != null && !Arrays.equals(own, other)) {
      throw new IllegalArgumentException(
          "the sinks are " + text(other) + ", but the state's are " + text(own));
    }
    return own == null ? other : own;
  }

  private static String text(float[] sinks) {
    return sinks.length == 0 ? "none" : Arrays.toString(sinks);
  }

  /**
   * Writes the result of all keys and of the sinks, head by head.
   *
   * @throws IllegalStateException if a key is missing
   */
  public void write(FloatTensor out, RowStatistics statistics) {
    check(shape, out, statistics);
    float[] root = held.root(shape);
    if (shape.rows() == 0) {
      return;
    }
    ResultWriter.Targets results = new ResultWriter.Targets();
    results.bind(StridedFloats.of(out), statistics);
    results.factor = Dropout.factor(dropout);
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
  private static void takeRows(float[] root, Shape shape, int row, MergeTree tree) {
    int queries = (int) shape.queryLength();
    int node = tree.open(0, 0);
    NodeKernels.copySums(root, row, shape.rows(), tree.nodes, node, queries, queries);
    int width = shape.width();
    int values = NodeKernels.values(shape.rows()) + row * width;
    System.arraycopy(root, values, tree.nodes, node + NodeKernels.values(queries), queries * width);
    tree.add(0, 0);
  }

  private static void check(Shape shape, FloatTensor out, RowStatistics statistics) {
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

  private static void requireRows(Shape shape, FloatTensor t, String name) {
    Checks.requireSize(t, name, 0, shape.batch(), "the state's batch");
    Checks.requireSize(t, name, 1, shape.queryHeads(), "the state's queryHeads");
    Checks.requireSize(t, name, 2, shape.queryLength(), "the state's queryLength");
  }

  @Override
  public String toString() {
    return held.toString();
  }

  /** The rows of a state, [batch, queryHeads, queryLength], and the width of their values. */
  public record Shape(long batch, long queryHeads, long queryLength, long valueDim) {

    /** The most floats that an array holds in every virtual machine. */
    private static final long MOST_FLOATS = Integer.MAX_VALUE - 8L;

    public Shape {
      requireNotNegative(batch, "batch");
      requireNotNegative(queryHeads, "queryHeads");
      requireNotNegative(queryLength, "queryLength");
      requireNotNegative(valueDim, "valueDim");
      long heads = batch == 0 ? 0 : product(batch, queryHeads);
      long rows = heads == 0 ? 0 : product(heads, queryLength);
      long width = Math.min(valueDim, MOST_FLOATS) + NodeKernels.values(1);
      if (rows > MOST_FLOATS || rows * width > MOST_FLOATS) {
        throw new IllegalArgumentException(
            "a state of "
                + rows
                + " rows with "
                + valueDim
                + " values each is too large: one array must hold it, with "
                + MOST_FLOATS
                + " floats at most");
      }
    }

    private static void requireNotNegative(long size, String name) {
      if (size < 0) {
        throw new IllegalArgumentException(name + " is " + size + ", but at least 0 is needed");
      }
    }

    private static long product(long a, long b) {
      return b > MOST_FLOATS / a ? MOST_FLOATS + 1 : a * b;
    }

    /** Number of rows of a node. */
    int rows() {
      return (int) (batch * queryHeads * queryLength);
    }

    /** Number of values of a row. */
    int width() {
      return (int) Math.min(valueDim, MOST_FLOATS); // above that there is no row
    }

    /** Floats that a node takes. */
    int nodeLength() {
      return rows() == 0 ? 0 : rows() * (NodeKernels.values(1) + width());
    }
  }
}
