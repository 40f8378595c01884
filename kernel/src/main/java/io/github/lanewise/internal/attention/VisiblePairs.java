package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.QueryRows;

/**
 * Which queries of a chunk see which keys of another, panel of 32 keys by panel: for each query a
 * word, bit c of which says whether it sees key c; and the rows among which all that see any are.
 */
final class VisiblePairs {

  private static final int PANEL = TileKernels.PANEL;
  private static final long EVERYBODY = (1L << PANEL) - 1;

  /** Panels of a chunk. */
  static final int PANELS = CHUNK / PANEL;

  /** The word of query r and panel p at {@code p·256 + r}; there only where {@link #isPartial}. */
  final long[] words = new long[PANELS * CHUNK];

  private final int[] from = new int[PANELS];
  private final int[] end = new int[PANELS];
  private final boolean[] partial = new boolean[PANELS];

  /**
   * Finds who sees what.
   *
   * @return false if nobody sees anything
   */
  boolean find(QueryRows rows, QueryChunk queries, KeyChunk keys) {
    if (rows.endKey() <= keys.first()
        || rows.firstKey() >= keys.first() + keys.count
        || !rows.findVisible(keys.first(), keys.count)) {
      return false;
    }
    boolean all = !queries.anyEmpty;
    for (int r = 0; r < queries.count && all; r++) {
      all = rows.state(r) == MaskPlan.ALL;
    }
    boolean any = all;
    for (int p = 0; p < keys.panels(); p++) {
      if (all) {
        from[p] = 0;
        end[p] = queries.count;
        partial[p] = false;
      } else {
        any |= findRows(rows, queries, p, EVERYBODY >>> (PANEL - keys.lanes(p)));
      }
    }
    return any;
  }

  private boolean findRows(QueryRows rows, QueryChunk queries, int p, long lanes) {
    int first = queries.count;
    int last = -1;
    for (int r = 0; r < queries.count; r++) {
      long word = word(rows, queries, r, p) & lanes;
      words[p * CHUNK + r] = word;
      if (word != 0) {
        first = Math.min(first, r);
        last = r;
      }
    }
    from[p] = last < 0 ? 0 : first / PANEL * PANEL;
    end[p] = last < 0 ? 0 : Math.min(queries.count, (last / PANEL + 1) * PANEL);
    partial[p] = false;
    for (int r = from[p]; r < end[p] && !partial[p]; r++) {
      partial[p] = words[p * CHUNK + r] != lanes;
    }
    return last >= 0;
  }

  private static long word(QueryRows rows, QueryChunk queries, int r, int p) {
    int state = queries.isEmpty(r) ? MaskPlan.NONE : rows.state(r);
    if (state != MaskPlan.SOME) {
      return state == MaskPlan.ALL ? EVERYBODY : 0L;
    }
    int key = p * PANEL;
    return rows.bits()[QueryRows.bitsAt(r, key)] >>> (key % Long.SIZE) & EVERYBODY;
  }

  /** The first query of those among which all are that see a key of the panel; in whole panels. */
  int from(int p) {
    return from[p];
  }

  /** One past the last of them; the same if there are none. */
  int end(int p) {
    return end[p];
  }

  /** Whether some of them do not see some key of the panel. */
  boolean isPartial(int p) {
    return partial[p];
  }
}
