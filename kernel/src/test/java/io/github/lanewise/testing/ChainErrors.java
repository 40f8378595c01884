package io.github.lanewise.testing;

import static io.github.lanewise.testing.Accuracy.U;

/**
 * Errors of sums, one for each index, that are chains of fused steps within a chunk and a tree over
 * the chunks: a rounding of every partial sum of a chain, and {@link #JOINS} of what each chunk
 * comes to, besides the errors of the terms. It is a running error analysis (Higham, Accuracy and
 * Stability of Numerical Algorithms, 3.3).
 */
final class ChainErrors {
  /** Sums that a chunk's goes through: at most 8 levels of the tree, batch and heads of a group. */
  private static final int JOINS = 16;

  private final double[] sums;
  private final double[] errors;

  /** Keeps the errors in the array. */
  ChainErrors(double[] errors) {
    this.errors = errors;
    sums = new double[errors.length];
  }

  /** Adds a term, which itself is off by {@code error}. */
  void add(int index, double term, double error) {
    sums[index] += term;
    errors[index] += error + U * Math.abs(sums[index]);
  }

  /** Ends the chunk's chains [from, to). */
  void endChunk(int from, int to) {
    for (int n = from; n < to; n++) {
      errors[n] += JOINS * U * Math.abs(sums[n]);
      sums[n] = 0;
    }
  }
}
