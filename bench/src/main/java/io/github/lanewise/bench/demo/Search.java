package io.github.lanewise.bench.demo;

import static io.github.lanewise.bench.demo.MiniLm.HIDDEN;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.Workers;
import io.github.lanewise.reference.Primitives;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One search: its best answers by Lanewise, and whether ONNX Runtime ranks all sentences alike.
 *
 * @param query what was searched for
 * @param answers the nearest sentences, best first
 * @param sameRanking whether all sentences stand in the same order by both
 * @param smallestGap the smallest difference of two neighbouring scores by ONNX Runtime: while it
 *     is larger than twice the scores' difference, no ranking can change
 */
record Search(String query, List<Answer> answers, boolean sameRanking, double smallestGap) {
  private static final int ANSWERS = 3;

  /**
   * One answer.
   *
   * @param cosine of the two embeddings, by Lanewise
   */
  record Answer(String sentence, double cosine) {}

  /** Searches by the cosine of embeddings: rows of the sentences, then of the queries. */
  static List<Search> all(
      List<String> sentences, List<String> queries, float[] lanewise, float[] onnxRuntime) {
    int count = sentences.size();
    FloatTensor scores = FloatTensor.allocate(queries.size(), count);
    Matmul.multiplyTransposed(
        1,
        FloatTensor.ofRange(lanewise, count * HIDDEN, queries.size(), HIDDEN),
        FloatTensor.ofRange(lanewise, 0, count, HIDDEN),
        scores,
        Workers.caller());
    double[] exact = Primitives.widen(onnxRuntime);
    List<Search> searches = new ArrayList<>();
    for (int q = 0; q < queries.size(); q++) {
      int row = (count + q) * HIDDEN;
      double[] ours = Primitives.widen(scores.select(0, q).toArray());
      double[] theirs = new double[count];
      Arrays.setAll(theirs, i -> Primitives.dot(exact, row, exact, i * HIDDEN, HIDDEN));
      int[] ranking = ranking(ours);
      List<Answer> best =
          Arrays.stream(ranking)
              .limit(ANSWERS)
              .mapToObj(i -> new Answer(sentences.get(i), ours[i]))
              .toList();
      boolean same = Arrays.equals(ranking, ranking(theirs));
      searches.add(new Search(queries.get(q), best, same, smallestGap(theirs)));
    }
    return List.copyOf(searches);
  }

  /** Returns the positions of the scores, best first; equal scores keep their order. */
  static int[] ranking(double... scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Returns the smallest difference between two neighbours of the ranking. */
  static double smallestGap(double... scores) {
    double[] sorted = Arrays.stream(scores).sorted().toArray();
    return IntStream.range(1, sorted.length)
        .mapToDouble(i -> sorted[i] - sorted[i - 1])
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }
}
