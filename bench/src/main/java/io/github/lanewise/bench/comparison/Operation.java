package io.github.lanewise.bench.comparison;

/** What is computed; {@link Question} says on which shape. */
public enum Operation {
  /** y = exp(x) of a run of floats. */
  EXP,
  /** The sum of a run of floats. */
  SUM,
  /** The largest of a run of floats. */
  MAX,
  /** y = x / {@link QuestionData#DIVISOR} of a run of floats. */
  DIVIDE,
  /** Softmax along the rows of a matrix. */
  SOFTMAX,
  /** C = A·Bᵀ, the scores of attention: A [rows, depth], B [columns, depth], C [rows, columns]. */
  QK,
  /**
   * C = A·B, the last step of attention: A [rows, depth], B [depth, columns], C [rows, columns].
   */
  PV,
  /**
   * softmax(Q·Kᵀ/√depth)·V: Q [batch, heads, rows, depth], K and V [batch, keyHeads, columns,
   * depth].
   */
  ATTENTION;

  /** The word that begins a question's id. */
  String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
