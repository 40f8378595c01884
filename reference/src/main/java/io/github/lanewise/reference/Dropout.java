package io.github.lanewise.reference;

/** What becomes of the weight of a (batch, head, query, key) before it meets the value. */
@FunctionalInterface
public interface Dropout {
  /**
   * Returns the factor of this weight: 0 if it is dropped, else one over the share that is kept.
   */
  double factor(int batch, int head, int query, int key);

  /** Drops nothing. */
  static Dropout none() {
    return (batch, head, query, key) -> 1;
  }
}
