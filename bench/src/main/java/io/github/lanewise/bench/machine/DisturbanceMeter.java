package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.stage.Text;
import java.util.Collection;

/** How much else the machine did during a run. */
public final class DisturbanceMeter {
  private final ProcessorTimes start;

  private DisturbanceMeter(ProcessorTimes start) {
    this.start = start;
  }

  /** Starts to watch. */
  public static DisturbanceMeter start() {
    return new DisturbanceMeter(ProcessorTimes.read());
  }

  /**
   * Returns what was seen since the start. Processes that this one started count as its own, once
   * they have ended.
   *
   * @param multiplyAdds samples of the FMA loop throughout the run
   */
  public Disturbance stop(Collection<Double> multiplyAdds) {
    return between(start, ProcessorTimes.read(), multiplyAdds);
  }

  static Disturbance between(
      ProcessorTimes start, ProcessorTimes end, Collection<Double> multiplyAdds) {
    return new Disturbance(end.stolenSince(start), end.othersSince(start), spread(multiplyAdds));
  }

  /** (largest - smallest) / median; NaN of nothing. */
  static double spread(Collection<Double> samples) {
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    if (n == 0) {
      return Double.NaN;
    }
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return (sorted[n - 1] - sorted[0]) / median;
  }

  /** Says it in one sentence, for people. */
  public static String words(Disturbance disturbance) {
    return Text.format(
        "%s: %s, %s, and the FMA loop's speed varied by %s.",
        verdict(disturbance),
        Double.isNaN(disturbance.stolenShare())
            ? "what a hypervisor took is not told"
            : Text.format(
                "the hypervisor took %.1f %% of the processors' time",
                100 * disturbance.stolenShare()),
        Double.isNaN(disturbance.otherLoad())
            ? "what other processes did is not told"
            : Text.format(
                "other processes kept %.2f processors busy on average", disturbance.otherLoad()),
        Double.isNaN(disturbance.limitSpread())
            ? "an unknown share"
            : Text.format("%.0f %%", 100 * disturbance.limitSpread()));
  }

  /** By the worst of them: what is unknown does not count against the machine. */
  private static String verdict(Disturbance disturbance) {
    int grade =
        Math.max(
            grade(disturbance.stolenShare(), 0.01, 0.05),
            Math.max(
                grade(disturbance.otherLoad(), 0.1, 0.5),
                grade(disturbance.limitSpread(), 0.05, 0.15)));
    switch (grade) {
      case 0:
        return "A quiet machine";
      case 1:
        return "A somewhat disturbed machine";
      default:
        return "A heavily disturbed machine";
    }
  }

  private static int grade(double value, double some, double much) {
    return value >= much ? 2 : value >= some ? 1 : 0;
  }
}
