package io.github.lanewise.bench.spark;

import io.github.lanewise.FloatTensor;
import java.io.Serializable;

/** Consecutive keys and their values, [keyHeads, length, dim] each. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record KeyShard(int firstKey, int length, float[] keys, float[] values) implements Serializable {

  FloatTensor k() {
    return FloatTensor.of(keys, 1, Problem.KEY_HEADS, length, Problem.DIM);
  }

  FloatTensor v() {
    return FloatTensor.of(values, 1, Problem.KEY_HEADS, length, Problem.DIM);
  }
}
