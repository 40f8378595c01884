package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/**
 * A head worth looking at, chosen by what it does and not by its number.
 *
 * @param layer from 0
 * @param head from 0
 * @param role what it stands for, as a caption
 * @param measure the figure that it was chosen by
 */
public record ChosenHead(int layer, int head, String role, String measure) {

  /** Returns the heads that come out on top by six measures; no head comes twice. */
  static List<ChosenHead> of(AttentionMaps maps) {
    List<ChosenHead> chosen = new ArrayList<>();
    add(chosen, "looks at the next token", "weight on it", (l, h) -> maps.meanWeightAt(l, h, 1));
    add(chosen, "looks at the token before", "weight on it", (l, h) -> maps.meanWeightAt(l, h, -1));
    add(
        chosen,
        "stays with the token itself",
        "weight on it",
        (l, h) -> maps.meanWeightAt(l, h, 0));
    add(chosen, "rests on [CLS]", "weight on it", (l, h) -> maps.meanWeightOn(l, h, 0));
    add(chosen, "the most spread out", "entropy", maps::meanEntropy);
    add(chosen, "the most peaked of the others", "entropy", (l, h) -> -maps.meanEntropy(l, h));
    return List.copyOf(chosen);
  }

  private static void add(
      List<ChosenHead> chosen,
      String role,
      String measure,
      ToDoubleBiFunction<Integer, Integer> score) {
    double best = Double.NEGATIVE_INFINITY;
    int bestLayer = 0;
    int bestHead = 0;
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        double value = score.applyAsDouble(layer, head);
        if (value > best && !contains(chosen, layer, head)) {
          best = value;
          bestLayer = layer;
          bestHead = head;
        }
      }
    }
    String unit = measure.equals("entropy") ? " nat" : "";
    String figure = Text.format("%s %.2f", measure, Math.abs(best));
    chosen.add(new ChosenHead(bestLayer, bestHead, role, figure + unit));
  }

  private static boolean contains(List<ChosenHead> chosen, int layer, int head) {
    return chosen.stream().anyMatch(other -> other.layer == layer && other.head == head);
  }
}
