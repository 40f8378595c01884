package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a state holds, as runs that do not overlap. Runs that make up a tree node are
 * merged as soon as they meet, so that which runs there are depends on the keys alone, not on the
 * order in which they came. Immutable.
 *
 * <p>Fragments of a chunk wait for the rest of it, and are then merged in ascending order: their
 * bits do not depend on the order of arrival either.
 */
final class HeldKeys {

  static final HeldKeys NONE = new HeldKeys(List.of());

  /** In ascending order. */
  final List<Run> runs;

  private HeldKeys(List<Run> runs) {
    this.runs = runs;
  }

  /** Number of keys. */
  long count() {
    long count = 0;
    for (Run run : runs) {
      count += run.to - run.from;
    }
    return count;
  }

  /**
   * Throws if any of the keys {@code [from, to)} is here.
   *
   * @throws IllegalArgumentException with both ranges
   */
  void requireFree(long from, long to) {
    requireFree(from, to, runs);
  }

  private static void requireFree(long from, long to, List<Run> held) {
    for (Run run : held) {
      if (from < to && run.from < to && from < run.to) {
        throw new IllegalArgumentException(
            "keys " + from + " to " + (to - 1) + " come twice: the state holds " + run);
      }
    }
  }

  /**
   * These keys and others.
   *
   * @throws IllegalArgumentException if there is one among both
   */
  HeldKeys plus(List<Run> others, StateContent.Shape shape) {
    for (Run run : others) { // all of them, before the work
      requireFree(run.from, run.to, runs.reversed());
    }
    List<Run> all = new ArrayList<>(runs);
    all.addAll(others);
    all.sort(Comparator.comparingLong(run -> run.from));
    List<Run> merged = new ArrayList<>();
    for (Run run : all) {
      merged.add(run);
      mergeChunk(merged, shape);
      while (merged.size() > 1 && merged.getLast().isSiblingOf(merged.get(merged.size() - 2))) {
        mergeFrom(merged.size() - 2, merged, shape);
      }
    }
    return new HeldKeys(List.copyOf(merged));
  }

  /** Merges the last runs if they are fragments that make up a chunk. */
  private static void mergeChunk(List<Run> runs, StateContent.Shape shape) {
    int first = runs.size() - 1;
    if (!runs.get(first).isFragment() || runs.get(first).to % CHUNK != 0) {
      return;
    }
    while (first > 0
        && runs.get(first).from % CHUNK != 0
        && runs.get(first - 1).to == runs.get(first).from) {
      first--;
    }
    if (runs.get(first).from % CHUNK == 0) {
      mergeFrom(first, runs, shape);
    }
  }

  private static void mergeFrom(int first, List<Run> runs, StateContent.Shape shape) {
    List<Run> last = runs.subList(first, runs.size());
    Run merged = merged(last, shape);
    last.clear();
    runs.add(merged);
  }

  /** Neighbours, merged in ascending order. */
  private static Run merged(List<Run> neighbours, StateContent.Shape shape) {
    Run merged = neighbours.get(0);
    for (Run next : neighbours.subList(1, neighbours.size())) {
      merged = merged.mergedWith(next, shape);
    }
    return merged;
  }

  /**
   * The node of all keys: the tree's root, whose missing right branches are the identity.
   *
   * @throws IllegalStateException if the keys are not those from 0 up to some end
   */
  float[] root(StateContent.Shape shape) {
    requireNoGap();
    int trees = 0; // before the fragments of the last chunk
    while (trees < runs.size() && !runs.get(trees).isFragment()) {
      trees++;
    }
    List<Run> fragments = runs.subList(trees, runs.size());
    Run root = fragments.isEmpty() ? null : merged(fragments, shape);
    for (int r = trees - 1; r >= 0; r--) {
      root = root == null ? runs.get(r) : runs.get(r).mergedWith(root, shape);
    }
    return root == null || root.node == null ? Run.emptyNode(shape) : root.node;
  }

  private void requireNoGap() {
    long at = 0;
    for (Run run : runs) {
      if (run.from != at) {
        throw new IllegalStateException(
            "keys " + at + " to " + (run.from - 1) + " are missing: the state holds " + this);
      }
      at = run.to;
    }
  }

  /** The keys in runs as long as can be. */
  @Override
  public String toString() {
    if (runs.isEmpty()) {
      return "no keys";
    }
    StringBuilder text = new StringBuilder("keys ");
    for (int r = 0; r < runs.size(); r++) {
      boolean begins = r == 0 || runs.get(r - 1).to != runs.get(r).from;
      boolean ends = r + 1 == runs.size() || runs.get(r).to != runs.get(r + 1).from;
      if (begins) {
        text.append(r == 0 ? "" : ", ").append(runs.get(r).from).append(" to ");
      }
      if (ends) {
        text.append(runs.get(r).to - 1);
      }
    }
    return text.toString();
  }

  /**
   * A run of consecutive keys and what attention made of them: a node of the merge tree, in the
   * layout of {@link NodeKernels}. Immutable; the node is shared between states.
   *
   * <p>The run is that of a tree node: {@code 256·2^level} keys that begin at a multiple of their
   * number. Or it is a fragment: a part of one chunk, where keys are cut elsewhere.
   */
  static final class Run {

    /** Level of a run that is not a whole chunk. */
    static final int FRAGMENT = -1;

    final long from;
    final long to;
    final int level;

    /** Null if no row sees any of the keys: the identity of the merge. */
    final float @Nullable [] node;

    Run(long from, long to, float @Nullable [] node) {
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

    /**
     * Whether the two make up a node of the next level; {@code left} ends where this one begins.
     */
    boolean isSiblingOf(Run left) {
      return !isFragment() && level == left.level && left.from == (from ^ (to - from));
    }

    /** The run of this one's keys and those of the next one, which begins where this one ends. */
    Run mergedWith(Run next, StateContent.Shape shape) {
      if (next.node == null) {
        return new Run(from, next.to, node);
      }
      if (node == null) {
        return new Run(from, next.to, next.node);
      }
      float[] merged = node.clone();
      float[] factors = new float[NodeKernels.FACTORS];
      Kernels.nodes().mergeRows(merged, 0, next.node, 0, shape.rows(), shape.width(), factors);
      return new Run(from, next.to, merged);
    }

    /** A node of rows that have seen no key. */
    static float[] emptyNode(StateContent.Shape shape) {
      float[] node = new float[shape.nodeLength()];
      NodeKernels.clear(node, 0, shape.rows(), node.length);
      return node;
    }

    @Override
    public String toString() {
      return from + " to " + (to - 1);
    }
  }
}
