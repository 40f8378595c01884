package io.github.lanewise.internal.attention;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that a state holds. Immutable: each change makes another one, or fails. */
public final class StateContent {

  private static final float[] NO_SINKS = {};

  private final StateShape shape;
  private final HeldKeys held;

  /** One for each query head, or none at all; null while no call has told. */
  private final float @Nullable [] sinks;

  private StateContent(StateShape shape, HeldKeys held, float @Nullable [] sinks) {
    this.shape = shape;
    this.held = held;
    this.sinks = sinks;
  }

  /** Nothing yet: the identity. */
  public static StateContent empty(StateShape shape) {
    return new StateContent(shape, HeldKeys.NONE, null);
  }

  /** The result of one call over a shard. */
  static StateContent of(StateShape shape, ShardNodes nodes, float @Nullable [] sinks) {
    return of(shape, nodes.runs(), sinks == null ? NO_SINKS : sinks);
  }

  static StateContent of(StateShape shape, List<KeyRun> runs, float @Nullable [] sinks) {
    return new StateContent(shape, HeldKeys.NONE.plus(runs, shape), sinks);
  }

  public StateShape shape() {
    return shape;
  }

  List<KeyRun> runs() {
    return held.runs;
  }

  float @Nullable [] sinks() {
    return sinks;
  }

  /** Number of keys. */
  public long keys() {
    return held.count();
  }

  /**
   * Throws if a shard cannot be added.
   *
   * @throws IllegalArgumentException if one of its keys is here already, or the sinks differ
   */
  public void requireRoomFor(long firstKey, long endKey, float @Nullable [] otherSinks) {
    commonSinks(sinks, otherSinks == null ? NO_SINKS : otherSinks);
    held.requireFree(firstKey, endKey);
  }

  /**
   * What both hold.
   *
   * @throws IllegalArgumentException if shapes or sinks differ, or one key is in both
   */
  public StateContent plus(StateContent other) {
    requireSame(other.shape.batch(), shape.batch(), "batch");
    requireSame(other.shape.queryHeads(), shape.queryHeads(), "queryHeads");
    requireSame(other.shape.queryLength(), shape.queryLength(), "queryLength");
    requireSame(other.shape.valueDim(), shape.valueDim(), "valueDim");
    float[] common = commonSinks(sinks, other.sinks);
    return new StateContent(shape, held.plus(other.held.runs, shape), common);
  }

  private static void requireSame(long other, long own, String name) {
    if (other != own) {
      throw new IllegalArgumentException(
          "the other state's " + name + " is " + other + ", but this one's is " + own);
    }
  }

  private static float @Nullable [] commonSinks(float @Nullable [] own, float @Nullable [] other) {
    if (own != null && other != null && !Arrays.equals(own, other)) {
      throw new IllegalArgumentException(
          "the sinks are " + text(other) + ", but the state's are " + text(own));
    }
    return own == null ? other : own;
  }

  private static String text(float[] sinks) {
    return sinks.length == 0 ? "none" : Arrays.toString(sinks);
  }

  /** The node of all keys, not to be changed; see {@link HeldKeys#root}. */
  float[] root() {
    return held.root(shape);
  }

  @Override
  public String toString() {
    return held.toString();
  }
}
