package io.github.lanewise.bench.experiments;

import io.github.lanewise.bench.stage.Text;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A figure of several runs that differ by their seeds: the mean, the least and the largest. */
record Seeds(double mean, double least, double largest) {

  static Seeds of(double... values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double least = Arrays.stream(values).min().orElse(Double.NaN);
    return new Seeds(mean, least, Arrays.stream(values).max().orElse(Double.NaN));
  }

  static Seeds of(List<RunResult> runs, ToDoubleFunction<RunResult> figure) {
    return of(runs.stream().mapToDouble(figure).toArray());
  }

  /** In words. */
  String words(String format) {
    if (Double.isNaN(mean)) {
      return "-";
    }
    return least == largest
        ? Text.format(format, mean)
        : Text.format(format + " (" + format + " to " + format + ")", mean, least, largest);
  }
}
