package io.github.lanewise.bench.demo.minilm;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.minilm.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.minilm.MiniLm.HIDDEN;
import static io.github.lanewise.bench.demo.minilm.MiniLm.INNER;
import static io.github.lanewise.bench.demo.minilm.MiniLm.MAX_TOKENS;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import org.jspecify.annotations.Nullable;

/**
 * The hidden states of one sentence, and views of them for every sentence length that occurred: all
 * sentences share the arrays, and a length seen before costs no allocation.
 */
final class EncoderBuffers {
  private static final int QUERY_KEY_VALUE = 3;

  final float[] hidden = new float[MAX_TOKENS * HIDDEN];
  final float[] queryKeyValue = new float[MAX_TOKENS * QUERY_KEY_VALUE * HIDDEN];
  final float[] context = new float[MAX_TOKENS * HIDDEN];
  final float[] projected = new float[MAX_TOKENS * HIDDEN];
  final float[] attended = new float[MAX_TOKENS * HIDDEN];
  final float[] inner = new float[MAX_TOKENS * INNER];

  private final float[] statistics = new float[3 * MAX_TOKENS * HEADS];
  private final @Nullable Views[] viewsOfLength = new @Nullable Views[MAX_TOKENS + 1];

  /**
   * Views for one sentence length n. The states are [n, width]; query, key, value and contextHeads
   * are [1, HEADS, n, HEAD_DIM] over the same memory as queryKeyValue and context.
   */
  record Views(
      FloatTensor hidden,
      FloatTensor queryKeyValue,
      FloatTensor query,
      FloatTensor key,
      FloatTensor value,
      FloatTensor contextHeads,
      FloatTensor context,
      FloatTensor projected,
      FloatTensor attended,
      FloatTensor inner,
      RowStatistics statistics) {}

  /** Returns the views for sentences of {@code tokens} tokens. */
  Views views(int tokens) {
    Views views = viewsOfLength[tokens];
    if (views == null) {
      views = create(tokens);
      viewsOfLength[tokens] = views;
    }
    return views;
  }

  private Views create(int n) {
    return new Views(
        FloatTensor.ofRange(hidden, 0, n, HIDDEN),
        FloatTensor.ofRange(queryKeyValue, 0, n, QUERY_KEY_VALUE * HIDDEN),
        heads(queryKeyValue, n, QUERY_KEY_VALUE, 0),
        heads(queryKeyValue, n, QUERY_KEY_VALUE, 1),
        heads(queryKeyValue, n, QUERY_KEY_VALUE, 2),
        heads(context, n, 1, 0),
        FloatTensor.ofRange(context, 0, n, HIDDEN),
        FloatTensor.ofRange(projected, 0, n, HIDDEN),
        FloatTensor.ofRange(attended, 0, n, HIDDEN),
        FloatTensor.ofRange(inner, 0, n, INNER),
        new RowStatistics(statistic(0, n), statistic(1, n), statistic(2, n)));
  }

  /** Turns part {@code which} of rows [parts, HEADS, HEAD_DIM] into [1, HEADS, n, HEAD_DIM]. */
  private static FloatTensor heads(float[] rows, int n, int parts, int which) {
    return FloatTensor.ofRange(rows, 0, n, parts, HEADS, HEAD_DIM)
        .slice(1, which, which + 1)
        .permute(1, 2, 0, 3);
  }

  private FloatTensor statistic(int which, int n) {
    return FloatTensor.ofRange(statistics, which * MAX_TOKENS * HEADS, 1, HEADS, n);
  }
}
