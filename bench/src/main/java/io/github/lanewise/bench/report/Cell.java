package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.Share;
import io.github.lanewise.bench.result.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one contender took for one question. A spread is from the smallest to the largest median of
 * a fork.
 *
 * @param question null if its id is of a form that this version does not know
 */
record Cell(Measurement measurement, @Nullable Question question) {
  String contender() {
    return measurement.contender();
  }

  /** Whether there is a time at all. */
  boolean measured() {
    return Double.isFinite(nanos());
  }

  /** The median of all iterations. */
  double nanos() {
    return median(Fork::nanos);
  }

  /** The smallest and the largest median of a fork. */
  double[] spread() {
    double[] medians =
        measurement.forks().stream()
            .filter(fork -> !fork.nanos().isEmpty())
            .mapToDouble(fork -> Statistics.median(fork.nanos()))
            .sorted()
            .toArray();
    return new double[] {medians[0], medians[medians.length - 1]};
  }

  /** NaN if the question is not known. */
  double nanosPerElement(double nanos) {
    return question == null ? Double.NaN : nanos / question.elements();
  }

  /** GFLOP/s or GB/s; NaN if the question is not known. */
  double achieved(double nanos) {
    return question == null ? Double.NaN : question.achieved(nanos);
  }

  /** The limit beside it, by as many threads as it has. */
  double limit() {
    return median(Fork::limits);
  }

  /** Achieved as a share of the limit beside it; NaN if one of them is not known. */
  double share() {
    return question == null ? Double.NaN : Share.ofLimit(question, measurement);
  }

  /** The largest of its forks; NaN where none told. */
  double bytesPerCall() {
    ToDoubleFunction<Fork> bytes = Fork::bytesPerCall;
    return measurement.forks().stream()
        .mapToDouble(bytes)
        .filter(Double::isFinite)
        .max()
        .orElse(Double.NaN);
  }

  private double median(java.util.function.Function<Fork, List<Double>> values) {
    List<Double> all = new ArrayList<>();
    for (Fork fork : measurement.forks()) {
      values.apply(fork).stream().filter(Double::isFinite).forEach(all::add);
    }
    return all.isEmpty() ? Double.NaN : Statistics.median(all);
  }
}
