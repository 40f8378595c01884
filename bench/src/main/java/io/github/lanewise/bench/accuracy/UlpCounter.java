package io.github.lanewise.bench.accuracy;

import io.github.lanewise.bench.result.BenchResult;
import java.util.Arrays;

/** Counts errors into bins and remembers the largest. */
final class UlpCounter {
  static final double BIN_WIDTH = 0.02;

  /** Up to 2 ULP, and one for all above. */
  private static final int BINS = 101;

  private final long[] counts = new long[BINS];
  private double largest = -1;
  private double worstAt = Double.NaN;

  /**
   * Counts one result.
   *
   * @param x the argument
   * @param error of the function there, in ULP; infinity for a result that has nothing to do with
   *     the right one
   */
  void add(float x, double error) {
    counts[(int) Math.min(error / BIN_WIDTH, BINS - 1.0)]++;
    if (error > largest) {
      largest = error;
      worstAt = x;
    }
  }

  BenchResult.UlpHistogram histogram(String contender) {
    return new BenchResult.UlpHistogram(
        contender, BIN_WIDTH, Arrays.stream(counts).boxed().toList(), largest, worstAt);
  }
}
