package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.Arrays;

/**
 * Merges the partial results of runs of keys by the fixed binary tree over the absolute chunk
 * index: {@code node(level, i) = merge(node(level - 1, 2i), node(level - 1, 2i + 1))}.
 *
 * <p>Nodes arrive in ascending order, and some never arrive because nobody sees their keys: they
 * are identities, so a node whose right neighbour stays away moves up unchanged. Nodes that still
 * wait for their right neighbour stand in a stack, in either layout of {@link NodeKernels}. The
 * stack is never deeper than the binary logarithm of the chunk count, and one more for the newest
 * node.
 */
final class MergeTree {

  /** The nodes, each at the place that {@link #open} or {@link #root} names. */
  float[] nodes = new float[0];

  private int[] levels = new int[8];
  private long[] indices = new long[8];
  private int depth;

  private boolean panels;
  private int rows;
  private int stride;
  private int valueDim;
  private int nodeLength;
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
    nodeLength = Math.toIntExact(length);
    depth = 0;
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

  /**
   * Where the node (level, index), which comes after all others, is to be written before it is
   * added; {@link #nodes} may be a new array after it. If it is not added, its keys are an
   * identity.
   */
  int open(int level, long index) {
    long chunk = index << level;
    while (depth > 0 && !isLeftOf(chunk)) {
      levels[depth - 1]++; // the right neighbour will not come: all keys before the chunk are over
      indices[depth - 1] >>= 1;
      mergePairs();
    }
    return scratch();
  }

  /** Room for one node beyond those of the tree. */
  int scratch() {
    int needed = Math.multiplyExact(depth + 1, nodeLength);
    if (nodes.length < needed) {
      nodes = Arrays.copyOf(nodes, needed);
    }
    return depth * nodeLength;
  }

  /** Takes the node that was written where {@link #open} said. */
  void add(int level, long index) {
    if (depth == levels.length) {
      levels = Arrays.copyOf(levels, 2 * depth);
      indices = Arrays.copyOf(indices, 2 * depth);
    }
    levels[depth] = level;
    indices[depth] = index;
    depth++;
    mergePairs();
  }

  /** Whether no node was added. */
  boolean isEmpty() {
    return depth == 0;
  }

  /** Folds the tree to the node of all keys; that of rows that have seen none if it is empty. */
  int root() {
    if (depth == 0) {
      clear(open(0, 0));
      add(0, 0);
    }
    while (depth > 1) {
      mergeTop();
    }
    return 0;
  }

  /** Makes the node at a place that of rows that have seen no key. */
  void clear(int node) {
    NodeKernels.clear(nodes, node, stride, nodeLength);
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

  /** Whether the chunk lies below the right neighbour of the newest node. */
  private boolean isLeftOf(long chunk) {
    int top = depth - 1;
    return (indices[top] & 1) == 0 && chunk >> levels[top] == indices[top] + 1;
  }

  private void mergePairs() {
    while (depth > 1
        && levels[depth - 1] == levels[depth - 2]
        && (indices[depth - 1] & 1) == 1
        && indices[depth - 2] == indices[depth - 1] - 1) {
      mergeTop();
    }
  }

  private void mergeTop() {
    depth--;
    merge((depth - 1) * nodeLength, depth * nodeLength);
    levels[depth - 1]++;
    indices[depth - 1] >>= 1;
  }

  private void merge(int a, int b) {
    if (panels) {
      Kernels.nodes().mergePanels(nodes, a, b, valueDim, rows, factors);
    } else {
      Kernels.nodes().mergeRows(nodes, a, nodes, b, rows, valueDim, factors);
    }
  }
}
