package io.github.lanewise.bench.demo.minilm;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HIDDEN;
import static io.github.lanewise.bench.demo.minilm.MiniLm.INNER;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.demo.minilm.MiniLmWeights.Linear;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * all-MiniLM-L6-v2 in plain Java: every matrix product, sum, exp, softmax and attention is
 * Lanewise's.
 *
 * <p><b>Allocation.</b> None for a sentence whose length was seen before. <b>Threading.</b> One
 * caller at a time: the buffers are shared between sentences.
 */
public final class LanewiseEncoder {
  private final MiniLmWeights weights;
  private final List<LayerWeights> layers;
  private final Workers workers;
  private final Attention attention = Attention.builder().build();
  private final EncoderBuffers buffers = new EncoderBuffers();
  private final LayerNorm layerNorm = new LayerNorm();
  private final Gelu gelu = new Gelu(INNER);
  private long attentionNanos;

  /** The weights of a layer as Matmul takes them; query, key and value are one product. */
  @SuppressWarnings("ArrayRecordComponent")
  private record LayerWeights(
      FloatTensor queryKeyValue,
      float[] queryKeyValueBias,
      FloatTensor attentionOutput,
      FloatTensor inner,
      FloatTensor output,
      MiniLmWeights.Layer source) {
    static LayerWeights of(MiniLmWeights.Layer layer) {
      Linear joined = sideBySide(layer.query(), layer.key(), layer.value());
      return new LayerWeights(
          tensor(joined),
          joined.bias(),
          tensor(layer.attentionOutput()),
          tensor(layer.inner()),
          tensor(layer.output()),
          layer);
    }
  }

  /** An encoder that computes on these workers. */
  public LanewiseEncoder(MiniLmModel model, Workers workers) {
    this.weights = model.weights();
    this.layers = weights.layers().stream().map(LayerWeights::of).toList();
    this.workers = workers;
  }

  /** Writes the embedding [HIDDEN] of a sentence: the mean over its tokens, at length 1. */
  public void embed(Tokens sentence, float[] embedding) {
    embed(sentence, embedding, null);
  }

  /** As {@link #embed(Tokens, float[])}, and shows every layer's attention to an observer. */
  public void embed(Tokens sentence, float[] embedding, @Nullable AttentionObserver observer) {
    int tokens = sentence.count();
    attentionNanos = 0;
    lookUp(sentence.ids());
    EncoderBuffers.Views views = buffers.views(tokens);
    for (int i = 0; i < layers.size(); i++) {
      attend(layers.get(i), views, tokens, i, observer);
      feedForward(layers.get(i), views, tokens);
    }
    meanPool(tokens, embedding);
  }

  /** Returns the time that the last sentence spent in attention, in nanoseconds. */
  public long attentionNanos() {
    return attentionNanos;
  }

  private void lookUp(int[] ids) {
    float[] hidden = buffers.hidden;
    float[] words = weights.wordEmbeddings();
    float[] positions = weights.positionEmbeddings();
    float[] type = weights.tokenTypeEmbeddings();
    for (int i = 0; i < ids.length; i++) {
      int row = i * HIDDEN;
      for (int j = 0; j < HIDDEN; j++) {
        hidden[row + j] = words[ids[i] * HIDDEN + j] + type[j] + positions[row + j];
      }
      layerNorm.apply(hidden, row, weights.embeddingNorm());
    }
  }

  private void attend(
      LayerWeights layer,
      EncoderBuffers.Views views,
      int tokens,
      int number,
      @Nullable AttentionObserver observer) {
    Matmul.multiply(1, views.hidden(), layer.queryKeyValue(), views.queryKeyValue(), workers);
    addBias(buffers.queryKeyValue, layer.queryKeyValueBias(), tokens);
    RowStatistics statistics = observer == null ? RowStatistics.none() : views.statistics();
    long start = System.nanoTime();
    attention.forward(
        views.query(), views.key(), views.value(), views.contextHeads(), statistics, workers);
    attentionNanos += System.nanoTime() - start;
    if (observer != null) {
      observer.attended(
          number, views.query(), views.key(), views.value(), views.contextHeads(), statistics);
    }
    Matmul.multiply(1, views.context(), layer.attentionOutput(), views.projected(), workers);
    layerNorm.apply(
        buffers.projected,
        layer.source().attentionOutput().bias(),
        buffers.hidden,
        layer.source().attentionNorm(),
        buffers.attended,
        tokens);
  }

  private void feedForward(LayerWeights layer, EncoderBuffers.Views views, int tokens) {
    Matmul.multiply(1, views.attended(), layer.inner(), views.inner(), workers);
    for (int i = 0; i < tokens; i++) {
      gelu.apply(buffers.inner, i * INNER, layer.source().inner().bias());
    }
    Matmul.multiply(1, views.inner(), layer.output(), views.projected(), workers);
    layerNorm.apply(
        buffers.projected,
        layer.source().output().bias(),
        buffers.attended,
        layer.source().outputNorm(),
        buffers.hidden,
        tokens);
  }

  private static void addBias(float[] x, float[] bias, int rows) {
    for (int i = 0; i < rows; i++) {
      int row = i * bias.length;
      for (int j = 0; j < bias.length; j++) {
        x[row + j] += bias[j];
      }
    }
  }

  private void meanPool(int tokens, float[] embedding) {
    float[] hidden = buffers.hidden;
    System.arraycopy(hidden, 0, embedding, 0, HIDDEN);
    for (int i = 1; i < tokens; i++) {
      for (int j = 0; j < HIDDEN; j++) {
        embedding[j] += hidden[i * HIDDEN + j];
      }
    }
    double squares = 0;
    for (int j = 0; j < HIDDEN; j++) {
      embedding[j] /= tokens;
      squares += (double) embedding[j] * embedding[j];
    }
    float length = (float) Math.sqrt(squares);
    for (int j = 0; j < HIDDEN; j++) {
      embedding[j] /= length;
    }
  }

  private static FloatTensor tensor(Linear linear) {
    return FloatTensor.of(linear.weights(), linear.in(), linear.out());
  }

  /** Joins linear layers of one input: [in, out₀ + out₁ + …]. */
  private static Linear sideBySide(Linear... parts) {
    int in = parts[0].in();
    int out = Stream.of(parts).mapToInt(Linear::out).sum();
    float[] joined = new float[in * out];
    float[] bias = new float[out];
    int column = 0;
    for (Linear part : parts) {
      for (int k = 0; k < in; k++) {
        System.arraycopy(part.weights(), k * part.out(), joined, k * out + column, part.out());
      }
      System.arraycopy(part.bias(), 0, bias, column, part.out());
      column += part.out();
    }
    return new Linear(in, out, joined, bias);
  }
}
