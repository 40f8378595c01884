package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.WarmUpRun;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.result.BenchResult.Point;
import io.github.lanewise.bench.result.BenchResult.UlpHistogram;
import io.github.lanewise.bench.result.BenchResult.WarmUp;
import io.github.lanewise.bench.stage.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a run measures once, behind all rounds: the errors of exp, and the way of a fresh JVM to
 * full speed. It takes half a minute, or 10 seconds if it has to be quick.
 */
public final class SideMeasurements {
  private static final long WARM_UP_MILLIS = 1000;
  private static final double SHARE = 0.8;
  private static final int MOST_POINTS = 200;

  private SideMeasurements() {}

  /** What was measured, and what could not be. */
  public record Results(List<UlpHistogram> ulps, List<WarmUp> warmUps, List<Missing> missing) {}

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
    List<WarmUp> warmUps = new ArrayList<>();
    List<Missing> missing = new ArrayList<>();
    List<UlpHistogram> ulps = ExpErrors.run(quick);
    step.run();
    try {
      warmUps.add(warmUp("without warmUp", 0, quick, step));
      warmUps.add(warmUp("with warmUp of 1 s", WARM_UP_MILLIS, quick, step));
    } catch (Failure e) {
      missing.add(new Missing("Lanewise", "warm-up", "a fresh JVM failed"));
    }
    return new Results(ulps, warmUps, missing);
  }

  /** Calls in some JVMs, one after the other: one head, as users start, with the trial. */
  private static WarmUp warmUp(String label, long warmUpMillis, boolean quick, Runnable step) {
    WarmUpRun.Plan plan =
        new WarmUpRun.Plan("trial", 1, warmUpMillis, false, quick ? 1500 : 3000, 1);
    List<WarmUpRun> runs = new ArrayList<>();
    for (int jvm = 0; jvm < jvms(quick); jvm++) {
      runs.add(WarmUpRun.fork(List.of(), plan));
      step.run();
    }
    return curve(label, warmUpMillis, runs);
  }

  /** The curve is that of the run in the middle by its way to 80 %. */
  static WarmUp curve(String label, long warmUpMillis, List<WarmUpRun> runs) {
    WarmUpRun middle =
        runs.stream()
            .sorted(Comparator.comparingDouble(run -> run.firstAt(SHARE).endMillis()))
            .toList()
            .get(runs.size() / 2);
    double steady = middle.steadyMillis();
    List<Point> points =
        middle.calls().stream()
            .map(call -> new Point(call.endMillis(), steady / call.millis()))
            .toList();
    return new WarmUp(
        label,
        warmUpMillis,
        thinned(points, MOST_POINTS),
        runs.stream().map(run -> run.firstAt(SHARE).endMillis()).toList());
  }

  /**
   * At most so many of the points: the first and the last, and of each stretch of equal length
   * between them the one that is the median by its height, so that neither a rare pause nor a lucky
   * call stands for all. A stretch without a point stays without one.
   */
  static List<Point> thinned(List<Point> points, int most) {
    if (points.size() <= most) {
      return List.copyOf(points);
    }
    Point first = points.getFirst();
    Point last = points.getLast();
    double length = last.x() - first.x();
    List<Point> thinned = new ArrayList<>(List.of(first));
    points.subList(1, points.size() - 1).stream()
        .collect(
            Collectors.groupingBy(
                point -> (int) Math.min((most - 2) * (point.x() - first.x()) / length, most - 3.0),
                TreeMap::new,
                Collectors.toList()))
        .values()
        .forEach(
            stretch -> {
              stretch.sort(Comparator.comparingDouble(Point::y));
              thinned.add(stretch.get(stretch.size() / 2));
            });
    thinned.add(last);
    return thinned;
  }
}
