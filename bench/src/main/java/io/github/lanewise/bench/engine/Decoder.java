package io.github.lanewise.bench.engine;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Matmul;
import io.github.lanewise.RotaryEmbedding;
import io.github.lanewise.RotaryEmbedding.Pairs;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Rows;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.RaggedBatch;
import io.github.lanewise.bench.engine.DecoderWeights.Layer;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder of Llama's shape over a cache for each layer, whose sequences are the slots of a
 * server. Its rows are those of all sequences of a step, one after the other: [tokens, …].
 */
final class Decoder implements AutoCloseable {
  private static final float EPSILON = 1e-5f;
  private static final double BASE = 10_000;

  private final DecoderWeights weights;
  private final DecoderShape shape;
  private final Workers workers;
  private final List<KeyValueCache> caches = new ArrayList<>();
  private final Attention attention = Attention.builder().mask(Mask.causal()).build();
  private final RotaryEmbedding embedding;

  private final FloatTensor hidden;
  private final FloatTensor normed;
  private final FloatTensor queries;
  private final FloatTensor keys;
  private final FloatTensor values;
  private final FloatTensor attended;
  private final FloatTensor gates;
  private final FloatTensor ups;
  private final FloatTensor added;
  private final FloatTensor logits;
  private final float[] hiddenFloats;
  private final float[] addedFloats;

  /**
   * @param slots sequences
   * @param tokens rows of a step, at most
   */
  Decoder(DecoderWeights weights, int slots, int tokens, Workers workers) {
    this.weights = weights;
    this.workers = workers;
    shape = weights.shape();
    embedding =
        RotaryEmbedding.of(
            RotaryEmbedding.frequencies(BASE, shape.headDim()), shape.positions(), Pairs.HALVES);
    for (int layer = 0; layer < shape.layers(); layer++) {
      caches.add(
          KeyValueCache.builder(slots, shape.keyHeads(), shape.headDim(), shape.headDim())
              .capacity(shape.positions())
              .build());
    }
    hiddenFloats = new float[tokens * shape.dim()];
    addedFloats = new float[tokens * shape.dim()];
    hidden = FloatTensor.of(hiddenFloats, tokens, shape.dim());
    added = FloatTensor.of(addedFloats, tokens, shape.dim());
    normed = FloatTensor.allocate(tokens, shape.dim());
    queries = FloatTensor.allocate(tokens, shape.queryDim());
    attended = FloatTensor.allocate(tokens, shape.queryDim());
    keys = FloatTensor.allocate(tokens, shape.keyDim());
    values = FloatTensor.allocate(tokens, shape.keyDim());
    gates = FloatTensor.allocate(tokens, shape.hidden());
    ups = FloatTensor.allocate(tokens, shape.hidden());
    logits = FloatTensor.allocate(slots, shape.vocabulary());
  }

  /** Tokens that a slot holds. */
  int length(int slot) {
    return (int) caches.get(0).length(slot);
  }

  /** Empties a slot for the next request. */
  void clear(int slot) {
    caches.forEach(cache -> cache.truncate(slot, 0));
  }

  /** Lets a slot continue what another one holds: both share its pages until one of them writes. */
  void fork(int from, int to) {
    caches.forEach(cache -> cache.fork(from, to));
  }

  /**
   * Reads the tokens of a step, and computes the logits after some of them.
   *
   * @param tokens of all sequences, in the order of the batch
   * @param positions of each token in its sequence
   * @param wanted rows whose logits are wanted
   * @param count how many
   * @return [count, vocabulary], until the next step
   */
  FloatTensor step(RaggedBatch batch, int[] tokens, int[] positions, int[] wanted, int count) {
    int rows = batch.tokens();
    for (int row = 0; row < rows; row++) {
      FloatTensor source = weights.embeddings().slice(0, tokens[row], tokens[row] + 1L);
      hidden.slice(0, row, row + 1L).copyFrom(source);
    }
    for (int layer = 0; layer < shape.layers(); layer++) {
      attend(weights.layers().get(layer), caches.get(layer), batch, positions, rows);
      feedForward(weights.layers().get(layer), rows);
    }
    FloatTensor last = first(normed, count);
    for (int row = 0; row < count; row++) {
      last.slice(0, row, row + 1L).copyFrom(hidden.slice(0, wanted[row], wanted[row] + 1L));
    }
    FloatTensor out = first(logits, count);
    Rows.rmsNorm(last, weights.norm(), EPSILON, false, last, workers);
    Matmul.multiplyTransposed(1f, last, weights.head(), out, workers);
    return out;
  }

  private void attend(
      Layer layer, KeyValueCache cache, RaggedBatch batch, int[] positions, int rows) {
    FloatTensor x = first(normed, rows);
    FloatTensor q = first(queries, rows);
    FloatTensor k = first(keys, rows);
    FloatTensor v = first(values, rows);
    FloatTensor out = first(attended, rows);
    Rows.rmsNorm(first(hidden, rows), layer.attentionNorm(), EPSILON, false, x, workers);
    Matmul.multiplyTransposed(1f, x, layer.query(), q, workers);
    Matmul.multiplyTransposed(1f, x, layer.key(), k, workers);
    Matmul.multiplyTransposed(1f, x, layer.value(), v, workers);
    FloatTensor queryHeads = q.reshape(rows, shape.heads(), shape.headDim());
    FloatTensor keyHeads = k.reshape(rows, shape.keyHeads(), shape.headDim());
    Rows.rotate(embedding, queryHeads, positions, queryHeads, workers);
    Rows.rotate(embedding, keyHeads, positions, keyHeads, workers);
    cache.append(batch, keyHeads, v.reshape(rows, shape.keyHeads(), shape.headDim()));
    attention.forward(
        queryHeads,
        cache,
        batch,
        out.reshape(rows, shape.heads(), shape.headDim()),
        RowStatistics.none(),
        workers);
    Matmul.multiplyTransposed(1f, out, layer.output(), first(added, rows), workers);
    add(rows);
  }

  private void feedForward(Layer layer, int rows) {
    FloatTensor x = first(normed, rows);
    FloatTensor gate = first(gates, rows);
    FloatTensor up = first(ups, rows);
    Rows.rmsNorm(first(hidden, rows), layer.feedForwardNorm(), EPSILON, false, x, workers);
    Matmul.multiplyTransposed(1f, x, layer.gate(), gate, workers);
    Matmul.multiplyTransposed(1f, x, layer.up(), up, workers);
    Rows.siluMultiply(gate, up, gate, workers);
    Matmul.multiplyTransposed(1f, gate, layer.down(), first(added, rows), workers);
    add(rows);
  }

  private void add(int rows) {
    for (int i = 0; i < rows * shape.dim(); i++) {
      hiddenFloats[i] += addedFloats[i];
    }
  }

  private static FloatTensor first(FloatTensor rows, int count) {
    return rows.slice(0, 0, count);
  }

  @Override
  public void close() {
    caches.forEach(KeyValueCache::close);
  }
}
