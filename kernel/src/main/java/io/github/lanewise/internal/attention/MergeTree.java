package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;

/** Merges the partial results of runs of keys, nodes in either layout of {@link NodeKernels}. */
final class MergeTree extends ChunkTree {

  private boolean panels;
  private int rows;
  private int stride;
  private int valueDim;
  private final float[] factors = new float[NodeKernels.FACTORS];

  /** Empties the tree, for nodes in panel layout with so many lanes in use. */
  void beginPanels(int lanes, int valueDim) {
    int tiles = (valueDim + TileKernels.TILE_ROWS - 1) / TileKernels.TILE_ROWS;
    long values = (long) tiles * TileKernels.TILE_ROWS * TileKernels.PANEL;
    begin(true, lanes, TileKernels.PANEL, valueDim, NodeKernels.values(TileKernels.PANEL) + values);
  }

  /** Empties the tree, for nodes in row layout. */
  void beginRows(int rows, int valueDim) {
    begin(false, rows, rows, valueDim, NodeKernels.length(rows, valueDim));
  }

  private void begin(boolean panels, int rows, int stride, int valueDim, long length) {
    this.panels = panels;
    this.rows = rows;
    this.stride = stride;
    this.valueDim = valueDim;
    begin(length);
  }

  /** Whether the nodes are panels. */
  boolean hasPanels() {
    return panels;
  }

  /** Floats from one to the next of a row's maximum, sum and moment. */
  int stride() {
    return stride;
  }

  /** Values of a row. */
  int valueDim() {
    return valueDim;
  }

  /** Makes the node at a place that of rows that have seen no key. */
  @Override
  void clear(int node) {
    NodeKernels.clear(nodes, node, stride, nodeLength());
  }

  /** Merges the sinks into the root: nodes of the highest keys, with the weight 1 and no values. */
  void joinSinks(float[] logits, QueryRows queries) {
    int root = root();
    int sink = scratch();
    clear(sink);
    for (int r = 0; r < rows; r++) {
      float logit = logits[(int) queries.head[r]];
      nodes[sink + NodeKernels.MAXIMUM + r] = logit;
      nodes[sink + NodeKernels.sum(stride) + r] = logit == Float.NEGATIVE_INFINITY ? 0f : 1f;
    }
    merge(root, sink);
  }

  /** Divides the root's values by its sums, and returns where they stand. */
  int normalize() {
    int root = root();
    if (panels) {
      Kernels.nodes().normalizePanel(nodes, root, valueDim, rows);
    } else {
      Kernels.nodes().normalizeRows(nodes, root, rows, valueDim);
    }
    return root + NodeKernels.values(stride);
  }

  /** Multiplies the values of the node that {@link #normalize} has left. */
  void scale(int values, float factor) {
    if (panels) {
      Kernels.scores().scale(nodes, values, valueDim, rows, factor);
    } else {
      Kernels.lanes().scale(nodes, values, factor, nodes, values, rows * valueDim);
    }
  }

  @Override
  void merge(int a, int b) {
    if (panels) {
      Kernels.nodes().mergePanels(nodes, a, b, valueDim, rows, factors);
    } else {
      Kernels.nodes().mergeRows(nodes, a, nodes, b, rows, valueDim, factors);
    }
  }
}
