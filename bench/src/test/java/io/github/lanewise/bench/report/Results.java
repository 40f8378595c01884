package io.github.lanewise.bench.report;

import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.ContenderInfo;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Limit;
import io.github.lanewise.bench.result.BenchResult.Machine;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.result.BenchResult.Point;
import io.github.lanewise.bench.result.BenchResult.UlpHistogram;
import io.github.lanewise.bench.result.BenchResult.WarmUp;
import java.util.ArrayList;
import java.util.List;

/** Results that no run gives, or only a strange one. */
final class Results {
  static final String HOSTILE = "<script>alert('&amp;')</script> \"q\" \u0001 ∞";

  private static final Machine MACHINE =
      new Machine("cpu", 2, 16, "os", "jdk", List.of("-X"), "vector", 512, "0.1.0");

  private Results() {}

  /** Nothing was measured. */
  static BenchResult empty() {
    return of(0, Double.NaN, List.of(), List.of());
  }

  /** With these measurements and limits. */
  static BenchResult of(
      int rounds, double spread, List<Measurement> measurements, List<Limit> limits) {
    return new BenchResult(
        BenchResult.FORMAT,
        "2026-11-21T00:00:00Z",
        60,
        rounds,
        "mvn -Pbench",
        MACHINE,
        new Disturbance(Double.NaN, Double.NaN, spread),
        limits,
        List.of(),
        measurements,
        List.of(),
        List.of(),
        List.of());
  }

  /** A measurement with a fork of three iterations for each time. */
  static Measurement measured(String question, String contender, double limit, double... nanos) {
    List<Fork> forks = new ArrayList<>();
    for (int round = 0; round < nanos.length; round++) {
      double time = nanos[round];
      forks.add(
          new Fork(
              round,
              List.of(time * 0.9, time, time * 1.2),
              List.of(limit, limit, limit),
              Double.NaN));
    }
    return new Measurement(question, contender, 1e-7, forks);
  }

  /** Every text of it is hostile, and every figure is no number or of an extreme size. */
  static BenchResult hostile() {
    double[] extremes = {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -1, 1e-300, 1e300
    };
    List<Measurement> measurements = new ArrayList<>();
    List<Limit> limits = new ArrayList<>();
    List<WarmUp> warmUps = new ArrayList<>();
    List<UlpHistogram> ulps = new ArrayList<>();
    for (double x : extremes) {
      for (String question : List.of("exp 4096", "attention 8 64x64", "softmax 8x8", HOSTILE)) {
        for (String contender : List.of("Lanewise", HOSTILE, "other " + x)) {
          Fork fork = new Fork(0, List.of(x, 1.0), List.of(x, x), x);
          measurements.add(new Measurement(question, contender, x, List.of(fork)));
        }
      }
      limits.add(new Limit(HOSTILE + x, HOSTILE, x, List.of(x, x)));
      warmUps.add(
          new WarmUp(HOSTILE + x, x, List.of(new Point(x, x), new Point(1, x)), List.of(x)));
      ulps.add(new UlpHistogram(HOSTILE + x, x, List.of(0L, 1L, Long.MAX_VALUE), x, x));
    }
    limits.add(new Limit("FMA", "GFLOP/s", 0, List.of(Double.NaN)));
    measurements.add(new Measurement("exp 4096", "no fork", 0, List.of()));
    Fork nothing = new Fork(0, List.of(), List.of(), Double.NaN);
    measurements.add(new Measurement("exp 4096", "no iteration", 0, List.of(nothing)));
    return new BenchResult(
        BenchResult.FORMAT,
        HOSTILE,
        Double.NaN,
        1,
        HOSTILE,
        new Machine(
            HOSTILE, 0, Double.NaN, HOSTILE, HOSTILE, List.of(HOSTILE), HOSTILE, 0, HOSTILE),
        new Disturbance(1e300, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
        limits,
        List.of(new ContenderInfo(HOSTILE, HOSTILE)),
        measurements,
        ulps,
        warmUps,
        List.of(new Missing(HOSTILE, HOSTILE, HOSTILE), new Missing(HOSTILE, "", "")));
  }
}
