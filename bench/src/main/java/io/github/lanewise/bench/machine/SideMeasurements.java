package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.accuracy.ExpErrors;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.stage.Failure;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run measures once, behind all rounds: the errors of exp, and the way of a fresh JVM to
 * full speed. It takes half a minute, or 10 seconds if it has to be quick.
 */
public final class SideMeasurements {
  private static final long WARM_UP_MILLIS = 1000;

  private SideMeasurements() {}

  /** What was measured, and what could not be. */
  public record Results(
      List<BenchResult.UlpHistogram> ulps,
      List<BenchResult.WarmUp> warmUps,
      List<BenchResult.Missing> missing) {}

  /** Returns how often {@link #run} steps. */
  public static int steps(boolean quick) {
    return 1 + 2 * jvms(quick);
  }

  private static int jvms(boolean quick) {
    return quick ? 1 : 3;
  }

  /**
   * Measures everything.
   *
   * @param quick with fewer floats and JVMs: shows that it works, the figures are rough
   * @param step is run as often as {@link #steps} says, unless something is missing
   */
  public static Results run(boolean quick, Runnable step) {
    List<BenchResult.WarmUp> warmUps = new ArrayList<>();
    List<BenchResult.Missing> missing = new ArrayList<>();
    List<BenchResult.UlpHistogram> ulps = ExpErrors.run(quick);
    step.run();
    long runMillis = quick ? 1500 : 3000;
    try {
      warmUps.add(WarmUps.measure("without warmUp", 0, jvms(quick), runMillis, step));
      warmUps.add(
          WarmUps.measure("with warmUp of 1 s", WARM_UP_MILLIS, jvms(quick), runMillis, step));
    } catch (Failure e) {
      missing.add(new BenchResult.Missing("Lanewise", "warm-up", "a fresh JVM failed"));
    }
    return new Results(ulps, warmUps, missing);
  }
}
