package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.cache.PageReader;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;

/**
 * One worker's scratch for a block of up to 32 query rows, and the way from scores to results:
 * exponentials of a chunk, their product with the values, the merge with the chunks before, the
 * sink, and the normalization. Each lane is one query.
 */
final class QueryBlock {

  private static final int PANEL = TileKernels.PANEL;

  final QueryRows rows = new QueryRows();
  final ScorePanel panel = new ScorePanel();
  final MergeTree tree = new MergeTree();
  final StagedRows staging = new StagedRows();

  /** The rows that the keys are packed for. */
  final RowGroup packedFor = new RowGroup();

  final PageReader pages = new PageReader();
  final ResultWriter results = new ResultWriter();

  private final DropoutBits laneBits = new DropoutBits(PANEL);
  private final DropoutBits keyBits = new DropoutBits(CHUNK);
  private final ArgmaxRows argmaxRows = new ArgmaxRows();
  private final float[] laneScratch = new float[ScoreKernels.LANE_SCRATCH];
  private final long[] live = new long[CHUNK];

  /**
   * Computes the {@link #rows}, which have been set.
   *
   * @param slot where the group's keys and values are packed
   */
  void run(PrefillCall call, int slot) {
    panel.begin(call, rows, staging);
    if (call.options.drops()) {
      beginDropout(call);
    }
    if (call.options.isArgmax(rows.head[0])) {
      argmaxRows.run(call, this, slot);
    } else if (call.shard != null) {
      attendShard(call, call.shard, slot);
    } else {
      attend(call, slot);
    }
  }

  private void beginDropout(PrefillCall call) {
    laneBits.clear();
    long offset = call.alibiOffset(rows.batch());
    for (int c = 0; c < rows.count; c++) {
      long position = rows.query[c] + offset;
      laneBits.addRows(call.options, rows.batch(), rows.head[c], position, 1);
    }
  }

  /** The bits of the keys of the panel's span. */
  void findKeyBits(PrefillCall call) {
    keyBits.clear();
    keyBits.addKeys(call.options, panel.spanFrom, panel.spanKeys);
  }

  /** Whether a row keeps the weight of a key. */
  boolean keeps(PrefillCall call, int c, long key) {
    if (!call.options.drops()) {
      return true;
    }
    keyBits.clear();
    keyBits.addKeys(call.options, key, 1);
    return laneBits.keeps(c, keyBits, 0, call.options.dropThreshold);
  }

  /** Drops weights of some keys of the span, and multiplies the others. */
  void drop(PrefillCall call, int first, int keys, float factor) {
    keyBits.drop(
        call.options, panel.scores, first * PANEL, keys, rows.count, first, laneBits, 0, factor);
  }

  private void attend(PrefillCall call, int slot) {
    grow(call, slot, firstChunk(), endChunk());
    int root = results.finish(tree, rows, call.options.sinks);
    if (call.weights != null) {
      writeWeights(call, slot, call.weights, root);
    }
    results.write(call.results, tree, rows);
  }

  /** Every node of the shard's own tree, as far as these rows see any of its keys. */
  private void attendShard(PrefillCall call, ShardNodes shard, int slot) {
    for (int n = 0; n < shard.count(); n++) {
      long first = Math.max(firstChunk(), shard.firstChunk(n));
      grow(call, slot, first, Math.min(endChunk(), shard.endChunk(n)));
      if (!tree.isEmpty()) {
        long row = (rows.batch() * call.q.size(1) + rows.head[0]) * call.q.size(2) + rows.query[0];
        shard.write(n, (int) row, rows.count, tree.nodes, tree.root());
      }
    }
  }

  /** Makes the tree of the chunks {@code [first, end)}. */
  private void grow(PrefillCall call, int slot, long first, long end) {
    tree.beginPanels(rows.count, call.valueDim);
    PackedHeads packed = call.packed;
    for (int at = packed.find(slot, first); at < packed.end(slot); at++) {
      PackedChunk chunk = packed.chunk(at);
      if (chunk.index >= end) {
        break;
      }
      int node = tree.open(0, chunk.index);
      if (panel.score(chunk, true, tree.nodes, node)) {
        weigh(call, chunk, node);
        tree.add(0, chunk.index);
      }
    }
  }

  /** Weights, sums and, if there are values, their product: the chunk's node. */
  private void weigh(PrefillCall call, PackedChunk chunk, int node) {
    boolean some = call.valueDim != 0 && !chunk.finite;
    if (some) {
      findLive(panel.scores, panel.spanKeys);
    }
    if (call.options.drops()) {
      findKeyBits(call);
      if (some) {
        findKept(call);
      }
    }
    int lanes = rows.count;
    Kernels.scores().beginSums(lanes, call.wantsMoment(), laneScratch);
    for (int run = 0; run < panel.runs; run++) {
      int from = panel.runFrom[run] * PANEL;
      int keys = panel.runEnd[run] - panel.runFrom[run];
      Kernels.scores()
          .exponentials(
              panel.scores, from, keys, lanes, call.wantsMoment(), tree.nodes, node, laneScratch);
    }
    Kernels.scores().endSums(lanes, call.wantsMoment(), laneScratch, tree.nodes, node);
    for (int run = 0; run < panel.runs && call.options.drops(); run++) {
      drop(call, panel.runFrom[run], panel.runEnd[run] - panel.runFrom[run], 1f);
    }
    for (int run = 0; run < panel.runs && call.valueDim != 0; run++) {
      multiplyValues(call, chunk, some, run, node + NodeKernels.values(PANEL));
    }
  }

  /** Adds to the node what the values of one run of keys contribute; the first run begins it. */
  private void multiplyValues(PrefillCall call, PackedChunk chunk, boolean some, int run, int to) {
    int first = panel.runFrom[run];
    int keys = panel.runEnd[run] - first;
    int weights = first * PANEL;
    int lanes = rows.count;
    long key = panel.spanFrom + first;
    if (chunk.valuesScaled) {
      int scaleAt = PackedChunk.scaleAt(key);
      Kernels.scores().scaleRows(panel.scores, weights, keys, lanes, chunk.valueScales, scaleAt);
    }
    int from = chunk.valueAt(key);
    int stride = chunk.valueGroupStride;
    float[] out = tree.nodes;
    if (some) {
      Kernels.tiles()
          .productOfLive(
              chunk.values,
              from,
              stride,
              call.valueDim,
              panel.scores,
              weights,
              lanes,
              keys,
              live,
              first,
              run > 0,
              out,
              to);
    } else if (run == 0) {
      Kernels.tiles()
          .product(
              chunk.values,
              from,
              stride,
              call.valueDim,
              panel.scores,
              weights,
              lanes,
              keys,
              out,
              to);
    } else {
      Kernels.tiles()
          .addProduct(
              chunk.values,
              from,
              stride,
              call.valueDim,
              panel.scores,
              weights,
              lanes,
              keys,
              out,
              to);
    }
  }

  /** Values are not read where the score is -inf, so that 0·NaN does not leak. */
  private void findLive(float[] scores, int keys) {
    for (int k = 0; k < keys; k++) {
      long word = 0L;
      for (int c = 0; c < rows.count; c++) {
        if (scores[k * PANEL + c] != Float.NEGATIVE_INFINITY) {
          word |= 1L << c;
        }
      }
      live[k] = word;
    }
  }

  /** Nor where the weight is dropped. */
  private void findKept(PrefillCall call) {
    for (int k = 0; k < panel.spanKeys; k++) {
      for (int c = 0; c < rows.count; c++) {
        if (!laneBits.keeps(c, keyBits, k, call.options.dropThreshold)) {
          live[k] &= ~(1L << c);
        }
      }
    }
  }

  /** Computes the scores once more and weighs them by what the root knows of the row. */
  private void writeWeights(PrefillCall call, int slot, StridedFloats weights, int root) {
    long written = 0;
    int scratch = tree.scratch();
    PackedHeads packed = call.packed;
    for (int at = packed.find(slot, firstChunk()); at < packed.end(slot); at++) {
      if (panel.score(packed.chunk(at), true, tree.nodes, scratch)) {
        Kernels.scores()
            .weights(
                panel.scores,
                0,
                panel.spanKeys,
                rows.count,
                panel.words(),
                panel.wordsFrom(),
                tree.nodes,
                root);
        if (call.options.drops()) {
          findKeyBits(call);
          drop(call, 0, panel.spanKeys, call.options.keepFactor);
        }
        written = writeSpan(weights, written);
      }
    }
    results.writeZeros(weights, rows, written, call.sequences.mostKeys());
  }

  /** Writes the span's panel behind zeros from {@code written} on; returns the span's end. */
  long writeSpan(StridedFloats weights, long written) {
    results.writeZeros(weights, rows, written, panel.spanFrom);
    results.writePanel(weights, rows, panel.scores, 0, panel.spanFrom, panel.spanKeys);
    return panel.spanFrom + panel.spanKeys;
  }

  /** First chunk that any row sees. */
  long firstChunk() {
    return rows.firstKey() / CHUNK;
  }

  /** One past the last chunk that any row sees. */
  long endChunk() {
    return (rows.endKey() + CHUNK - 1) / CHUNK;
  }

  /** Lets go of the caller's arrays, and of the call. */
  void release() {
    staging.release();
    panel.release();
  }
}
