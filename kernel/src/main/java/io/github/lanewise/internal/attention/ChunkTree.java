package io.github.lanewise.internal.attention;

import java.util.Arrays;

/**
 * The fixed binary tree over the absolute chunk index: {@code node(level, i) = merge(node(level -
 * 1, 2i), node(level - 1, 2i + 1))}.
 *
 * <p>Nodes arrive in ascending order, and some never arrive because nothing in them is visible:
 * they are identities, so a node whose right neighbour stays away moves up unchanged. Nodes that
 * still wait for their right neighbour stand in a stack, which is never deeper than the binary
 * logarithm of the chunk count, and one more for the newest node.
 */
abstract class ChunkTree {

  /** The nodes, each at the place that {@link #open} or {@link #root} names. */
  float[] nodes = new float[0];

  private int[] levels = new int[8];
  private long[] indices = new long[8];
  private int depth;
  private int nodeLength;

  /** Empties the tree, for nodes of so many floats. */
  final void begin(long length) {
    nodeLength = Math.toIntExact(length);
    depth = 0;
  }

  /** Floats of a node. */
  final int nodeLength() {
    return nodeLength;
  }

  /**
   * Where the node (level, index), which comes after all others, is to be written before it is
   * added; {@link #nodes} may be a new array after it. If it is not added, its keys are an
   * identity.
   */
  final int open(int level, long index) {
    long chunk = index << level;
    while (depth > 0 && !isLeftOf(chunk)) {
      levels[depth - 1]++; // the right neighbour will not come: all keys before the chunk are over
      indices[depth - 1] >>= 1;
      mergePairs();
    }
    return scratch();
  }

  /** Room for one node beyond those of the tree. */
  final int scratch() {
    int needed = Math.multiplyExact(depth + 1, nodeLength);
    if (nodes.length < needed) {
      nodes = Arrays.copyOf(nodes, needed);
    }
    return depth * nodeLength;
  }

  /** Takes the node that was written where {@link #open} said. */
  final void add(int level, long index) {
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
  final boolean isEmpty() {
    return depth == 0;
  }

  /** Folds the tree to the node of all keys; that of rows that have seen none if it is empty. */
  final int root() {
    if (depth == 0) {
      clear(open(0, 0));
      add(0, 0);
    }
    while (depth > 1) {
      mergeTop();
    }
    return 0;
  }

  /** Makes the node at a place the identity. */
  abstract void clear(int node);

  /** Merges the node at b, of the higher index, into the node at a. */
  abstract void merge(int a, int b);

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
}
