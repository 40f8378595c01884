package io.github.lanewise.bench.comparison;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How long a JVM measures. Calls of microseconds fill iterations of some milliseconds; calls so
 * long that they would overfill them are single shots, as many as there is time for.
 *
 * @param warmUps iterations before
 * @param warmUpMillis length of each
 * @param iterations that count
 * @param millis length of each
 * @param single whether an iteration is one call, whatever the lengths
 */
record ForkPlan(int warmUps, int warmUpMillis, int iterations, int millis, boolean single) {
  /** Calls longer than this are single shots. */
  static final double SLOW_NANOS = 50e6;

  /** Property of the measured JVM: whether a slow call was planned for. */
  static final String SINGLE = "lanewise.bench.single";

  /** The contender is compiled by then, see {@link ComparisonBenchmark}: JMH's loop is not. */
  static final ForkPlan USUAL = new ForkPlan(3, 100, 8, 60, false);

  /** Shows that everything works. */
  static final ForkPlan QUICK = new ForkPlan(2, 40, 4, 25, false);

  private static final double SINGLE_SHOTS_NANOS = 1e9;
  private static final int FEWEST_SHOTS = 3;

  /** The plan for calls of so many nanoseconds. */
  ForkPlan forCall(double nanos) {
    if (nanos <= SLOW_NANOS) {
      return this;
    }
    int affordable = (int) (SINGLE_SHOTS_NANOS / nanos);
    int shots = affordable == 0 ? 1 : Math.max(FEWEST_SHOTS, Math.min(iterations, affordable));
    return new ForkPlan(1, warmUpMillis, shots, millis, true);
  }

  void apply(ChainedOptionsBuilder options) {
    options
        .mode(single ? Mode.SingleShotTime : Mode.AverageTime)
        .warmupIterations(warmUps)
        .warmupTime(new TimeValue(warmUpMillis, TimeUnit.MILLISECONDS))
        .measurementIterations(iterations)
        .measurementTime(new TimeValue(millis, TimeUnit.MILLISECONDS));
  }
}
