package io.github.lanewise.bench.comparison;

import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;

/**
 * Which rows {@link OracleCheck} compares: all, if the oracle is fast enough; else the first and
 * the last of every head, where a shifted causal mask or a wrong length cannot hide, then those
 * beside the edges of tiles, chunks and windows, then any.
 */
final class SampledRows {
  /** Multiplications of the oracle, about 10 ns each. */
  private static final long BUDGET = 10_000_000;

  private static final int[] EDGES = {
    1,
    QuestionData.WINDOW - 1,
    QuestionData.WINDOW,
    QuestionData.WINDOW + 1,
    2,
    3,
    15,
    16,
    63,
    64,
    127,
    128
  };

  private SampledRows() {}

  static Set<Integer> of(Question question, OracleRows oracle) {
    long affordable = Math.max(1, BUDGET / oracle.cost());
    Set<Integer> rows = new LinkedHashSet<>();
    if (affordable >= oracle.rows()) {
      for (int row = 0; row < oracle.rows(); row++) {
        rows.add(row);
      }
      return rows;
    }
    for (int first = 0; first < oracle.rows(); first += question.rows()) {
      rows.add(first);
      rows.add(first + question.rows() - 1);
    }
    for (int edge : EDGES) {
      if (edge < question.rows()) {
        rows.add(edge);
      }
    }
    Random random = new Random(6);
    while (rows.size() < affordable) {
      rows.add(random.nextInt(oracle.rows()));
    }
    return rows;
  }
}
