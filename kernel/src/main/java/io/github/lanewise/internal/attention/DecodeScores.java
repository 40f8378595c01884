package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * Scores and weights of a chunk, one row of 256 keys for each query: every step between the two
 * products.
 *
 * <p>Steps that only depend on the element are those of the panel kernels: to them a row is a panel
 * of a few keys by 32 or more lanes.
 */
final class DecodeScores {

  private static final int PANEL = ScoreKernels.PANEL;

  /** Positions for ALiBi: a lane holds the key as many further on as is the lane's number. */
  private static final long[] POSITIONS = new long[PANEL];

  static {
    Arrays.setAll(POSITIONS, lane -> -lane);
  }

  /** Dot products and then scores, -inf where invisible. */
  float[] scores = new float[0];

  float[] weights = new float[0];

  private final float[] scratch = new float[RowReductions.SCRATCH];
  private final float[] biasRow = new float[CHUNK];
  private final float[] perLane = new float[PANEL];
  private final DropoutBits rowBits = new DropoutBits(1);
  private final DropoutBits keyBits = new DropoutBits(CHUNK);
  private WeightSums kind = WeightSums.WRITE;

  /** First key of the chunk that any row sees, rounded down to a whole word of bits. */
  private int from;

  private int end;

  void begin(DecodeCall call, int most) {
    kind = WeightSums.of(true, call.results.entropy != null);
    if (scores.length < most * CHUNK) {
      scores = new float[most * CHUNK];
      weights = new float[most * CHUNK];
    }
  }

  /** Makes {@code count} rows ready for the dot products with the keys that {@code rows} see. */
  void clear(QueryRows rows, int count) {
    from = rows.from() / Long.SIZE * Long.SIZE;
    end = rows.to();
    for (int r = 0; r < count; r++) {
      Arrays.fill(scores, r * CHUNK + from, (r + 1) * CHUNK, 0f);
    }
  }

  /**
   * From dot products to weights, for row {@code r} in place {@code at}: maximum, sum and moment go
   * to the node.
   */
  void weigh(DecodeCall call, QueryRows rows, long chunk0, int r, int at, float[] nodes, int node) {
    int row = at * CHUNK;
    int state = rows.state(r);
    if (state == MaskPlan.NONE) {
      Arrays.fill(scores, row + from, row + end, Float.NEGATIVE_INFINITY);
      Arrays.fill(weights, row + from, row + end, 0f);
      return; // the node's row says so already
    }
    score(call, rows, chunk0, r, row);
    float m =
        state == MaskPlan.ALL
            ? Kernels.lanes().largest(scores, row + from, row + end)
            : Kernels.lanes()
                .maskedCopy(
                    scores,
                    row + from,
                    scores,
                    row + from,
                    end - from,
                    rows.bits(),
                    QueryRows.bitsAt(r, from));
    float origin = m == Float.NEGATIVE_INFINITY ? 0f : m; // -inf - -inf would be NaN
    long sums =
        Kernels.lanes().weights(kind, scores, row, weights, row, from, end, origin, scratch);
    float sum = FloatPair.first(sums);
    nodes[node + r] = Float.isNaN(sum) ? Float.NaN : m; // the maximum ignores NaN
    nodes[node + NodeKernels.sum(rows.count) + r] = sum;
    nodes[node + NodeKernels.moment(rows.count) + r] =
        kind.wantsMoment() ? FloatPair.second(sums) : 0f;
    if (call.options.drops()) {
      drop(call, rows, chunk0, r, row);
    }
  }

  /** Drops weights; their scores become -inf, so that their values are not looked at either. */
  private void drop(DecodeCall call, QueryRows rows, long chunk0, int r, int row) {
    AttentionOptions options = call.options;
    rowBits.clear();
    long position = rows.query[r] + call.alibiOffset(rows.batch());
    rowBits.addRows(options, rows.batch(), rows.head[r], position, 1);
    keyBits.clear();
    keyBits.addKeys(options, chunk0 + from, end - from);
    for (int k = 0; k < end - from; k += PANEL) {
      int lanes = Math.min(PANEL, end - from - k);
      rowBits.drop(options, weights, row + from + k, 1, lanes, 0, keyBits, k, 1f);
    }
    for (int k = 0; k < end - from; k++) {
      if (!rowBits.keeps(0, keyBits, k, options.dropThreshold)) {
        scores[row + from + k] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private void score(DecodeCall call, QueryRows rows, long chunk0, int r, int row) {
    AttentionOptions options = call.options;
    ScoreKernels kernels = Kernels.scores();
    int at = row + from;
    int panels = (end - from + PANEL - 1) / PANEL;
    int head = (int) rows.head[r];
    if (options.softcap != 0f) {
      kernels.softcap(scores, at, panels, PANEL, call.scale, options.softcap);
    } else {
      kernels.scale(scores, at, panels, PANEL, call.scale);
    }
    if (call.bias != null) {
      loadBias(call, call.bias, rows, chunk0, r);
      kernels.addPanel(scores, at, panels, PANEL, biasRow, from);
    }
    if (options.slopes != null) {
      Arrays.fill(perLane, options.slopes[head]);
      long distance = chunk0 + from - rows.query[r] - call.alibiOffset(rows.batch());
      kernels.alibi(scores, at, panels, PANEL, perLane, POSITIONS, distance, PANEL, scratch);
    }
    if (options.temperatures != null) {
      Arrays.fill(perLane, options.temperatures[head]);
      kernels.temper(scores, at, panels, PANEL, perLane);
    }
  }

  private void loadBias(DecodeCall call, StridedFloats bias, QueryRows rows, long chunk0, int r) {
    long at = Operands.biasRow(bias, rows.batch(), rows.head[r], rows.query[r]);
    if (call.biasPerKey) {
      bias.read(at + chunk0 + from, biasRow, from, end - from);
    } else {
      bias.read(at, biasRow, from, 1);
      Arrays.fill(biasRow, from, end, biasRow[from]);
    }
  }
}
