package io.github.lanewise.bench.demo.embedding;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** How two results of the demo differ. */
final class Differences {
  private Differences() {}

  /** Returns the largest |aᵢ - bᵢ|; NaN if one of them is NaN. */
  static double maxAbsoluteDifference(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException("a has " + a.length + " elements, but b has " + b.length);
    }
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
    }
    return largest;
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
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    return IntStream.range(1, sorted.length)
        .mapToDouble(i -> sorted[i] - sorted[i - 1])
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }
}
