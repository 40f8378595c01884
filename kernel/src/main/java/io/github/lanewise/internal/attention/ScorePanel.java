package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.mask.QueryRows.VisibleLanes;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The scores of a block's rows against the keys of one chunk, {@code [256 keys][32 rows]}: the dot
 * product and every step that was asked for up to visibility.
 *
 * <p>The panel takes 32 KB. Where the mask lets all rows see a key and nothing but a scale was
 * asked for, one pass does it all; else the panel is made block by block, so that the steps after
 * the dot product find their block in the first-level cache.
 */
final class ScorePanel {

  private static final int PANEL = TileKernels.PANEL;
  private static final int GROUP = TileKernels.GROUP;

  /** Keys that are scored at a time where the scores take more than one pass. */
  private static final int BLOCK = 32;

  /** The scores; later the weights, which are computed in place. */
  final float[] scores = new float[CHUNK * PANEL];

  /** First key of the span of the chunk that any row sees; it starts on a group of 16. */
  long spanFrom;

  /** Number of keys in the span. */
  int spanKeys;

  /** Runs of the span's keys that are scored; the others are invisible to all rows. */
  int runs;

  /** Where each run begins, counted from the span's first key; in whole groups. */
  final int[] runFrom = new int[CHUNK / GROUP];

  /** Where it ends. */
  final int[] runEnd = new int[CHUNK / GROUP];

  private final VisibleLanes visible = new VisibleLanes();
  private final float[] slopes = new float[PANEL];
  private final float[] temperatures = new float[PANEL];
  private final long[] positions = new long[PANEL];
  private final float[] distances = new float[PANEL];
  private float[] queries = new float[0];
  private float[] bias = new float[0];
  private float[] biasRow = new float[0];

  private PrefillCall call;
  private QueryRows rows;

  private boolean skipsGaps;

  /** Whether all, some or none of the rows see all keys of the span. */
  private int visibility;

  @SuppressWarnings("NullAway.Init") // bound by `begin` before any other method
  ScorePanel() {}

  /**
   * Fills the query panel with the block's rows. Lanes beyond them keep what an earlier block left:
   * they are computed up to a whole vector, and never looked at.
   */
  void begin(PrefillCall call, QueryRows rows, StagedRows staging) {
    this.call = call;
    this.rows = rows;
    skipsGaps = call.weights == null && !call.options.isArgmax(rows.head[0]);
    loadQueries(call.q, call.headDim, staging);
    loadRowOptions();
  }

  private void loadQueries(StridedFloats q, int headDim, StagedRows staging) {
    if (queries.length < headDim * PANEL) {
      queries = new float[headDim * PANEL];
    }
    for (int c = 0; c < rows.count; ) {
      int stop = rows.endOfHead(c);
      staging.load(q, rows.offsetIn(q, c), rows.strideIn(q), stop - c, headDim);
      Kernels.tiles()
          .transpose(
              staging.array, staging.from, staging.stride, stop - c, headDim, queries, c, PANEL);
      c = stop;
    }
  }

  private void loadRowOptions() {
    float[] headSlopes = call.options.slopes;
    float[] headTemperatures = call.options.temperatures;
    long offset = headSlopes == null ? 0 : call.alibiOffset(rows.batch());
    Arrays.fill(slopes, 0f);
    Arrays.fill(temperatures, 1f);
    for (int c = 0; c < rows.count; c++) {
      if (headSlopes != null) {
        slopes[c] = headSlopes[(int) rows.head[c]];
        positions[c] = rows.query[c] + offset;
      }
      if (headTemperatures != null) {
        temperatures[c] = headTemperatures[(int) rows.head[c]];
      }
    }
  }

  /**
   * Computes the chunk's scores, -inf where invisible, and each row's maximum.
   *
   * @param temper whether the scores are divided by the temperature
   * @param nodes receives the maxima in the node at {@code node}
   * @return false, with nothing done, if no row sees any of the chunk's keys
   */
  boolean score(PackedChunk chunk, boolean temper, float[] nodes, int node) {
    long chunk0 = chunk.index * CHUNK;
    spanFrom = Math.max(chunk.firstKey, rows.firstKey() / GROUP * GROUP);
    long spanEnd = Math.min(chunk.end, rows.endKey());
    spanKeys = (int) (spanEnd - spanFrom);
    if (spanKeys <= 0) {
      return false;
    }
    visibility = visible.fill(rows, chunk0, spanFrom, spanEnd);
    if (visibility == MaskPlan.NONE) {
      return false;
    }
    int maximum = node + NodeKernels.MAXIMUM;
    Arrays.fill(nodes, maximum, maximum + PANEL, Float.NEGATIVE_INFINITY);
    findRuns();
    for (int run = 0; run < runs; run++) {
      scoreRun(chunk, runFrom[run], runEnd[run], temper, nodes, node);
    }
    return true;
  }

  /** The groups that some row sees, if gaps pay: who wants weights wants them of all keys. */
  private void findRuns() {
    runs = 1;
    runFrom[0] = 0;
    runEnd[0] = spanKeys;
    if (visibility != MaskPlan.SOME || call.mask.rangesOnly() || !skipsGaps) {
      return;
    }
    runs = 0;
    for (int key = 0; key < spanKeys; key += GROUP) {
      int end = Math.min(spanKeys, key + GROUP);
      if (!isSeen(key, end)) {
        continue;
      }
      if (runs == 0 || runEnd[runs - 1] < key) {
        runFrom[runs] = key;
        runs++;
      }
      runEnd[runs - 1] = end;
    }
  }

  private boolean isSeen(int key, int end) {
    long any = 0L;
    for (int k = key; k < end; k++) {
      any |= visible.words[wordsFrom() + k];
    }
    return any != 0;
  }

  private void scoreRun(
      PackedChunk chunk, int from, int end, boolean temper, float[] nodes, int node) {
    boolean inOnePass = call.options.isPlain() && !chunk.keysScaled;
    for (int key = from; key < end; ) {
      int whole = inOnePass ? visibleTo(key, end) : 0;
      if (whole > 0) {
        scoreVisible(chunk, key, whole, nodes, node);
        key += whole;
      } else {
        int keys = Math.min(BLOCK, end - key);
        scoreBlock(chunk, key, keys, temper, nodes, node);
        key += keys;
      }
    }
  }

  /** Number of keys from {@code key} on that all rows see, in whole groups. */
  private int visibleTo(int key, int runEnd) {
    int end = runEnd;
    if (visibility != MaskPlan.ALL) {
      long everybody = -1L >>> (Long.SIZE - rows.count);
      int word = wordsFrom();
      end = key;
      while (end < runEnd && visible.words[word + end] == everybody) {
        end++;
      }
    }
    return (end - key) / GROUP * GROUP;
  }

  /** Dot products, scale and maximum in one pass. */
  private void scoreVisible(PackedChunk chunk, int key, int keys, float[] nodes, int node) {
    Kernels.scores()
        .scores(
            chunk.keys,
            chunk.keyAt(spanFrom + key),
            call.headDim * GROUP,
            keys,
            queries,
            0,
            rows.count,
            call.headDim,
            call.scale,
            scores,
            key * PANEL,
            nodes,
            node);
  }

  private void scoreBlock(
      PackedChunk chunk, int key, int keys, boolean temper, float[] nodes, int node) {
    AttentionOptions options = call.options;
    int at = key * PANEL;
    int lanes = rows.count;
    Kernels.tiles()
        .product(
            chunk.keys,
            chunk.keyAt(spanFrom + key),
            call.headDim * GROUP,
            keys,
            queries,
            0,
            lanes,
            call.headDim,
            scores,
            at);
    if (chunk.keysScaled) {
      int scaleAt = PackedChunk.scaleAt(spanFrom + key);
      Kernels.scores().scaleRows(scores, at, keys, lanes, chunk.keyScales, scaleAt);
    }
    if (options.softcap != 0f) {
      Kernels.scores().softcap(scores, at, keys, lanes, call.scale, options.softcap);
    } else if (!options.isPlain()) {
      Kernels.scores().scale(scores, at, keys, lanes, call.scale);
    }
    if (call.bias != null) {
      loadBias(call.bias, spanFrom + key, keys);
      Kernels.scores().addPanel(scores, at, keys, lanes, bias, 0);
    }
    if (options.slopes != null) {
      Kernels.scores()
          .alibi(scores, at, keys, lanes, slopes, positions, spanFrom + key, 1, distances);
    }
    if (options.temperatures != null && temper) {
      Kernels.scores().temper(scores, at, keys, lanes, temperatures);
    }
    float scale = options.isPlain() ? call.scale : 1f;
    Kernels.scores()
        .maskAndMaximum(scores, at, keys, lanes, scale, words(), wordsFrom() + key, nodes, node);
  }

  private void loadBias(StridedFloats b, long key0, int keys) {
    if (bias.length == 0) {
      bias = new float[BLOCK * PANEL];
      biasRow = new float[BLOCK];
    }
    for (int c = 0; c < rows.count; c++) {
      long at = Operands.biasRow(b, rows.batch(), rows.head[c], rows.query[c]);
      if (call.biasPerKey) {
        b.read(at + key0, biasRow, 0, keys);
      } else {
        b.read(at, biasRow, 0, 1);
        Arrays.fill(biasRow, 1, keys, biasRow[0]);
      }
      for (int k = 0; k < keys; k++) {
        bias[k * PANEL + c] = biasRow[k];
      }
    }
  }

  /** Lets go of the call: what it has packed belongs to another worker. */
  @SuppressWarnings("NullAway") // bound again by `begin`
  void release() {
    call = null;
    rows = null;
  }

  /** The words of visibility of the chunk, or null if all rows see all keys of the span. */
  long @Nullable [] words() {
    return visibility == MaskPlan.ALL ? null : visible.words;
  }

  /** Where {@link #words} tells of the span's first key. */
  int wordsFrom() {
    return (int) (spanFrom % CHUNK);
  }

  /** Whether row {@code c} sees key {@code k} of the span. */
  boolean sees(int k, int c) {
    return visibility == MaskPlan.ALL || (visible.words[wordsFrom() + k] >>> c & 1) != 0;
  }
}
