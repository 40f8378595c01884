package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * The scores of a chunk of queries against a panel of keys, {@code [queries][32 keys]}: the dot
 * product and every step that was asked for up to visibility. Each lane is one key, as in decode:
 * the steps are those of forward, with queries and keys in each other's place.
 */
final class KeyScores {

  private static final int PANEL = TileKernels.PANEL;
  private static final int GROUP = TileKernels.GROUP;

  /** The scores; later the weights. */
  final float[] scores = new float[CHUNK * PANEL];

  /** Derivative of the softcap, if there is one. */
  float[] slopes = new float[0];

  private final float[] alibiSlopes = new float[PANEL];
  private final float[] temperatures = new float[PANEL];
  private final long[] positions = new long[PANEL];
  private final float[] distances = new float[PANEL];
  private final float[] node = new float[PANEL];
  private float[] bias = new float[0];

  /** Computes the panel's scores for those queries of the chunk that see any of its keys. */
  void compute(BackwardCall call, QueryChunk queries, KeyChunk keys, int p, VisiblePairs pairs) {
    AttentionOptions options = call.options;
    int from = pairs.from(p);
    int rows = pairs.end(p) - from;
    int lanes = keys.lanes(p);
    int at = from * PANEL;
    boolean capped = options.softcap != 0f;
    Kernels.tiles()
        .product(
            queries.queries,
            from * call.headDim,
            call.headDim * GROUP,
            rows,
            keys.keys,
            keys.keysAt(p, call.headDim),
            lanes,
            call.headDim,
            capped ? 1f : call.scale,
            scores,
            at,
            PANEL);
    if (capped) {
      slopes = QueryChunk.grown(slopes, CHUNK * PANEL);
      Kernels.gradients().softcap(scores, at, rows, lanes, call.scale, options.softcap, slopes);
    }
    if (call.bias != null) {
      loadBias(
          call.bias, call.biasPerKey, queries, from, rows, keys.first() + (long) p * PANEL, lanes);
      Kernels.scores().addPanel(scores, at, rows, lanes, bias, 0);
    }
    if (options.slopes != null) {
      long position = queries.first() + from + call.alibiOffset(queries.batch);
      Arrays.fill(alibiSlopes, options.slopes[(int) queries.head]);
      for (int c = 0; c < PANEL; c++) {
        positions[c] = keys.first() + (long) p * PANEL + c;
      }
      Kernels.scores()
          .alibi(scores, at, rows, lanes, alibiSlopes, positions, position, 1, distances);
    }
    if (options.temperatures != null) {
      Arrays.fill(temperatures, options.temperatures[(int) queries.head]);
      Kernels.scores().temper(scores, at, rows, lanes, temperatures);
    }
    if (pairs.isPartial(p)) {
      Kernels.scores()
          .maskAndMaximum(scores, at, rows, lanes, 1f, pairs.words, p * CHUNK + from, node, 0);
    }
  }

  private void loadBias(
      StridedFloats b,
      boolean perKey,
      QueryChunk queries,
      int from,
      int rows,
      long key,
      int lanes) {
    bias = QueryChunk.grown(bias, CHUNK * PANEL);
    for (int r = 0; r < rows; r++) {
      long query = queries.first() + from + r;
      long at = Operands.biasRow(b, queries.batch, queries.head, query);
      int to = r * PANEL;
      if (perKey) {
        b.read(at + key, bias, to, lanes);
      } else {
        b.read(at, bias, to, 1);
        Arrays.fill(bias, to + 1, to + lanes, bias[to]);
      }
    }
  }
}
