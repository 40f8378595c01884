package io.github.lanewise.bench.demo.embedding;

import java.util.Arrays;
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
 * @param maxScoreDifference the largest difference between the two scores of a sentence
 */
public record SearchResult(
    String query,
    List<Answer> answers,
    boolean sameRanking,
    double smallestGap,
    double maxScoreDifference) {

  /**
   * One answer.
   *
   * @param cosine of the two embeddings, by Lanewise
   */
  public record Answer(String sentence, double cosine) {}

  static SearchResult of(SentenceIndex index, int query, int answers) {
    double[] ours = index.scores(query);
    double[] theirs = index.onnxRuntimeScores(query);
    int[] ranking = Differences.ranking(ours);
    List<Answer> best =
        Arrays.stream(ranking)
            .limit(answers)
            .mapToObj(i -> new Answer(index.sentences().get(i), ours[i]))
            .toList();
    return new SearchResult(
        index.queries().get(query),
        best,
        Arrays.equals(ranking, Differences.ranking(theirs)),
        Differences.smallestGap(theirs),
        IntStream.range(0, ours.length)
            .mapToDouble(i -> Math.abs(ours[i] - theirs[i]))
            .max()
            .orElse(0));
  }
}
