package io.github.lanewise.internal.sampling;

/**
 * The order in which tokens are kept, as a number: ascending keys are descending logits, equal
 * logits ascending indices. No two tokens have the same key.
 */
final class TokenOrder {
  private TokenOrder() {}

  static long key(float logit, int index) {
    int ascending = ordered(Float.floatToRawIntBits(logit + 0f)); // -0 becomes 0
    return (long) ~ascending << 32 | index;
  }

  static int index(long key) {
    return (int) key;
  }

  static float logit(long key) {
    return Float.intBitsToFloat(ordered(~(int) (key >> 32)));
  }

  /** A float's bits as an integer that ascends with it, and back: its own inverse. */
  static int ordered(int bits) {
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  /**
   * The key up to which the measure of all keys reaches the target, by quickselect.
   *
   * @param keys the first {@code count}; they, and their units likewise, end up in another order
   * @param units what each key contributes
   * @param target at least 1, and at most what all contribute
   */
  static long reaching(long[] keys, long[] units, int count, long target) {
    int from = 0;
    int to = count;
    long missing = target;
    int turn = 1;
    while (to - from > 1) {
      turn *= 0x9e3779b9; // no input that anybody has by chance makes the pivots bad
      int pivotAt = from + (turn >>> 1) % (to - from);
      long pivot = keys[pivotAt];
      swap(keys, units, pivotAt, to - 1);
      int middle = from;
      long before = 0;
      for (int i = from; i < to - 1; i++) {
        if (keys[i] < pivot) {
          before += units[i];
          swap(keys, units, i, middle++);
        }
      }
      swap(keys, units, middle, to - 1);
      if (before >= missing) {
        to = middle;
      } else if (before + units[middle] >= missing) {
        return pivot;
      } else {
        missing -= before + units[middle];
        from = middle + 1;
      }
    }
    return keys[Math.min(from, count - 1)];
  }

  /** Sorts the first {@code count} keys, on a heap of their own: the JDK's sort makes arrays. */
  static void sort(long[] keys, int count) {
    for (int at = count / 2 - 1; at >= 0; at--) {
      sink(keys, at, count);
    }
    for (int end = count - 1; end > 0; end--) {
      long largest = keys[0];
      keys[0] = keys[end];
      keys[end] = largest;
      sink(keys, 0, end);
    }
  }

  private static void sink(long[] keys, int from, int end) {
    long key = keys[from];
    int at = from;
    for (int child = 2 * at + 1; child < end; child = 2 * at + 1) {
      child += child + 1 < end && keys[child + 1] > keys[child] ? 1 : 0;
      if (keys[child] <= key) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }

  private static void swap(long[] keys, long[] units, int i, int j) {
    long key = keys[i];
    keys[i] = keys[j];
    keys[j] = key;
    long unit = units[i];
    units[i] = units[j];
    units[j] = unit;
  }
}
