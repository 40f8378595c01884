package io.github.lanewise.reference;

import java.math.BigInteger;

/**
 * Which key a query may look at. The oracle's masks are the predicate itself, asked once for every
 * (batch, head, query, key).
 */
@FunctionalInterface
public interface Visibility {
  /** Tells whether the query of this batch and head sees the key. */
  boolean visible(int batch, int head, int query, int key);

  /** Every query sees every key. */
  static Visibility everything() {
    return (batch, head, query, key) -> true;
  }

  /** Key j is visible to query i iff j ≤ i + offset. */
  static Visibility causal(long offset) {
    return (batch, head, query, key) -> offset >= (long) key - query;
  }

  /**
   * Key j is visible to query i iff p - left ≤ j ≤ p + right, where p = i + offset, in exact
   * integers.
   */
  static Visibility window(long left, long right, long offset) {
    return (batch, head, query, key) -> {
      BigInteger position = BigInteger.valueOf(query).add(BigInteger.valueOf(offset));
      BigInteger distance = BigInteger.valueOf(key).subtract(position);
      return distance.compareTo(BigInteger.valueOf(left).negate()) >= 0
          && distance.compareTo(BigInteger.valueOf(right)) <= 0;
    };
  }

  /** Key j is visible iff j &lt; keys. */
  static Visibility prefix(long keys) {
    return (batch, head, query, key) -> key < keys;
  }

  /** Key j is visible in batch b iff j &lt; perBatch[b]. */
  static Visibility keyLengths(int... perBatch) {
    int[] lengths = perBatch.clone();
    return (batch, head, query, key) -> key < lengths[batch];
  }

  /**
   * Key j is visible iff the flag at (batch, head, query, key) is true. The shape has one to four
   * axes and is right-aligned to [batch, heads, queries, keys]; an axis of length 1 serves all.
   */
  static Visibility allowed(boolean[] allowed, int... shape) {
    int[] axes = shape.clone();
    return (batch, head, query, key) -> allowed[Broadcast.index(axes, batch, head, query, key)];
  }

  /** Visible to both. */
  default Visibility and(Visibility other) {
    return (batch, head, query, key) ->
        visible(batch, head, query, key) && other.visible(batch, head, query, key);
  }

  /** Visible to either. */
  default Visibility or(Visibility other) {
    return (batch, head, query, key) ->
        visible(batch, head, query, key) || other.visible(batch, head, query, key);
  }
}
