package io.github.lanewise.bench.spark;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.AttentionState;
import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * What is computed: some queries against many keys, with a causal mask and sinks. Every machine
 * makes its own keys, where one's own job would read them from storage.
 */
record Problem(int keys) implements Serializable {

  static final int QUERY_HEADS = 8;
  static final int KEY_HEADS = 2;
  static final int QUERIES = 32;
  static final int DIM = 64;

  /** The last query stands at the last key. A shard cannot know that: the offset is named. */
  Attention attention() {
    float[] sinks = new float[QUERY_HEADS];
    for (int head = 0; head < QUERY_HEADS; head++) {
      sinks[head] = 0.25f * head;
    }
    return Attention.builder().mask(Mask.causal(keys - QUERIES)).sinks(sinks).build();
  }

  AttentionState emptyState() {
    return AttentionState.empty(1, QUERY_HEADS, QUERIES, DIM);
  }

  FloatTensor queries() {
    return FloatTensor.of(rows(1, QUERY_HEADS, 0, QUERIES), 1, QUERY_HEADS, QUERIES, DIM);
  }

  /** Keys {@code [from, to)} of all heads. */
  KeyShard shard(int from, int to) {
    return new KeyShard(
        from, to - from, rows(2, KEY_HEADS, from, to), rows(3, KEY_HEADS, from, to));
  }

  /** Rows {@code [from, to)} of every head: each number depends on its place alone. */
  private static float[] rows(int kind, int heads, int from, int to) {
    float[] values = new float[heads * (to - from) * DIM];
    int at = 0;
    for (int head = 0; head < heads; head++) {
      for (int row = from; row < to; row++) {
        SplittableRandom random = new SplittableRandom((kind * 64L + head) << 32 | row);
        for (int dim = 0; dim < DIM; dim++) {
          values[at] = (float) random.nextDouble(-1.7, 1.7);
          at++;
        }
      }
    }
    return values;
  }

  /** Consecutive keys and their values, [keyHeads, length, dim] each. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record KeyShard(int firstKey, int length, float[] keys, float[] values) implements Serializable {

    FloatTensor k() {
      return FloatTensor.of(keys, 1, KEY_HEADS, length, DIM);
    }

    FloatTensor v() {
      return FloatTensor.of(values, 1, KEY_HEADS, length, DIM);
    }
  }
}
