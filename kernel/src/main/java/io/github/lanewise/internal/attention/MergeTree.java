package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.Arrays;

/**
 * Merges the partial results of a block's chunks by the fixed binary tree over the absolute chunk
 * index: {@code node(level, i) = merge(node(level - 1, 2i), node(level - 1, 2i + 1))}.
 *
 * <p>Chunks arrive in ascending order, and some never arrive because nobody sees them: they are
 * identities, so a node whose right neighbour stays away moves up unchanged. Nodes that still wait
 * for their right neighbour stand in a stack, each of its slots holding one node in the layout of
 * {@link TileKernels}. The stack is never deeper than the binary logarithm of the chunk count, and
 * one more for the newest chunk.
 */
final class MergeTree {

  /** Nodes in the layout of {@link TileKernels}, {@link #stride} floats apart. */
  float[] nodes = new float[0];

  private int[] levels = new int[8];
  private long[] indices = new long[8];
  private int depth;
  private int stride;
  private int valueDim;
  private int columns;
  private final float[] factors = new float[NodeKernels.FACTORS];

  /** Empties the tree for a block whose nodes have {@code valueDim} rows of values. */
  void begin(int valueDim, int columns) {
    this.valueDim = valueDim;
    this.columns = columns;
    int rows = (valueDim + TileKernels.TILE_ROWS - 1) / TileKernels.TILE_ROWS;
    stride = ScoreKernels.NODE_VALUES + rows * TileKernels.TILE_ROWS * TileKernels.PANEL;
    depth = 0;
  }

  /** Where the next chunk's node is to be written; {@link #nodes} may be a new array after it. */
  int next() {
    int needed = (depth + 1) * stride;
    if (nodes.length < needed) {
      nodes = Arrays.copyOf(nodes, needed);
    }
    return depth * stride;
  }

  /** Takes the node that was written at {@link #next} as that of chunk {@code chunk}. */
  void add(long chunk) {
    closeBefore(chunk);
    push(0, chunk);
    while (depth > 1 && isRightOfPair(depth - 1)) {
      mergeTop();
    }
  }

  /** The node of the whole row; the tree is folded. Returns -1 if there was no chunk at all. */
  int root() {
    while (depth > 1) {
      mergeTop();
    }
    return depth - 1;
  }

  /**
   * Moves nodes up whose right neighbour will not come, since chunks before {@code chunk} are over;
   * the newest chunk's node already stands above the stack and moves down with it.
   */
  private void closeBefore(long chunk) {
    int incoming = depth;
    while (depth > 0) {
      int top = depth - 1;
      boolean left = (indices[top] & 1) == 0;
      if (left && chunk >> levels[top] == indices[top] + 1) {
        break; // the chunk lies below the right neighbour
      }
      levels[top]++;
      indices[top] >>= 1;
      while (depth > 1 && isRightOfPair(depth - 1)) {
        mergeTop();
      }
    }
    if (incoming != depth) {
      System.arraycopy(nodes, incoming * stride, nodes, depth * stride, stride);
    }
  }

  private boolean isRightOfPair(int top) {
    return levels[top] == levels[top - 1]
        && indices[top - 1] == indices[top] - 1
        && (indices[top] & 1) == 1;
  }

  private void push(int level, long index) {
    if (depth == levels.length) {
      levels = Arrays.copyOf(levels, 2 * depth);
      indices = Arrays.copyOf(indices, 2 * depth);
    }
    levels[depth] = level;
    indices[depth] = index;
    depth++;
  }

  /** Merges the node at b into the one at a. */
  void merge(int a, int b) {
    Kernels.nodes().mergePanels(nodes, a, b, valueDim, columns, factors);
  }

  private void mergeTop() {
    int top = depth - 1;
    merge((top - 1) * stride, top * stride);
    depth = top;
    levels[top - 1]++;
    indices[top - 1] >>= 1;
  }
}
