package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.WarmUpRun;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The way of a fresh JVM to full speed, as a curve. */
final class WarmUps {
  private static final double SHARE = 0.8;
  private static final int MOST_POINTS = 200;

  private WarmUps() {}

  /** Measures in some JVMs, one after the other; {@code step} is run behind each. */
  static BenchResult.WarmUp measure(
      String label, long warmUpMillis, int jvms, long runMillis, Runnable step) {
    List<WarmUpRun> runs = new ArrayList<>();
    for (int jvm = 0; jvm < jvms; jvm++) {
      runs.add(WarmUpRun.fork(List.of(), plan(warmUpMillis, runMillis)));
      step.run();
    }
    return curve(label, warmUpMillis, runs);
  }

  /** One head, as users start: with the trial. */
  private static WarmUpRun.Plan plan(long warmUpMillis, long runMillis) {
    return new WarmUpRun.Plan("trial", 1, false, warmUpMillis, false, false, runMillis, 1);
  }

  /** The curve is that of the run in the middle by its way to 80 %. */
  static BenchResult.WarmUp curve(String label, long warmUpMillis, List<WarmUpRun> runs) {
    List<WarmUpRun> sorted =
        runs.stream()
            .sorted(Comparator.comparingDouble(run -> run.firstAt(SHARE).endMillis()))
            .toList();
    WarmUpRun middle = sorted.get(sorted.size() / 2);
    double steady = middle.steadyMillis();
    List<Point> points =
        middle.calls().stream()
            .map(call -> new Point(call.endMillis(), steady / call.millis()))
            .toList();
    return new BenchResult.WarmUp(
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
    Point first = points.get(0);
    Point last = points.get(points.size() - 1);
    int stretches = most - 2;
    List<Point> thinned = new ArrayList<>();
    thinned.add(first);
    List<Point> stretch = new ArrayList<>();
    int at = 0;
    for (Point point : points.subList(1, points.size() - 1)) {
      int next =
          (int)
              Math.min(
                  stretches * (point.x() - first.x()) / (last.x() - first.x()), stretches - 1.0);
      if (next != at) {
        addMedian(stretch, thinned);
        at = next;
      }
      stretch.add(point);
    }
    addMedian(stretch, thinned);
    thinned.add(last);
    return thinned;
  }

  private static void addMedian(List<Point> stretch, List<Point> thinned) {
    if (!stretch.isEmpty()) {
      stretch.sort(Comparator.comparingDouble(Point::y));
      thinned.add(stretch.get(stretch.size() / 2));
      stretch.clear();
    }
  }
}
