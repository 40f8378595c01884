package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * Attention at temperature 0: all weight goes to the first of the largest scores. NaN or +inf at a
 * visible key makes the row NaN, as at any other temperature.
 */
final class HardMaximum {

  private static final int PANEL = TileKernels.PANEL;
  private static final int CHUNK = TileKernels.CHUNK;

  private final float[] best = new float[PANEL];
  private final long[] bestKey = new long[PANEL];
  private final boolean[] broken = new boolean[PANEL];
  private float[] panel = new float[0];

  void run(AttentionCall call, QueryBundle bundle, int slot) {
    BundleRows rows = bundle.rows;
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Arrays.fill(bestKey, -1);
    Arrays.fill(broken, false);
    bundle.tree.begin(0, rows.count, false);
    PackedHeads packed = call.packed;
    for (int at = packed.find(slot, bundle.firstChunk()); at < packed.end(slot); at++) {
      if (score(bundle, packed.chunk(at))) {
        scan(bundle);
      }
    }
    if (call.weights != null) {
      writeWeights(call, bundle, slot, call.weights);
    }
    if (call.out != null) {
      writeValues(call, bundle, slot, call.out);
    }
    if (call.wantsStatistics()) {
      writeStatistics(call, bundle);
    }
  }

  private static boolean score(QueryBundle bundle, PackedChunk chunk) {
    int node = bundle.tree.next();
    return bundle.panel.score(chunk, false, bundle.tree.nodes, node);
  }

  private void scan(QueryBundle bundle) {
    for (int c = 0; c < bundle.rows.count; c++) {
      for (int k = 0; k < bundle.panel.spanKeys; k++) {
        float score = bundle.panel.scores[k * PANEL + c];
        if (score > best[c]) {
          best[c] = score;
          bestKey[c] = bundle.panel.spanFrom + k;
        }
        broken[c] |= Float.isNaN(score) || score == Float.POSITIVE_INFINITY;
      }
    }
  }

  private void writeValues(AttentionCall call, QueryBundle bundle, int slot, StridedFloats out) {
    if (panel.length < call.valueDim * PANEL) {
      panel = new float[call.valueDim * PANEL];
    }
    PackedHeads packed = call.packed;
    for (int c = 0; c < bundle.rows.count; c++) {
      for (int column = 0; column < call.valueDim; column++) {
        float value = 0f;
        if (broken[c]) {
          value = Float.NaN;
        } else if (bestKey[c] >= 0) {
          value = value(packed.chunk(packed.find(slot, bestKey[c] / CHUNK)), bestKey[c], column);
        }
        panel[column * PANEL + c] = value;
      }
    }
    bundle.results.writePanel(out, bundle.rows, panel, 0, 0, call.valueDim);
  }

  /** Never -0; the weight of 1 takes the value's scale, if there is one. */
  private static float value(PackedChunk chunk, long key, int column) {
    int group = column / TileKernels.GROUP * chunk.valueGroupStride;
    float value = chunk.values[chunk.valueAt(key) + group + column % TileKernels.GROUP];
    float scale = chunk.scaled ? chunk.valueScales[PackedChunk.scaleAt(key)] : 1f;
    return value * scale + 0f;
  }

  private void writeWeights(
      AttentionCall call, QueryBundle bundle, int slot, StridedFloats weights) {
    long written = 0;
    PackedHeads packed = call.packed;
    for (int at = packed.find(slot, bundle.firstChunk()); at < packed.end(slot); at++) {
      if (score(bundle, packed.chunk(at))) {
        oneHot(bundle);
        written = bundle.writeSpan(weights, written);
      }
    }
    bundle.results.writeZeros(weights, bundle.rows, written, call.keyLength);
  }

  private void oneHot(QueryBundle bundle) {
    for (int k = 0; k < bundle.panel.spanKeys; k++) {
      for (int c = 0; c < bundle.rows.count; c++) {
        float hit = bestKey[c] == bundle.panel.spanFrom + k ? 1f : 0f;
        bundle.panel.scores[k * PANEL + c] =
            !broken[c] ? hit : bundle.panel.sees(k, c) ? Float.NaN : 0f;
      }
    }
  }

  private void writeStatistics(AttentionCall call, QueryBundle bundle) {
    ResultRows results = bundle.results;
    for (int c = 0; c < bundle.rows.count; c++) {
      boolean empty = bestKey[c] < 0;
      results.logSumExp[c] = empty && !broken[c] ? Float.NEGATIVE_INFINITY : Float.NaN;
      results.entropy[c] = broken[c] ? Float.NaN : 0f;
      results.maxWeight[c] = broken[c] ? Float.NaN : empty ? 0f : 1f;
    }
    results.writeStatistics(call, bundle.rows);
  }
}
