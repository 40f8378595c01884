package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One worker's scratch for a bundle of up to 64 query rows, and the passes over it: scores of a
 * chunk, their exponentials, their product with the values, and the merge with the chunks before.
 *
 * <p>Each lane is one query. The score panel is {@code [256 keys][64]}: 64 KB, which stays in the
 * second-level cache while three passes go over it.
 */
final class QueryBundle {

  private static final TileKernels TILES = Kernels.TILES;
  private static final int PANEL = TileKernels.PANEL;
  private static final int CHUNK = TileKernels.CHUNK;

  final BundleRows rows = new BundleRows();
  final NodeTree tree = new NodeTree();
  final VisibleWords visible = new VisibleWords();
  final StagedRows staging = new StagedRows();
  final ResultRows results = new ResultRows();
  final HardMaximum hardMaximum = new HardMaximum();

  /** Scores, then weights, of the chunk at hand, {@code [CHUNK][PANEL]}. */
  final float[] scores = new float[CHUNK * PANEL];

  private final float[] laneScratch = new float[TileKernels.LANE_SCRATCH];
  private final long[] live = new long[CHUNK];
  private final float[] keyMaximum = new float[PANEL];
  private final float[] slopes = new float[PANEL];
  private final float[] temperatures = new float[PANEL];
  private final long[] positions = new long[PANEL];
  private float[] queries = new float[0];
  private float[] bias = new float[0];
  private float[] biasRow = new float[0];

  private AttentionCall call;
  private int slot;

  /** Whether all, some or none of the lanes see all keys of the span at hand. */
  int visibility;

  /** First key of the span at hand, and number of its keys; the span starts on a group of 16. */
  long spanFrom;

  int spanKeys;

  @SuppressWarnings("NullAway.Init") // `call` is set by begin, before any other method
  QueryBundle() {}

  /** Binds the bundle's rows and fills the query panel. */
  void begin(AttentionCall call, int slot, long batch, long firstHead, long row0, int count) {
    this.call = call;
    this.slot = slot;
    rows.set(batch, firstHead, call.queryLength, row0, count, call.mask);
    loadQueries();
    loadLaneOptions();
  }

  private void loadQueries() {
    StridedFloats q = call.q;
    int headDim = call.headDim;
    if (queries.length < headDim * PANEL) {
      queries = new float[headDim * PANEL];
    }
    for (int c = 0; c < rows.count; ) {
      int stop = rows.endOfHead(c);
      long first =
          q.offset()
              + rows.batch * q.stride(0)
              + rows.head[c] * q.stride(1)
              + rows.query[c] * q.stride(2);
      staging.load(q, first, q.stride(2), stop - c, headDim);
      TILES.transpose(
          staging.array,
          staging.from,
          staging.stride,
          stop - c,
          headDim,
          queries,
          c,
          PANEL,
          staging.scratch);
      c = stop;
    }
    for (int t = 0; t < headDim && rows.count < PANEL; t++) {
      Arrays.fill(queries, t * PANEL + rows.count, (t + 1) * PANEL, 0f);
    }
  }

  private void loadLaneOptions() {
    float[] headSlopes = call.options.slopes;
    float[] headTemperatures = call.options.temperatures;
    Arrays.fill(slopes, 0f);
    Arrays.fill(temperatures, 1f);
    for (int c = 0; c < rows.count; c++) {
      if (headSlopes != null) {
        slopes[c] = headSlopes[(int) rows.head[c]];
        positions[c] = rows.query[c] + call.alibiOffset;
      }
      if (headTemperatures != null) {
        temperatures[c] = headTemperatures[(int) rows.head[c]];
      }
    }
  }

  /** Forward or weights, for rows with a temperature above 0. */
  void run() {
    StridedFloats out = call.out;
    tree.begin(call.valueDim, rows.count, call.wantsMoment);
    for (long chunk = firstChunk(); chunk < endChunk(); chunk++) {
      if (score(chunk)) {
        int node = tree.next();
        finishScores(node, true);
        weigh(chunk, node, call.valueDim);
        tree.add(chunk);
      }
    }
    int root = finishRoot();
    if (call.weights != null) {
      writeWeights(call.weights, root);
    }
    if (out != null) {
      TILES.normalize(tree.nodes, root, call.valueDim, rows.count);
      results.writePanel(out, rows, tree.nodes, root + TileKernels.NODE_VALUES, 0, call.valueDim);
    }
    results.describe(tree.nodes, root, rows.count, keyMaximum);
    results.writeStatistics(call, rows);
  }

  /** The node of all keys and of the sink; that of no key at all if nothing is visible. */
  private int finishRoot() {
    int root = tree.root();
    if (root < 0) {
      root = tree.next();
      clearNode(root);
      tree.add(0);
    }
    System.arraycopy(tree.nodes, root + TileKernels.NODE_MAXIMUM, keyMaximum, 0, PANEL);
    float[] sinks = call.options.sinks;
    if (sinks != null) {
      int sink = tree.next();
      clearNode(sink);
      for (int c = 0; c < rows.count; c++) {
        float logit = sinks[(int) rows.head[c]];
        tree.nodes[sink + TileKernels.NODE_MAXIMUM + c] = logit;
        tree.nodes[sink + TileKernels.NODE_SUM + c] = logit == Float.NEGATIVE_INFINITY ? 0f : 1f;
      }
      TILES.merge(tree.nodes, root, sink, call.valueDim, rows.count, call.wantsMoment);
    }
    return root;
  }

  private void clearNode(int node) {
    float[] nodes = tree.nodes;
    Arrays.fill(nodes, node, node + TileKernels.NODE_VALUES + call.valueDim * PANEL, 0f);
    int maximum = node + TileKernels.NODE_MAXIMUM;
    Arrays.fill(nodes, maximum, maximum + PANEL, Float.NEGATIVE_INFINITY);
  }

  /** Computes the scores once more and divides by what the root knows of the row. */
  private void writeWeights(StridedFloats weights, int root) {
    long written = 0;
    int scratch = tree.next();
    for (long chunk = firstChunk(); chunk < endChunk(); chunk++) {
      if (score(chunk)) {
        finishScores(scratch, true);
        TILES.weights(scores, 0, spanKeys, rows.count, words(), wordsFrom(), tree.nodes, root);
        written = writeSpan(weights, written);
      }
    }
    results.writeZeros(weights, rows, written, call.keyLength);
  }

  /** Writes the span's panel behind zeros from {@code written} on; returns the span's end. */
  long writeSpan(StridedFloats weights, long written) {
    results.writeZeros(weights, rows, written, spanFrom);
    results.writePanel(weights, rows, scores, 0, spanFrom, spanKeys);
    return spanFrom + spanKeys;
  }

  /** Whether lane {@code c} sees key {@code k} of the span. */
  boolean sees(int k, int c) {
    return visibility == VisibleWords.ALL || (visible.words[wordsFrom() + k] >>> c & 1) != 0;
  }

  /** First chunk that any row sees. */
  long firstChunk() {
    return rows.firstKey / CHUNK;
  }

  /** One past the last chunk that any row sees. */
  long endChunk() {
    return (rows.endKey + CHUNK - 1) / CHUNK;
  }

  /**
   * Computes the chunk's final scores except for visibility; returns false, having done nothing, if
   * no row sees any of its keys.
   *
   * @return whether there is a span to work on
   */
  boolean score(long chunk) {
    long chunk0 = chunk * CHUNK;
    spanFrom = Math.max(chunk0, rows.firstKey / TileKernels.GROUP * TileKernels.GROUP);
    long spanEnd = Math.min(chunk0 + CHUNK, rows.endKey);
    spanKeys = (int) (spanEnd - spanFrom);
    visibility = visible.fill(rows, call.mask, chunk0, spanFrom, spanEnd);
    if (visibility == VisibleWords.NONE) {
      return false;
    }
    PackedHeads packed = call.packed;
    TILES.product(
        packed.keys,
        packed.keyAt(slot, spanFrom),
        call.headDim * TileKernels.GROUP,
        spanKeys,
        queries,
        0,
        rows.count,
        call.headDim,
        scores,
        0);
    return true;
  }

  /** The steps between dot product and visibility that were asked for, then mask and maximum. */
  void finishScores(int node, boolean temper) {
    AttentionOptions options = call.options;
    if (options.softcap != 0f) {
      TILES.softcap(scores, 0, spanKeys, rows.count, call.scale, options.softcap);
    } else if (!options.isPlain()) {
      TILES.scale(scores, 0, spanKeys, rows.count, call.scale);
    }
    if (call.bias != null) {
      loadBias(call.bias);
      TILES.addPanel(scores, 0, spanKeys, rows.count, bias, 0);
    }
    if (options.slopes != null) {
      TILES.alibi(scores, 0, spanKeys, rows.count, slopes, 0, positions, spanFrom);
    }
    if (options.temperatures != null && temper) {
      TILES.temper(scores, 0, spanKeys, rows.count, temperatures, 0);
    }
    TILES.maskAndMaximum(
        scores,
        0,
        spanKeys,
        rows.count,
        options.isPlain() ? call.scale : 1f,
        words(),
        wordsFrom(),
        tree.nodes,
        node);
  }

  /** The words of visibility for the span's first key on, or null if all see all. */
  long @Nullable [] words() {
    return visibility == VisibleWords.ALL ? null : visible.words;
  }

  int wordsFrom() {
    return (int) (spanFrom % CHUNK);
  }

  private void loadBias(StridedFloats b) {
    if (bias.length == 0) {
      bias = new float[CHUNK * PANEL];
      biasRow = new float[CHUNK];
    }
    for (int c = 0; c < rows.count; c++) {
      long at = AttentionCall.biasRow(b, rows.batch, rows.head[c], rows.query[c]);
      if (call.biasPerKey) {
        b.read(at + spanFrom, biasRow, 0, spanKeys);
      } else {
        b.read(at, biasRow, 0, 1);
        Arrays.fill(biasRow, 1, spanKeys, biasRow[0]);
      }
      TILES.transpose(biasRow, 0, CHUNK, 1, spanKeys, bias, c, PANEL, staging.scratch);
    }
  }

  /** Weights, sums and, if there are values, their product: the chunk's node. */
  void weigh(long chunk, int node, int valueDim) {
    PackedHeads packed = call.packed;
    boolean wholeProduct = valueDim == 0 || packed.isFinite(slot, chunk);
    if (!wholeProduct) {
      findLive();
    }
    TILES.exponentials(
        scores, 0, spanKeys, rows.count, call.wantsMoment, tree.nodes, node, laneScratch);
    if (valueDim == 0) {
      return;
    }
    int to = node + TileKernels.NODE_VALUES;
    int from = packed.valueAt(slot, spanFrom);
    int stride = packed.valueGroupStride();
    if (wholeProduct) {
      TILES.product(
          packed.values, from, stride, valueDim, scores, 0, rows.count, spanKeys, tree.nodes, to);
    } else {
      TILES.productOfLive(
          packed.values,
          from,
          stride,
          valueDim,
          scores,
          0,
          rows.count,
          spanKeys,
          live,
          tree.nodes,
          to);
    }
  }

  /** Values are not read where the score is -inf, so that 0·NaN does not leak. */
  private void findLive() {
    for (int k = 0; k < spanKeys; k++) {
      long word = 0L;
      for (int c = 0; c < rows.count; c++) {
        if (scores[k * PANEL + c] != Float.NEGATIVE_INFINITY) {
          word |= 1L << c;
        }
      }
      live[k] = word;
    }
  }

  /** Lets go of the caller's arrays. */
  void release() {
    staging.release();
  }
}
