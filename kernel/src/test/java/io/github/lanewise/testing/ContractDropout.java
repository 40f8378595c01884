package io.github.lanewise.testing;

import io.github.lanewise.reference.Dropout;

/** Which weights dropout drops, docs/arithmetic.md word by word. */
public final class ContractDropout {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private ContractDropout() {}

  /** Whether the weight of a query at a position and of a key is dropped. */
  public static boolean drops(
      float probability, long seed, long batch, long head, long position, long key) {
    long row = mix(mix(mix(mix(seed + GAMMA) + batch) + head) + position);
    long column = mix(mix(seed - GAMMA) + key);
    int low = (int) row ^ (int) column;
    int high = (int) (row >> 32) ^ (int) (column >> 32);
    int hash = low ^ low >>> 16;
    hash = hash * 0x7FEB352D + high;
    hash ^= hash >>> 15;
    hash *= 0x846CA68B;
    hash ^= hash >>> 16;
    return (hash >>> 1) < Math.rint(probability * 0x1p31);
  }

  private static long mix(long bits) {
    long z = bits + GAMMA;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** What weights that stay are multiplied by. */
  public static float factor(float probability) {
    return (float) (1 / (1 - (double) probability));
  }

  /** As the oracle takes it: query 0 stands at {@code offset}. */
  public static Dropout of(float probability, long seed, long offset) {
    double factor = 1 / (1 - (double) probability);
    return (b, h, i, j) -> drops(probability, seed, b, h, i + offset, j) ? 0 : factor;
  }
}
