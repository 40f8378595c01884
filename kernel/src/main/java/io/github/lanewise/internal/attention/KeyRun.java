package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.runtime.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * A run of consecutive keys and what attention made of them: a node of the merge tree, in the
 * layout of {@link NodeKernels}. Immutable; the node is shared between states.
 *
 * <p>The run is that of a tree node: {@code 256·2^level} keys that begin at a multiple of their
 * number. Or it is a fragment: a part of one chunk, where keys are cut elsewhere.
 */
final class KeyRun {

  /** Level of a run that is not a whole chunk. */
  static final int FRAGMENT = -1;

  final long from;
  final long to;
  final int level;

  /** Null if no row sees any of the keys: the identity of the merge. */
  final float @Nullable [] node;

  KeyRun(long from, long to, float @Nullable [] node) {
    this.from = from;
    this.to = to;
    this.level = levelOf(from, to);
    this.node = node;
  }

  private static int levelOf(long from, long to) {
    return to - from < CHUNK ? FRAGMENT : Long.numberOfTrailingZeros((to - from) / CHUNK);
  }

  /** Whether there may be such a run. */
  static boolean isValid(long from, long to) {
    if (from < 0 || from >= to || to > POSITIONS) {
      return false;
    }
    long length = to - from;
    return length < CHUNK
        ? from / CHUNK == (to - 1) / CHUNK
        : Long.bitCount(length) == 1 && from % length == 0;
  }

  /** The end of the longest run that begins at a key and does not go beyond {@code end}. */
  static long endOfRun(long from, long end) {
    if (from % CHUNK != 0 || end - from < CHUNK) {
      return Math.min(end, (from / CHUNK + 1) * CHUNK);
    }
    long most = Long.highestOneBit(end - from);
    return from + (from == 0 ? most : Math.min(most, Long.lowestOneBit(from)));
  }

  boolean isFragment() {
    return level == FRAGMENT;
  }

  /** Where the run begins that makes the next level's run together with this one. */
  long siblingFrom() {
    return from ^ (to - from);
  }

  /** The run of this one's keys and those of the next one, which begins where this one ends. */
  KeyRun mergedWith(KeyRun next, StateShape shape) {
    if (next.node == null) {
      return new KeyRun(from, next.to, node);
    }
    if (node == null) {
      return new KeyRun(from, next.to, next.node);
    }
    float[] merged = node.clone();
    float[] factors = new float[NodeKernels.FACTORS];
    Kernels.nodes().mergeRows(merged, 0, next.node, 0, shape.rows(), shape.width(), factors);
    return new KeyRun(from, next.to, merged);
  }

  /** A node of rows that have seen no key. */
  static float[] emptyNode(StateShape shape) {
    float[] node = new float[shape.nodeLength()];
    NodeKernels.clear(node, 0, shape.rows(), node.length);
    return node;
  }

  @Override
  public String toString() {
    return from + " to " + (to - 1);
  }
}
