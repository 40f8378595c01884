package io.github.lanewise.bench.result;

import java.util.Arrays;
import java.util.List;

/**
 * Order statistics, which a few disturbed samples move little. No value at all is an error of the
 * caller; a NaN among the values makes NaN.
 */
public final class Statistics {
  private Statistics() {}

  /** Returns the median; of an even number of values, the mean of the middle two. */
  public static double median(double... values) {
    return quantile(0.5, values);
  }

  /** Returns the median; of an even number of values, the mean of the middle two. */
  public static double median(List<Double> values) {
    return median(array(values));
  }

  /**
   * Returns the value below which a share of the sorted values lies, interpolated between the two
   * beside position share·(n - 1): the definition R-7 of Hyndman and Fan, which R, NumPy and
   * spreadsheets use.
   *
   * @param share from 0, the smallest, to 1, the largest; 0.25 and 0.75 are the quartiles
   */
  public static double quantile(double share, double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values, hence no median");
    }
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("a share of " + share + " is not between 0 and 1");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted); // NaN last
    if (Double.isNaN(sorted[sorted.length - 1])) {
      return Double.NaN;
    }
    double position = share * (sorted.length - 1);
    int below = (int) position;
    double fraction = position - below;
    // not (1 - f)·a + f·b: it would make NaN of an infinity that has weight 0
    return fraction == 0
        ? sorted[below]
        : sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
  }

  /** Returns (largest - smallest) / median. */
  public static double spread(List<Double> values) {
    double[] all = array(values);
    return (quantile(1, all) - quantile(0, all)) / median(all);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
