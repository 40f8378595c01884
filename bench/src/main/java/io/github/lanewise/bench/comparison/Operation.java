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
  /** The logistic function of a run of floats. */
  SIGMOID,
  /** GELU of a run of floats, by erf or in its tanh form. */
  GELU,
  /** The root mean square norm of the rows of a matrix, with weights. */
  NORM,
  /** SiLU(gate)·up of two matrices. */
  SILU,
  /**
   * Rotary embeddings of [rows, heads, columns]: a row is a token, which stands at its number, and
   * all of a head's columns are rotated.
   */
  ROPE,
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
