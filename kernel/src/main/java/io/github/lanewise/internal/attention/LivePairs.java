package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which pairs of a chunk of queries and one of keys take part in the products, panel of 32 keys by
 * panel, so that 0·NaN does not leak out of the others: there only where an operand has infinities
 * or NaN.
 */
final class LivePairs {

  private static final int PANEL = TileKernels.PANEL;
  private static final int PANELS = VisiblePairs.PANELS;

  /** For each query the keys that it sees with a score above -inf, at {@code p·256 + r}. */
  long[] live = new long[0];

  /** Those whose weights were not dropped. */
  long[] kept = new long[0];

  /** For each key the queries that see it so: key c of panel p at {@code r/32·256 + p·32 + c}. */
  long[] turned = new long[0];

  LivePairs() {}

  /** Makes room: most callers have finite operands only. */
  void prepare() {
    if (live.length == 0) {
      live = new long[PANELS * CHUNK];
      kept = new long[PANELS * CHUNK];
      turned = new long[PANELS * CHUNK];
    }
  }

  /** Finds those of a panel of keys, from scores that are not weights yet. */
  void find(
      BackwardCall call, QueryChunk queries, KeyChunk keys, int p, VisiblePairs pairs, float[] s) {
    int from = pairs.from(p);
    int end = pairs.end(p);
    int lanes = keys.lanes(p);
    boolean drops = call.options.drops();
    for (int u = from / PANEL; u * PANEL < end; u++) {
      clear(u, p);
    }
    for (int r = from; r < end; r++) {
      long word = 0L;
      for (int c = 0; c < lanes; c++) {
        if (s[r * PANEL + c] != Float.NEGATIVE_INFINITY) {
          word |= 1L << c;
          turned[r / PANEL * CHUNK + p * PANEL + c] |= 1L << (r % PANEL);
        }
      }
      live[p * CHUNK + r] = word;
      for (int c = 0; c < lanes && drops; c++) {
        if (!queries.bits.keeps(r, keys.bits, p * PANEL + c, call.options.dropThreshold)) {
          word &= ~(1L << c);
        }
      }
      kept[p * CHUNK + r] = word;
    }
  }

  /** Lets nothing of a panel of queries and one of keys take part, as seen from the keys. */
  void clear(int u, int p) {
    Arrays.fill(turned, u * CHUNK + p * PANEL, u * CHUNK + (p + 1) * PANEL, 0L);
  }

  /**
   * One chain for each element; where there are infinities or NaN, over the pairs that are live.
   */
  static void multiply(
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
}
