package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of the scores of a pair of chunks with a query in each lane, {@code
 * [queries/32][keys][32]}, as the products with the keys want them; there may be panels of keys
 * that a panel of queries does not see.
 */
final class TurnedGradients {

  private static final int GROUP = TileKernels.GROUP;
  private static final int PANEL = TileKernels.PANEL;
  private static final int PANELS = VisiblePairs.PANELS;

  private float[] gradients = new float[0];

  /** The panels of keys that were turned, as bits, for each panel of queries. */
  private final int[] panels = new int[PANELS];

  TurnedGradients() {}

  /** Makes room. */
  void prepare() {
    gradients = QueryChunk.grown(gradients, PANELS * CHUNK * PANEL);
  }

  /** Begins another pair of chunks. */
  void clear() {
    Arrays.fill(panels, 0);
  }

  /** Transposes the gradients of a panel of keys. */
  void turn(float[] byKeys, VisiblePairs pairs, KeyChunk keys, int p) {
    int end = pairs.end(p);
    for (int r = pairs.from(p); r < end; r += PANEL) {
      int u = r / PANEL;
      int count = Math.min(PANEL, end - r);
      panels[u] |= 1 << p;
      Kernels.tiles()
          .transpose(
              byKeys,
              r * PANEL,
              PANEL,
              count,
              keys.lanes(p),
              gradients,
              (u * CHUNK + p * PANEL) * PANEL,
              PANEL);
    }
  }

  /** The pair's share of dq: products with the keys. */
  void multiplyKeys(
      BackwardCall call,
      QueryChunk queries,
      KeyChunk keys,
      @Nullable LivePairs some,
      float[] nodes,
      int node) {
    for (int u = 0; u * PANEL < queries.count; u++) {
      int to = node + u * call.queryPanel();
      if (panels[u] == 0) {
        Arrays.fill(nodes, to, to + call.queryPanel(), 0f);
        continue;
      }
      int first = Integer.numberOfTrailingZeros(panels[u]);
      int end = Integer.SIZE - Integer.numberOfLeadingZeros(panels[u]);
      fillGaps(u, first, end, some);
      int from = first * PANEL;
      int row = u * CHUNK + from;
      LivePairs.multiply(
          keys.columns,
          from * GROUP,
          keys.room() * GROUP,
          call.headDim,
          gradients,
          row * PANEL,
          Math.min(PANEL, queries.count - u * PANEL),
          Math.min(keys.count, end * PANEL) - from,
          some == null ? null : some.turned,
          row,
          nodes,
          to);
    }
  }

  /** Panels of keys that nobody sees between others that somebody does. */
  private void fillGaps(int u, int first, int end, @Nullable LivePairs some) {
    for (int p = first; p < end; p++) {
      if ((panels[u] >>> p & 1) == 0) {
        int gap = u * CHUNK + p * PANEL;
        Arrays.fill(gradients, gap * PANEL, (gap + PANEL) * PANEL, 0f);
        if (some != null) {
          some.clear(u, p);
        }
      }
    }
  }
}
