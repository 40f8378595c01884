package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One worker's scratch for the gradients of one query head by some chunks of keys, and the way
 * through them: a chunk of keys after the other, and in each a chunk of queries after the other.
 *
 * <p>A pair of chunks is computed once and feeds all three gradients: its share of dk and dv is a
 * node of the tree over the chunks of queries, that of dq a node of the tree over the chunks of
 * keys, of which there is one for each chunk of queries.
 */
final class GradientBlock {

  private static final int GROUP = TileKernels.GROUP;
  private static final int PANEL = TileKernels.PANEL;

  final StagedRows staging = new StagedRows();
  final StagedRows results = new StagedRows();
  final RowGroup packedFor = new RowGroup();
  final float[] lanes = new float[LANES];

  /** Adds up what was computed apart. */
  final SumTree gathered = new SumTree();

  final PanelWriter writer = new PanelWriter();

  private final ScoreGradients scores = new ScoreGradients();
  private final SumTree keyTree = new SumTree();
  private int firstQueries;
  private int endQueries;
  private SumTree[] queryTrees = new SumTree[0];
  private QueryRows[] rows = new QueryRows[0];

  private final TurnedGradients turned = new TurnedGradients();
  private final LivePairs livePairs = new LivePairs();

  /** The 16 virtual lanes of the sums of each query, one kind behind the other. */
  private float[] laneSums = new float[0];

  GradientBlock() {}

  /** Takes on the chunks of queries of one head. */
  void begin(BackwardCall call, int firstQueries, int endQueries) {
    this.firstQueries = firstQueries;
    this.endQueries = endQueries;
    int count = endQueries - firstQueries;
    if (rows.length < count) {
      int before = rows.length;
      rows = Arrays.copyOf(rows, count);
      queryTrees = Arrays.copyOf(queryTrees, count);
      for (int i = before; i < count; i++) {
        rows[i] = new QueryRows();
        queryTrees[i] = new SumTree();
      }
    }
    for (int i = 0; i < count; i++) {
      QueryChunk queries = call.chunks.queries[firstQueries + i];
      rows[i].set(call.mask, queries.batch, queries.head, 1, queries.first(), queries.count);
      queryTrees[i].begin(call.queryNode());
    }
    laneSums = QueryChunk.grown(laneSums, call.optionSums.rowSums() * CHUNK * LANES);
    if (call.dq.isBound()) {
      turned.prepare();
    }
  }

  /** The tree of what all queries of the head add to a chunk of keys. */
  SumTree keys(BackwardCall call, KeyChunk keys) {
    keyTree.begin(call.keyNode());
    for (int i = firstQueries; i < endQueries && keys.from < keys.end; i++) {
      pair(call, call.chunks.queries[i], keys);
    }
    return keyTree;
  }

  /** The tree of what all keys so far add to a chunk of queries. */
  SumTree queries(QueryChunk queries) {
    return queryTrees[queries.index];
  }

  private void pair(BackwardCall call, QueryChunk queries, KeyChunk keys) {
    if (!scores.pairs.find(rows[queries.index], queries, keys)) {
      return;
    }
    LivePairs some = queries.finite && keys.finite ? null : livePairs;
    if (some != null) {
      some.prepare();
    }
    int keyNode = keyTree.open(0, queries.index);
    turned.clear();
    Arrays.fill(laneSums, 0, call.optionSums.rowSums() * CHUNK * LANES, 0f);
    for (int p = 0; p < keys.panels(); p++) {
      int to = keyNode + p * call.keyPanel();
      if (scores.pairs.from(p) == scores.pairs.end(p)) {
        Arrays.fill(keyTree.nodes, to, to + call.keyPanel(), 0f);
        continue;
      }
      differentiate(call, queries, keys, p, some, to);
      multiplyQueries(call, queries, keys, p, some, to);
      if (call.dq.isBound()) {
        turned.turn(scores.gradients, scores.pairs, keys, p);
      }
    }
    keyTree.add(0, queries.index);
    if (call.wantsQueries()) {
      SumTree tree = queryTrees[queries.index];
      int node = tree.open(0, keys.index);
      if (call.dq.isBound()) {
        turned.multiplyKeys(call, queries, keys, some, tree.nodes, node);
      }
      for (int kind = 0; kind < call.optionSums.rowSums(); kind++) {
        int to = node + call.queryNodeSums() + kind * CHUNK;
        Kernels.gradients()
            .foldLanes(laneSums, kind * CHUNK * LANES, queries.count, tree.nodes, to);
      }
      tree.add(0, keys.index);
    }
  }

  /** The weights in the place of the scores, and the gradients of the dot products. */
  private void differentiate(
      BackwardCall call,
      QueryChunk queries,
      KeyChunk keys,
      int p,
      @Nullable LivePairs some,
      int nodeOfPanel) {
    scores.score(call, queries, keys, p);
    int from = scores.pairs.from(p);
    int rows = scores.pairs.end(p) - from;
    if (some != null) {
      some.find(call, queries, keys, p, scores.pairs, scores.scores());
    }
    OptionSums sums = call.optionSums;
    scores.differentiate(call, queries, keys, p, sums.wantsTemperature());
    if (sums.wantsTemperature()) {
      addToLanes(scores.products, from, rows, keys.lanes(p), 0);
    }
    scores.temper(call, queries, p);
    if (sums.bias == OptionSums.Bias.ROWS) {
      addToLanes(scores.gradients, from, rows, keys.lanes(p), sums.rowSums() - 1);
    }
    if (sums.bias == OptionSums.Bias.COLUMNS) {
      int to = nodeOfPanel + call.keyPanelSums();
      Kernels.gradients()
          .sumRows(scores.gradients, from * PANEL, rows, keys.lanes(p), keyTree.nodes, to);
    }
    scores.unwind(call, keys, p);
  }

  private void addToLanes(float[] x, int from, int rows, int lanes, int kind) {
    int to = (kind * CHUNK + from) * LANES;
    Kernels.gradients().addToLanes(x, from * PANEL, rows, lanes, laneSums, to);
  }

  /** The panel's share of dk and dv: products with the queries and the gradients of results. */
  private void multiplyQueries(
      BackwardCall call,
      QueryChunk queries,
      KeyChunk keys,
      int p,
      @Nullable LivePairs some,
      int to) {
    int from = scores.pairs.from(p);
    int rows = scores.pairs.end(p) - from;
    int lanes = keys.lanes(p);
    int stride = queries.room() * GROUP;
    float[] nodes = keyTree.nodes;
    int at = from * PANEL;
    if (call.dk.isBound()) {
      LivePairs.multiply(
          queries.queryColumns,
          from * GROUP,
          stride,
          call.headDim,
          scores.gradients,
          at,
          lanes,
          rows,
          some == null ? null : some.live,
          p * CHUNK + from,
          nodes,
          to);
    }
    if (call.dv.isBound()) {
      LivePairs.multiply(
          queries.gradientColumns,
          from * GROUP,
          stride,
          call.valueDim,
          scores.scores(),
          at,
          lanes,
          rows,
          some == null ? null : some.kept,
          p * CHUNK + from,
          nodes,
          to + call.keyPanelValues());
    }
  }

  /** Lets go of the caller's arrays. */
  void release() {
    staging.release();
    results.release();
  }
}
