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
  private static final int PANELS = VisiblePairs.PANELS;

  final StagedRows staging = new StagedRows();
  final StagedRows results = new StagedRows();
  final RowGroup packedFor = new RowGroup();
  final float[] lanes = new float[LANES];

  /** Adds up what was computed apart. */
  final SumTree gathered = new SumTree();

  final PanelWriter writer = new PanelWriter();

  private final VisiblePairs pairs = new VisiblePairs();
  private final KeyScores panel = new KeyScores();
  private final float[] gradients = new float[CHUNK * PANEL];
  private final SumTree keyTree = new SumTree();
  private SumTree[] queryTrees = new SumTree[0];
  private QueryRows[] rows = new QueryRows[0];

  /** The gradients of the scores with a query in each lane: {@code [queries/32][keys][32]}. */
  private float[] turned = new float[0];

  /** The panels of keys whose gradients were turned, as bits, for each panel of queries. */
  private final int[] turnedPanels = new int[PANELS];

  /** For each query the keys that it sees with a score above -inf; and the other way round. */
  private long[] live = new long[0];

  private long[] liveTurned = new long[0];

  GradientBlock() {}

  /**
   * Computes the shares of one query head and the chunks of keys {@code [firstKeys, endKeys)}.
   *
   * @param inGroup number of the head in its group
   * @param part number of the part of the keys
   * @param firstQueries where the head's chunks of queries are in the call
   */
  void run(
      BackwardCall call,
      int inGroup,
      int part,
      int firstQueries,
      int endQueries,
      int firstKeys,
      int endKeys) {
    begin(call, firstQueries, endQueries);
    for (int k = firstKeys; k < endKeys; k++) {
      KeyChunk keys = call.keyChunks[k];
      keyTree.begin(call.keyNode());
      if (keys.from < keys.end) {
        for (int i = firstQueries; i < endQueries; i++) {
          pair(call, call.queryChunks[i], keys);
        }
      }
      if (call.wantsKeys()) {
        call.finishKeys(this, keyTree, inGroup, k);
      }
    }
    for (int i = firstQueries; i < endQueries && call.dq.isBound(); i++) {
      call.finishQueries(this, queryTrees[i - firstQueries], i, part);
    }
  }

  private void begin(BackwardCall call, int firstQueries, int endQueries) {
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
      QueryChunk queries = call.queryChunks[firstQueries + i];
      rows[i].set(call.mask, queries.batch, queries.head, 1, queries.first(), queries.count);
      queryTrees[i].begin(call.queryNode());
    }
    if (call.dq.isBound()) {
      turned = QueryChunk.grown(turned, PANELS * CHUNK * PANEL);
    }
  }

  private void pair(BackwardCall call, QueryChunk queries, KeyChunk keys) {
    if (!pairs.find(rows[queries.index], queries, keys)) {
      return;
    }
    boolean some = !queries.finite || !keys.finite;
    if (some && live.length == 0) {
      live = new long[PANELS * CHUNK];
      liveTurned = new long[PANELS * CHUNK];
    }
    int keyNode = keyTree.open(0, queries.index);
    Arrays.fill(turnedPanels, 0);
    for (int p = 0; p < keys.panels(); p++) {
      int to = keyNode + p * call.keyPanel();
      if (pairs.from(p) == pairs.end(p)) {
        Arrays.fill(keyTree.nodes, to, to + call.keyPanel(), 0f);
        continue;
      }
      differentiate(call, queries, keys, p, some);
      multiplyQueries(call, queries, keys, p, some, to);
      if (call.dq.isBound()) {
        turn(keys, p);
      }
    }
    keyTree.add(0, queries.index);
    if (call.dq.isBound()) {
      SumTree tree = queryTrees[queries.index];
      int node = tree.open(0, keys.index);
      multiplyKeys(call, queries, keys, some, tree.nodes, node);
      tree.add(0, keys.index);
    }
  }

  /** The weights in the place of the scores, and the gradients of the dot products. */
  private void differentiate(
      BackwardCall call, QueryChunk queries, KeyChunk keys, int p, boolean some) {
    panel.compute(call, queries, keys, p, pairs);
    int from = pairs.from(p);
    int rows = pairs.end(p) - from;
    int lanes = keys.lanes(p);
    int at = from * PANEL;
    if (some) {
      findLive(p, from, rows, lanes);
    }
    if (call.wantsScores()) {
      Kernels.tiles()
          .product(
              queries.gradients,
              from * call.valueDim,
              call.valueDim * GROUP,
              rows,
              keys.values,
              keys.valuesAt(p, call.valueDim),
              lanes,
              call.valueDim,
              gradients,
              at);
    }
    AttentionOptions options = call.options;
    float[] temperatures = options.temperatures;
    boolean capped = options.softcap != 0f;
    Kernels.gradients()
        .differentiate(
            panel.scores,
            gradients,
            at,
            rows,
            lanes,
            queries.logSumExp,
            queries.dots,
            from,
            temperatures != null || capped ? 1f : call.scale);
    if (temperatures != null) {
      float temperature = temperatures[(int) queries.head];
      Kernels.lanes().divide(gradients, at, temperature, gradients, at, rows * PANEL);
    }
    if (capped) {
      Kernels.gradients().multiply(gradients, panel.slopes, at, rows, lanes);
    }
    if (temperatures != null || capped) {
      Kernels.scores().scale(gradients, at, rows, lanes, call.scale);
    }
  }

  /** The panel's share of dk and dv: products with the queries and the gradients of results. */
  private void multiplyQueries(
      BackwardCall call, QueryChunk queries, KeyChunk keys, int p, boolean some, int to) {
    int from = pairs.from(p);
    int rows = pairs.end(p) - from;
    int lanes = keys.lanes(p);
    int stride = queries.room() * GROUP;
    float[] nodes = keyTree.nodes;
    int at = from * PANEL;
    long[] seen = some ? live : null;
    if (call.dk.isBound()) {
      multiply(
          queries.queryColumns,
          from * GROUP,
          stride,
          call.headDim,
          gradients,
          at,
          lanes,
          rows,
          seen,
          p * CHUNK + from,
          nodes,
          to);
    }
    if (call.dv.isBound()) {
      multiply(
          queries.gradientColumns,
          from * GROUP,
          stride,
          call.valueDim,
          panel.scores,
          at,
          lanes,
          rows,
          seen,
          p * CHUNK + from,
          nodes,
          to + call.keyPanelValues());
    }
  }

  /** The pair's share of dq: products with the keys. */
  private void multiplyKeys(
      BackwardCall call, QueryChunk queries, KeyChunk keys, boolean some, float[] nodes, int node) {
    for (int u = 0; u * PANEL < queries.count; u++) {
      int to = node + u * call.queryPanel();
      int panels = turnedPanels[u];
      if (panels == 0) {
        Arrays.fill(nodes, to, to + call.queryPanel(), 0f);
        continue;
      }
      int first = Integer.numberOfTrailingZeros(panels);
      int end = Integer.SIZE - Integer.numberOfLeadingZeros(panels);
      for (int p = first; p < end; p++) {
        if ((panels >>> p & 1) == 0) {
          int gap = u * CHUNK + p * PANEL;
          Arrays.fill(turned, gap * PANEL, (gap + PANEL) * PANEL, 0f);
          if (some) {
            Arrays.fill(liveTurned, gap, gap + PANEL, 0L);
          }
        }
      }
      int from = first * PANEL;
      int depth = Math.min(keys.count, end * PANEL) - from;
      int lanes = Math.min(PANEL, queries.count - u * PANEL);
      int row = u * CHUNK + from;
      long[] seen = some ? liveTurned : null;
      multiply(
          keys.columns,
          from * GROUP,
          keys.room() * GROUP,
          call.headDim,
          turned,
          row * PANEL,
          lanes,
          depth,
          seen,
          row,
          nodes,
          to);
    }
  }

  /**
   * One chain for each element; where there are infinities or NaN, over the pairs that are live.
   */
  private static void multiply(
      float[] a,
      int aFrom,
      int aStride,
      int dim,
      float[] b,
      int bFrom,
      int lanes,
      int depth,
      long @Nullable [] seen,
      int seenFrom,
      float[] out,
      int to) {
    if (seen == null) {
      Kernels.tiles().product(a, aFrom, aStride, dim, b, bFrom, lanes, depth, out, to);
    } else {
      Kernels.tiles()
          .productOfLive(
              a, aFrom, aStride, dim, b, bFrom, lanes, depth, seen, seenFrom, false, out, to);
    }
  }

  /** Transposes the gradients of a panel of keys. */
  private void turn(KeyChunk keys, int p) {
    int from = pairs.from(p);
    int end = pairs.end(p);
    for (int r = from; r < end; r += PANEL) {
      int u = r / PANEL;
      int count = Math.min(PANEL, end - r);
      turnedPanels[u] |= 1 << p;
      Kernels.tiles()
          .transpose(
              gradients,
              r * PANEL,
              PANEL,
              count,
              keys.lanes(p),
              turned,
              (u * CHUNK + p * PANEL) * PANEL,
              PANEL);
    }
  }

  /** Which pairs take part in the products, so that 0·NaN does not leak out of the others. */
  private void findLive(int p, int from, int rows, int lanes) {
    for (int u = from / PANEL; u * PANEL < from + rows; u++) {
      Arrays.fill(liveTurned, u * CHUNK + p * PANEL, u * CHUNK + (p + 1) * PANEL, 0L);
    }
    for (int r = from; r < from + rows; r++) {
      long word = 0L;
      for (int c = 0; c < lanes; c++) {
        if (panel.scores[r * PANEL + c] != Float.NEGATIVE_INFINITY) {
          word |= 1L << c;
          liveTurned[r / PANEL * CHUNK + p * PANEL + c] |= 1L << (r % PANEL);
        }
      }
      live[p * CHUNK + r] = word;
    }
  }

  /** Lets go of the caller's arrays. */
  void release() {
    staging.release();
    results.release();
  }
}
