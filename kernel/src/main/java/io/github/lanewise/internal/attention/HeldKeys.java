package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

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
  final List<KeyRun> runs;

  private HeldKeys(List<KeyRun> runs) {
    this.runs = runs;
  }

  /** Number of keys. */
  long count() {
    long count = 0;
    for (KeyRun run : runs) {
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
    for (KeyRun run : runs) {
      if (from < to && run.from < to && from < run.to) {
        throw twice(from, to, run);
      }
    }
  }

  private static IllegalArgumentException twice(long from, long to, KeyRun held) {
    return new IllegalArgumentException(
        "keys " + from + " to " + (to - 1) + " come twice: the state holds " + held);
  }

  /**
   * These keys and others.
   *
   * @throws IllegalArgumentException if there is one among both
   */
  HeldKeys plus(List<KeyRun> others, StateShape shape) {
    if (others.isEmpty()) {
      return this;
    }
    TreeMap<Long, KeyRun> all = new TreeMap<>();
    for (KeyRun run : runs) {
      all.put(run.from, run);
    }
    for (KeyRun run : others) { // all of them, before the work
      requireFree(all, run);
    }
    for (KeyRun run : others) {
      if (run.isFragment()) {
        all.put(run.from, run);
        closeChunk(all, run.from / CHUNK * CHUNK, shape);
      } else {
        climb(all, run, shape);
      }
    }
    return new HeldKeys(List.copyOf(all.values()));
  }

  private static void requireFree(NavigableMap<Long, KeyRun> all, KeyRun run) {
    Map.Entry<Long, KeyRun> last = all.lowerEntry(run.to);
    if (last != null && last.getValue().to > run.from) {
      throw twice(run.from, run.to, last.getValue());
    }
  }

  /** Merges the fragments of a chunk if they are all there. */
  private static void closeChunk(NavigableMap<Long, KeyRun> all, long from, StateShape shape) {
    long end = from + CHUNK;
    NavigableMap<Long, KeyRun> fragments = all.subMap(from, true, end, false);
    long at = from;
    for (KeyRun fragment : fragments.values()) {
      if (fragment.from != at) {
        return;
      }
      at = fragment.to;
    }
    if (at == end) {
      KeyRun whole = merged(new ArrayList<>(fragments.values()), shape);
      fragments.clear();
      climb(all, whole, shape);
    }
  }

  /** Adds a run of the tree, merged with its siblings as far up as they are there. */
  private static void climb(Map<Long, KeyRun> all, KeyRun run, StateShape shape) {
    KeyRun top = run;
    KeyRun sibling = all.get(top.siblingFrom());
    while (sibling != null && sibling.level == top.level) {
      all.remove(sibling.from);
      top =
          sibling.from < top.from ? sibling.mergedWith(top, shape) : top.mergedWith(sibling, shape);
      sibling = all.get(top.siblingFrom());
    }
    all.put(top.from, top);
  }

  /** Neighbours, merged in ascending order. */
  private static KeyRun merged(List<KeyRun> neighbours, StateShape shape) {
    KeyRun merged = neighbours.get(0);
    for (KeyRun next : neighbours.subList(1, neighbours.size())) {
      merged = merged.mergedWith(next, shape);
    }
    return merged;
  }

  /**
   * The node of all keys: the tree's root, whose missing right branches are the identity.
   *
   * @throws IllegalStateException if the keys are not those from 0 up to some end
   */
  float[] root(StateShape shape) {
    requireNoGap();
    int trees = 0; // before the fragments of the last chunk
    while (trees < runs.size() && !runs.get(trees).isFragment()) {
      trees++;
    }
    List<KeyRun> fragments = runs.subList(trees, runs.size());
    KeyRun root = fragments.isEmpty() ? null : merged(fragments, shape);
    for (int r = trees - 1; r >= 0; r--) {
      root = root == null ? runs.get(r) : runs.get(r).mergedWith(root, shape);
    }
    return root == null || root.node == null ? KeyRun.emptyNode(shape) : root.node;
  }

  private void requireNoGap() {
    long at = 0;
    for (KeyRun run : runs) {
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
}
