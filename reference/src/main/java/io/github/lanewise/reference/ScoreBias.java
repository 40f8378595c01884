package io.github.lanewise.reference;

/** A number added to the score of a (batch, head, query, key). */
@FunctionalInterface
public interface ScoreBias {
  /** Returns what is added to this score. */
  double at(int batch, int head, int query, int key);

  /** Adds nothing. */
  static ScoreBias none() {
    return (batch, head, query, key) -> 0;
  }

  /**
   * Row-major values. The shape has one to four axes and is right-aligned to [batch, heads,
   * queries, keys]; an axis of length 1 serves all.
   */
  static ScoreBias of(float[] values, int... shape) {
    int[] axes = shape.clone();
    return (batch, head, query, key) -> values[Broadcast.index(axes, batch, head, query, key)];
  }
}
