package io.github.lanewise.bench.demo;

import static io.github.lanewise.bench.demo.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.MiniLm.HIDDEN;
import static io.github.lanewise.bench.demo.MiniLm.INNER;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanes;
import io.github.lanewise.Matmul;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * all-MiniLM-L6-v2 in plain Java: every matrix product, sum, exp, softmax and attention is
 * Lanewise's.
 *
 * <p><b>Allocation.</b> None for a sentence whose length was seen before. <b>Threading.</b> One
 * caller at a time: the states are shared between sentences of one length.
 */
final class LanewiseEncoder {
  private final MiniLm model;
  private final Workers workers;
  private final Attention attention = Attention.builder().build();
  private final RowOperations hiddenRows = new RowOperations(HIDDEN);
  private final RowOperations queryKeyValueRows = new RowOperations(3 * HIDDEN);
  private final RowOperations innerRows = new RowOperations(INNER);
  private final @Nullable Sentence[] sentenceOfLength =
      new @Nullable Sentence[MiniLm.MAX_TOKENS + 1];
  private long attentionNanos;

  /**
   * One layer's attention, just computed, in views of the encoder's states: copy what must last.
   *
   * @param layer number of the layer, from 0
   * @param query [1, HEADS, tokens, HEAD_DIM]; key, value and out the same
   * @param statistics per head and query, [1, HEADS, tokens]
   */
  record AttentionStep(
      int layer,
      FloatTensor query,
      FloatTensor key,
      FloatTensor value,
      FloatTensor out,
      RowStatistics statistics) {}

  /** What the layers write, for n tokens: [n, width], in rows and in [1, heads, n, HEAD_DIM]. */
  private static final class States {
    final float[] data;
    final FloatTensor rows;
    final FloatTensor heads;

    States(int n, int width) {
      data = new float[n * width];
      rows = FloatTensor.of(data, n, width);
      heads = FloatTensor.of(data, 1, n, width / HEAD_DIM, HEAD_DIM).permute(0, 2, 1, 3);
    }
  }

  /** Everything that is computed of a sentence of n tokens. */
  private static final class Sentence {
    final States hidden;
    final States queryKeyValue;
    final States context;
    final States inner;
    final States projected;
    final AttentionStep[] attention = new AttentionStep[MiniLm.LAYERS];

    Sentence(int n) {
      hidden = new States(n, HIDDEN);
      queryKeyValue = new States(n, 3 * HIDDEN);
      context = new States(n, HIDDEN);
      inner = new States(n, INNER);
      projected = new States(n, HIDDEN);
      RowStatistics statistics = RowStatistics.allocate(1, HEADS, n);
      Arrays.setAll(
          attention,
          layer -> new AttentionStep(layer, part(0), part(1), part(2), context.heads, statistics));
    }

    /** Query, key or value: a third of the heads. */
    private FloatTensor part(int which) {
      int from = which * HEADS;
      return queryKeyValue.heads.slice(1, from, from + HEADS);
    }
  }

  /** An encoder that computes on these workers. */
  LanewiseEncoder(MiniLm model, Workers workers) {
    this.model = model;
    this.workers = workers;
  }

  /** Writes the embedding [HIDDEN] of a sentence: the mean over its tokens, at length 1. */
  void embed(Tokens tokens, float[] embedding) {
    embed(tokens, embedding, null);
  }

  /** As {@link #embed(Tokens, float[])}, and shows every layer's attention to an observer. */
  void embed(Tokens tokens, float[] embedding, @Nullable Consumer<AttentionStep> observer) {
    Sentence sentence = sentenceOfLength[tokens.count()];
    if (sentence == null) {
      sentence = new Sentence(tokens.count());
      sentenceOfLength[tokens.count()] = sentence;
    }
    attentionNanos = 0;
    lookUp(tokens.ids(), sentence.hidden.data);
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      attend(model.layers().get(layer), sentence, sentence.attention[layer], observer);
      feedForward(model.layers().get(layer), sentence);
    }
    meanPool(sentence.hidden.data, embedding);
  }

  /** Returns the time that the last sentence spent in attention, in nanoseconds. */
  long attentionNanos() {
    return attentionNanos;
  }

  private void lookUp(int[] ids, float[] hidden) {
    System.arraycopy(model.positionEmbeddings(), 0, hidden, 0, hidden.length);
    for (int i = 0; i < ids.length; i++) {
      hiddenRows.norm(
          model.wordEmbeddings(),
          ids[i] * HIDDEN,
          model.tokenTypeEmbeddings(),
          hidden,
          i * HIDDEN,
          model.embeddingNorm());
    }
  }

  private void attend(
      MiniLm.Layer layer,
      Sentence s,
      AttentionStep step,
      @Nullable Consumer<AttentionStep> observer) {
    multiply(s.hidden, layer.queryKeyValue(), s.queryKeyValue);
    for (int from = 0; from < s.queryKeyValue.data.length; from += 3 * HIDDEN) {
      queryKeyValueRows.addBias(s.queryKeyValue.data, from, layer.queryKeyValue().bias());
    }
    RowStatistics statistics = observer == null ? RowStatistics.none() : step.statistics();
    long start = System.nanoTime();
    attention.forward(step.query(), step.key(), step.value(), step.out(), statistics, workers);
    attentionNanos += System.nanoTime() - start;
    if (observer != null) {
      observer.accept(step);
    }
    multiply(s.context, layer.attentionOutput(), s.projected);
    addAndNorm(s, layer.attentionOutput().bias(), layer.attentionNorm());
  }

  private void feedForward(MiniLm.Layer layer, Sentence s) {
    multiply(s.hidden, layer.inner(), s.inner);
    for (int from = 0; from < s.inner.data.length; from += INNER) {
      innerRows.gelu(s.inner.data, from, layer.inner().bias());
    }
    multiply(s.inner, layer.output(), s.projected);
    addAndNorm(s, layer.output().bias(), layer.outputNorm());
  }

  private void multiply(States x, MiniLm.Linear layer, States out) {
    Matmul.multiplyTransposed(1, x.rows, layer.matrix(), out.rows, workers);
  }

  /** hidden = norm(projected + bias + hidden). */
  private void addAndNorm(Sentence s, float[] bias, MiniLm.Norm norm) {
    for (int from = 0; from < s.hidden.data.length; from += HIDDEN) {
      hiddenRows.norm(s.projected.data, from, bias, s.hidden.data, from, norm);
    }
  }

  private static void meanPool(float[] hidden, float[] embedding) {
    Arrays.fill(embedding, 0);
    for (int row = 0; row < hidden.length; row += HIDDEN) {
      for (int j = 0; j < HIDDEN; j++) {
        embedding[j] += hidden[row + j];
      }
    }
    int tokens = hidden.length / HIDDEN;
    Lanes.divide(embedding, 0, tokens, embedding, 0, HIDDEN);
    double squares = 0;
    for (float mean : embedding) {
      squares += (double) mean * mean;
    }
    Lanes.divide(embedding, 0, (float) Math.sqrt(squares), embedding, 0, HIDDEN);
  }
}
