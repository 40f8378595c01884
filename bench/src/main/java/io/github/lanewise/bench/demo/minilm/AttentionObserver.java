package io.github.lanewise.bench.demo.minilm;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;

/** Sees every attention of a {@link LanewiseEncoder} just after it was computed. */
@FunctionalInterface
public interface AttentionObserver {
  /**
   * Called once per layer. The tensors are views of the encoder's buffers: copy what must last.
   *
   * @param layer number of the layer, from 0
   * @param query [1, HEADS, tokens, HEAD_DIM]; key, value and out the same
   * @param statistics per head and query, [1, HEADS, tokens]
   */
  void attended(
      int layer,
      FloatTensor query,
      FloatTensor key,
      FloatTensor value,
      FloatTensor out,
      RowStatistics statistics);
}
