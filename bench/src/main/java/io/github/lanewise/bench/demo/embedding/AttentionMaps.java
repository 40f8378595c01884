package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.demo.minilm.AttentionObserver;
import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.demo.minilm.Tokens;

/** The attention weights of every head on one sentence, by {@code Attention.weights}. */
public final class AttentionMaps implements AttentionObserver {
  private final Tokens sentence;
  private final Attention attention;
  private final float[][][] weights;

  /** Collects the maps of this sentence at the model's own scale, 1/√headDim. */
  AttentionMaps(Tokens sentence) {
    this(sentence, Attention.builder().build());
  }

  /** Collects the maps of this sentence as another attention would weigh it. */
  AttentionMaps(Tokens sentence, Attention attention) {
    this.sentence = sentence;
    this.attention = attention;
    this.weights = new float[MiniLm.LAYERS][MiniLm.HEADS][];
  }

  @Override
  public void attended(
      int layer,
      FloatTensor query,
      FloatTensor key,
      FloatTensor value,
      FloatTensor out,
      RowStatistics statistics) {
    int tokens = sentence.count();
    FloatTensor maps = FloatTensor.allocate(1, MiniLm.HEADS, tokens, tokens);
    attention.weights(query, key, maps, Workers.caller());
    for (int head = 0; head < MiniLm.HEADS; head++) {
      weights[layer][head] = maps.select(0, 0).select(0, head).toArray();
    }
  }

  /** Returns the sentence. */
  public Tokens sentence() {
    return sentence;
  }

  /** Returns the weight that a head gives to token {@code key} when it reads {@code query}. */
  public float weight(int layer, int head, int query, int key) {
    return weights[layer][head][query * sentence.count() + key];
  }

  /**
   * Returns the mean weight that a head gives to the token at a distance, over the queries that
   * have one there: -1 for the token before, 0 for the token itself, 1 for the next.
   */
  double meanWeightAt(int layer, int head, int distance) {
    double sum = 0;
    int queries = 0;
    for (int i = Math.max(0, -distance); i < sentence.count() - Math.max(0, distance); i++) {
      sum += weight(layer, head, i, i + distance);
      queries++;
    }
    return sum / queries;
  }

  /** Returns the mean weight that a head gives to one token of the sentence. */
  double meanWeightOn(int layer, int head, int key) {
    double sum = 0;
    for (int i = 0; i < sentence.count(); i++) {
      sum += weight(layer, head, i, key);
    }
    return sum / sentence.count();
  }

  /** Returns the largest weight that a head gives to any token when it reads {@code query}. */
  double largestWeight(int layer, int head, int query) {
    double largest = 0;
    for (int key = 0; key < sentence.count(); key++) {
      largest = Math.max(largest, weight(layer, head, query, key));
    }
    return largest;
  }

  /** Returns the mean entropy of all heads on this sentence, in nats. */
  double meanEntropy() {
    double sum = 0;
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        sum += meanEntropy(layer, head);
      }
    }
    return sum / (MiniLm.LAYERS * MiniLm.HEADS);
  }

  /** Returns the mean entropy of a head on this sentence, in nats. */
  double meanEntropy(int layer, int head) {
    double sum = 0;
    for (float p : weights[layer][head]) {
      sum -= p == 0 ? 0 : p * Math.log(p);
    }
    return sum / sentence.count();
  }
}
