package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * Attention at temperature 0: all weight goes to the first of the largest scores. NaN or +inf at a
 * visible key makes the row NaN, as at any other temperature.
 */
final class ArgmaxRows {

  private static final int PANEL = TileKernels.PANEL;

  private final float[] best = new float[PANEL];
  private final long[] bestKey = new long[PANEL];
  private final boolean[] broken = new boolean[PANEL];

  void run(PrefillCall call, QueryBlock block, int slot) {
    QueryRows rows = block.rows;
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Arrays.fill(bestKey, -1);
    Arrays.fill(broken, false);
    block.tree.beginPanels(rows.count, 0);
    PackedHeads packed = call.packed;
    for (int at = packed.find(slot, block.firstChunk()); at < packed.end(slot); at++) {
      if (score(block, packed.chunk(at))) {
        scan(block);
      }
    }
    if (call.weights != null) {
      writeWeights(call, block, slot, call.weights);
    }
    if (call.results.out != null) {
      writeValues(call, block, slot, call.results.out);
    }
    if (call.results.wantsStatistics()) {
      writeStatistics(call.results, block);
    }
  }

  private static boolean score(QueryBlock block, PackedChunk chunk) {
    int node = block.tree.scratch();
    return block.panel.score(chunk, false, block.tree.nodes, node);
  }

  private void scan(QueryBlock block) {
    for (int c = 0; c < block.rows.count; c++) {
      for (int k = 0; k < block.panel.spanKeys; k++) {
        float score = block.panel.scores[k * PANEL + c];
        if (score > best[c]) {
          best[c] = score;
          bestKey[c] = block.panel.spanFrom + k;
        }
        broken[c] |= Float.isNaN(score) || score == Float.POSITIVE_INFINITY;
      }
    }
  }

  /** The rows as a node whose sums are the weight that there is: 1, or 0 where nothing is seen. */
  private void writeValues(PrefillCall call, QueryBlock block, int slot, StridedFloats out) {
    int count = block.rows.count;
    MergeTree tree = block.tree;
    tree.beginRows(count, call.valueDim);
    int node = tree.open(0, 0);
    tree.clear(node);
    for (int c = 0; c < count; c++) {
      int row = node + NodeKernels.values(count) + c * call.valueDim;
      if (broken[c]) {
        Arrays.fill(tree.nodes, row, row + call.valueDim, Float.NaN);
      } else if (bestKey[c] >= 0 && block.keeps(call, c, bestKey[c])) {
        PackedChunk chunk = call.packed.chunk(call.packed.find(slot, bestKey[c] / CHUNK));
        chunk.readValues(bestKey[c], tree.nodes, row, call.valueDim);
      } else {
        continue;
      }
      tree.nodes[node + NodeKernels.sum(count) + c] = 1f;
    }
    tree.add(0, 0);
    block.results.writeValues(out, tree, block.rows, call.options.keepFactor);
  }

  private void writeWeights(PrefillCall call, QueryBlock block, int slot, StridedFloats weights) {
    long written = 0;
    PackedHeads packed = call.packed;
    for (int at = packed.find(slot, block.firstChunk()); at < packed.end(slot); at++) {
      if (score(block, packed.chunk(at))) {
        oneHot(block);
        if (call.options.drops()) {
          block.findKeyBits(call);
          block.drop(call, 0, block.panel.spanKeys, call.options.keepFactor);
        }
        written = block.writeSpan(weights, written);
      }
    }
    block.results.writeZeros(weights, block.rows, written, call.sequences.mostKeys());
  }

  private void oneHot(QueryBlock block) {
    for (int k = 0; k < block.panel.spanKeys; k++) {
      for (int c = 0; c < block.rows.count; c++) {
        float hit = bestKey[c] == block.panel.spanFrom + k ? 1f : 0f;
        block.panel.scores[k * PANEL + c] =
            !broken[c] ? hit : block.panel.sees(k, c) ? Float.NaN : 0f;
      }
    }
  }

  private void writeStatistics(ResultWriter.Targets to, QueryBlock block) {
    ResultWriter results = block.results;
    for (int c = 0; c < block.rows.count; c++) {
      boolean empty = bestKey[c] < 0;
      results.logSumExp[c] = empty && !broken[c] ? Float.NEGATIVE_INFINITY : Float.NaN;
      results.entropy[c] = broken[c] ? Float.NaN : 0f;
      results.maxWeight[c] = broken[c] ? Float.NaN : empty ? 0f : 1f;
    }
    results.writeStatistics(to, block.rows);
  }
}
