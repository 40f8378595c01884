package io.github.lanewise.bench.demo;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import io.github.lanewise.bench.demo.MiniLm.Head;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** The attention weights of every head on one sentence, by {@code Attention.weights}. */
final class AttentionMaps implements Consumer<AttentionStep> {
  private final Tokens sentence;
  private final Attention attention;
  private final float[][][] weights = new float[MiniLm.LAYERS][MiniLm.HEADS][];

  /**
   * A head worth looking at, chosen by what it does and not by its number.
   *
   * @param role what it stands for, as a caption
   * @param measure the figure that it was chosen by
   */
  record ChosenHead(Head head, String role, String measure) {}

  /** Collects the maps of this sentence as an attention would weigh it. */
  AttentionMaps(Tokens sentence, Attention attention) {
    this.sentence = sentence;
    this.attention = attention;
  }

  @Override
  public void accept(AttentionStep step) {
    int tokens = sentence.count();
    FloatTensor maps = FloatTensor.allocate(1, MiniLm.HEADS, tokens, tokens);
    attention.weights(step.query(), step.key(), maps, Workers.caller());
    for (int head = 0; head < MiniLm.HEADS; head++) {
      weights[step.layer()][head] = maps.select(1, head).toArray();
    }
  }

  /** Returns the tokens of the sentence as text. */
  List<String> pieces() {
    return sentence.pieces();
  }

  /** Returns the weight that a head gives to token {@code key} when it reads {@code query}. */
  float weight(Head head, int query, int key) {
    return weights[head.layer()][head.number()][query * sentence.count() + key];
  }

  /** Returns the largest weight that a head gives to any token when it reads {@code query}. */
  double largestWeight(Head head, int query) {
    double largest = 0;
    for (int key = 0; key < sentence.count(); key++) {
      largest = Math.max(largest, weight(head, query, key));
    }
    return largest;
  }

  /** Returns the mean entropy of all heads on this sentence, in nats. */
  double meanEntropy() {
    return Head.ALL.stream().mapToDouble(this::meanEntropy).average().orElse(Double.NaN);
  }

  private double meanEntropy(Head head) {
    double sum = 0;
    for (float p : weights[head.layer()][head.number()]) {
      sum -= p == 0 ? 0 : p * Math.log(p);
    }
    return sum / sentence.count();
  }

  /**
   * The mean weight that a head gives to the token at a distance, over the queries that have one
   * there: -1 for the token before, 0 for the token itself, 1 for the next.
   */
  private double meanWeightAt(Head head, int distance) {
    double sum = 0;
    int queries = 0;
    for (int i = Math.max(0, -distance); i < sentence.count() - Math.max(0, distance); i++) {
      sum += weight(head, i, i + distance);
      queries++;
    }
    return sum / queries;
  }

  private double meanWeightOnFirst(Head head) {
    double sum = 0;
    for (int i = 0; i < sentence.count(); i++) {
      sum += weight(head, i, 0);
    }
    return sum / sentence.count();
  }

  /** Returns the heads that come out on top by six measures; no head comes twice. */
  List<ChosenHead> chosenHeads() {
    String weight = "weight on it %.2f";
    String entropy = "entropy %.2f nat";
    List<ChosenHead> chosen = new ArrayList<>();
    choose(chosen, "looks at the next token", weight, head -> meanWeightAt(head, 1));
    choose(chosen, "looks at the token before", weight, head -> meanWeightAt(head, -1));
    choose(chosen, "stays with the token itself", weight, head -> meanWeightAt(head, 0));
    choose(chosen, "rests on [CLS]", weight, this::meanWeightOnFirst);
    choose(chosen, "the most spread out", entropy, this::meanEntropy);
    choose(chosen, "the most peaked of the others", entropy, head -> -meanEntropy(head));
    return chosen;
  }

  private static void choose(
      List<ChosenHead> chosen, String role, String measure, ToDoubleFunction<Head> score) {
    Head best =
        Head.ALL.stream()
            .filter(head -> chosen.stream().noneMatch(other -> other.head().equals(head)))
            .max(Comparator.comparingDouble(score))
            .orElseThrow();
    chosen.add(
        new ChosenHead(best, role, Text.format(measure, Math.abs(score.applyAsDouble(best)))));
  }
}
