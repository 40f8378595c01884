package io.github.lanewise.bench.demo;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import io.github.lanewise.bench.demo.MiniLm.Head;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

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

  /** Returns the weights that a head gives to all tokens when it reads {@code query}. */
  double[] row(Head head, int query) {
    double[] row = new double[sentence.count()];
    Arrays.setAll(row, key -> weight(head, query, key));
    return row;
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

  /** The mean weight that a head gives to one token for each query, where there is such a token. */
  private double meanWeight(Head head, IntUnaryOperator keyOfQuery) {
    return IntStream.range(0, sentence.count())
        .filter(query -> keyOfQuery.applyAsInt(query) >= 0)
        .filter(query -> keyOfQuery.applyAsInt(query) < sentence.count())
        .mapToDouble(query -> weight(head, query, keyOfQuery.applyAsInt(query)))
        .average()
        .orElse(Double.NaN);
  }

  /** Returns the heads that come out on top by six measures; no head comes twice. */
  List<ChosenHead> chosenHeads() {
    String weight = "weight on it %.2f";
    String entropy = "entropy %.2f nat";
    List<ChosenHead> chosen = new ArrayList<>();
    choose(chosen, "looks at the next token", weight, head -> meanWeight(head, i -> i + 1));
    choose(chosen, "looks at the token before", weight, head -> meanWeight(head, i -> i - 1));
    choose(chosen, "stays with the token itself", weight, head -> meanWeight(head, i -> i));
    choose(chosen, "rests on [CLS]", weight, head -> meanWeight(head, i -> 0));
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
