package io.github.lanewise.internal.trial;

import static io.github.lanewise.internal.kernel.NodeKernels.MAXIMUM;
import static io.github.lanewise.internal.kernel.ScoreKernels.GROUP;
import static io.github.lanewise.internal.kernel.ScoreKernels.PANEL;

import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import java.util.Arrays;
import java.util.List;

/** The kernels over scores and over nodes of the merge tree. */
final class ScoreDrills {
  private static final int DIM = TileDrills.DIM;

  /** Rows of a node in row layout. */
  private static final int ROWS = 4;

  /** Keys that the exponentials are timed over. */
  private static final int KEYS = 64;

  private static final int VALUES = NodeKernels.values(PANEL);
  private static final int NODE = VALUES + DIM * PANEL;

  private final float[] keys = Drill.samples(KEYS * DIM);
  private final float[] queries = Drill.samples(DIM * PANEL);
  private final float[] source = Drill.samples(KEYS * PANEL);
  private final float[] scores = new float[KEYS * PANEL];
  private final float[] nodes = new float[2 * NODE];
  private final float[] rowNodes = new float[2 * (int) NodeKernels.length(ROWS, DIM)];
  private final float[] scratch = new float[ScoreKernels.LANE_SCRATCH];
  private final float[] factors = new float[NodeKernels.FACTORS];
  private final float[] perLane = new float[PANEL];
  private final long[] positions = new long[PANEL];
  private final int[] bits = new int[2 * KEYS];
  private final long[] visible = new long[KEYS];

  ScoreDrills() {
    Arrays.fill(perLane, 0.5f);
    Arrays.fill(visible, 0x7777_7777_7777_7777L);
  }

  List<Drill> all() {
    return List.of(
        new Drill("scores", true, this::scores, this::usualScores),
        new Drill("exponentials", true, this::exponentials, this::usualExponentials),
        new Drill("merge", true, this::merges, this::usualMerges),
        new Drill("scale and mask", true, this::masks, this::usualMasks),
        new Drill("merge of rows", true, this::rowMerges, this::usualRowMerges),
        new Drill("exponentials with moment", false, this::moments, this::usualMoments),
        new Drill("score options", false, this::options, this::usualOptions));
  }

  private static int columns(int call) {
    return call % 4 == 3 ? 7 : PANEL;
  }

  private void clearMaximum() {
    Arrays.fill(nodes, MAXIMUM, MAXIMUM + PANEL, Float.NEGATIVE_INFINITY);
  }

  private void scores(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      clearMaximum();
      int depth = call % 8 == 7 ? 24 : 4 + call % 3;
      score(kernels.scores(), TileKernels.TILE_ROWS, call % 2 == 0 ? PANEL : 20, depth);
      score(kernels.scores(), TileKernels.TILE_ROWS, 3, depth);
    }
  }

  private void usualScores(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      clearMaximum();
      score(kernels.scores(), KEYS, PANEL, DIM);
    }
  }

  private void score(ScoreKernels kernels, int rows, int columns, int depth) {
    int stride = DIM * GROUP;
    kernels.scores(keys, 0, stride, rows, queries, 0, columns, depth, 0.3f, scores, 0, nodes, 0);
  }

  private void exponentials(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      exponentials(kernels.scores(), 4 + call % 7, columns(call), false);
    }
  }

  private void moments(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      exponentials(kernels.scores(), 4 + call % 7, columns(call), true);
    }
  }

  private void usualMoments(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      exponentials(kernels.scores(), KEYS, PANEL, true);
    }
  }

  private void usualExponentials(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      exponentials(kernels.scores(), KEYS, PANEL, false);
    }
  }

  private void exponentials(ScoreKernels kernels, int count, int columns, boolean moment) {
    Arrays.fill(nodes, MAXIMUM, MAXIMUM + PANEL, 3f);
    System.arraycopy(source, 0, scores, 0, Math.min(source.length, (count + 3) * PANEL));
    kernels.beginSums(columns, moment, scratch);
    kernels.exponentials(scores, 0, count, columns, moment, nodes, 0, scratch);
    kernels.endSums(columns, moment, scratch, nodes, 0);
  }

  /** Some lanes in which either side is larger, and some without any key. */
  private void fillNodes() {
    for (int side = 0; side < 2; side++) {
      System.arraycopy(source, side * 5, nodes, side * NODE, VALUES);
      Arrays.fill(nodes, side * NODE + PANEL, side * NODE + 2 * PANEL, 2f);
      nodes[side * NODE + MAXIMUM + side] = Float.NEGATIVE_INFINITY;
      System.arraycopy(source, 0, nodes, side * NODE + VALUES, 8 * PANEL);
    }
  }

  private void merges(KernelSet kernels, int from, int to) {
    NodeKernels merging = kernels.nodes();
    for (int call = from; call < to; call++) {
      fillNodes();
      merging.mergePanels(nodes, 0, NODE, 4 + call % 5, columns(call), factors);
      merging.normalizePanel(nodes, 0, 4 + call % 5, columns(call));
    }
  }

  private void usualMerges(KernelSet kernels, int calls) {
    NodeKernels merging = kernels.nodes();
    for (int call = 0; call < calls; call++) {
      fillNodes();
      merging.mergePanels(nodes, 0, NODE, DIM, PANEL, factors);
      merging.normalizePanel(nodes, 0, DIM, PANEL);
    }
  }

  private void masks(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      mask(kernels.scores(), 3 + call % 6, columns(call), call % 3 == 0 ? 0.5f : 1f, call % 2);
    }
  }

  private void usualMasks(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      mask(kernels.scores(), 32, PANEL, 0.5f, 0);
    }
  }

  private void mask(ScoreKernels kernels, int count, int columns, float scale, int all) {
    clearMaximum();
    System.arraycopy(source, 0, scores, 0, count * PANEL);
    kernels.scale(scores, 0, count, columns, 0.9f);
    kernels.maskAndMaximum(
        scores, 0, count, columns, scale, all == 1 ? null : visible, 0, nodes, 0);
  }

  private void rowMerges(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      mergeRows(kernels.nodes(), 1 + call % ROWS, call % 4 == 3 ? 24 : 20 + call % 30);
    }
  }

  private void usualRowMerges(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      mergeRows(kernels.nodes(), ROWS, DIM);
    }
  }

  private void mergeRows(NodeKernels kernels, int rows, int valueDim) {
    int second = (int) NodeKernels.length(ROWS, DIM);
    System.arraycopy(source, 0, rowNodes, 0, second);
    System.arraycopy(source, 7, rowNodes, second, second);
    int sum = NodeKernels.sum(rows);
    Arrays.fill(rowNodes, sum, sum + rows, 2f);
    Arrays.fill(rowNodes, second + sum, second + sum + rows, 2f);
    kernels.mergeRows(rowNodes, 0, rowNodes, second, rows, valueDim, factors);
    kernels.normalizeRows(rowNodes, 0, rows, valueDim);
  }

  private void options(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      options(kernels.scores(), 3 + call % 6, columns(call), call % 2);
    }
  }

  private void usualOptions(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      options(kernels.scores(), 32, PANEL, 0);
    }
  }

  private void options(ScoreKernels kernels, int count, int columns, int all) {
    System.arraycopy(source, 0, scores, 0, count * PANEL);
    kernels.softcap(scores, 0, count, columns, 0.3f, 30f);
    kernels.addPanel(scores, 0, count, columns, source, 0);
    kernels.scaleRows(scores, 0, count, columns, source, 0);
    kernels.alibi(scores, 0, count, columns, perLane, positions, 5, 1 + all, scratch);
    kernels.temper(scores, 0, count, columns, perLane);
    kernels.drop(scores, 0, count, columns, bits, 0, bits, 0, 1 << 29, 2f);
    Arrays.fill(nodes, MAXIMUM, MAXIMUM + PANEL, 9f);
    Arrays.fill(nodes, PANEL, 2 * PANEL, 2f);
    kernels.weights(scores, 0, count, columns, all == 1 ? null : visible, 0, nodes, 0);
    kernels.stageColumns(source, 0, PANEL, count, columns, scores, 0, nodes, 0);
    kernels.scaleColumns(scores, 0, count, columns, perLane, scores, 0, PANEL);
  }
}
