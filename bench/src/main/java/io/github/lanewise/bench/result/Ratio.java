package io.github.lanewise.bench.result;

import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/**
 * How many times as long one contender takes as another: above 1, the other is faster.
 *
 * <p>Only forks of the same round are compared, for a round's forks run one after the other and a
 * slow hour of the machine hits both. A time that is no positive number is left out, and so is a
 * fork without any other, together with its counterpart. Without a common round everything is NaN.
 *
 * @param value ratio of the medians over all iterations of the common rounds
 * @param low smallest of the rounds' ratios of medians, or {@code value} if that is smaller: it may
 *     lie outside, since it is no mean of the rounds
 * @param high largest of them, or {@code value} if that is larger
 * @param rounds how many the two have in common
 */
public record Ratio(double value, double low, double high, int rounds) {

  /** The ratio of the times of {@code other} and {@code base}. */
  public static Ratio of(Measurement other, Measurement base) {
    TreeMap<Integer, double[]> others = times(other);
    TreeMap<Integer, double[]> bases = times(base);
    others.keySet().retainAll(bases.keySet());
    bases.keySet().retainAll(others.keySet());
    if (others.isEmpty()) {
      return new Ratio(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    double value = median(others) / median(bases);
    double low = value;
    double high = value;
    Iterator<double[]> baseTimes =
        bases.values().iterator(); // in the same order of the same rounds
    for (double[] times : others.values()) {
      double ratio = Statistics.median(times) / Statistics.median(baseTimes.next());
      low = Math.min(low, ratio);
      high = Math.max(high, ratio);
    }
    return new Ratio(value, low, high, others.size());
  }

  /**
   * The probability with which low and high enclose the median of what all rounds, these and those
   * never made, would show: 1 - 2^(1 - rounds), for each round falls on either side of that median
   * like a coin, and misses it if all fall on the same (the interval of the sign test). Nothing is
   * assumed about the distribution but that rounds are independent and drawn alike. 0 for one
   * round, and for none.
   */
  public double coverage() {
    return Math.max(0, 1 - Math.pow(2, 1 - rounds));
  }

  private static TreeMap<Integer, double[]> times(Measurement measurement) {
    TreeMap<Integer, double[]> times = new TreeMap<>();
    for (Fork fork : measurement.forks()) {
      double[] valid =
          fork.nanos().stream()
              .mapToDouble(Double::doubleValue)
              .filter(nanos -> nanos > 0 && nanos < Double.POSITIVE_INFINITY)
              .toArray();
      if (valid.length > 0) {
        times.put(fork.round(), valid);
      }
    }
    return times;
  }

  private static double median(TreeMap<Integer, double[]> rounds) {
    List<Double> all = new ArrayList<>();
    for (double[] times : rounds.values()) {
      for (double time : times) {
        all.add(time);
      }
    }
    return Statistics.median(all);
  }
}
