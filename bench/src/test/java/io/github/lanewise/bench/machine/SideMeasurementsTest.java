package io.github.lanewise.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.WarmUpRun;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Point;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SideMeasurementsTest {
  @Test
  void theCurveIsThatOfTheRunInTheMiddle() {
    BenchResult.WarmUp curve =
        SideMeasurements.curve("label", 7, List.of(run(900), run(300), run(500)));
    assertEquals(List.of(900.0, 300.0, 500.0), curve.eightyPercentMillis());
    assertEquals(
        List.of(new Point(400, 0.5), new Point(500, 1), new Point(501, 1)), curve.points());
    assertEquals("label", curve.label());
    assertEquals(7, curve.warmUpMillis());
  }

  /** Slow until 100 ms before {@code fast}. */
  private static WarmUpRun run(double fast) {
    return new WarmUpRun(
        10,
        WarmUpRun.Moment.NEVER,
        WarmUpRun.Moment.NEVER,
        List.of(
            new WarmUpRun.Call(fast - 100, 4, 0, 0),
            new WarmUpRun.Call(fast, 2, 0, 0),
            new WarmUpRun.Call(fast + 1, 2, 0, 0)));
  }

  @Test
  void thinningKeepsTheFirstAndTheLastPoint() {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      points.add(new Point(i, i % 3));
    }
    List<Point> thinned = SideMeasurements.thinned(points, 200);
    assertEquals(200, thinned.size());
    assertEquals(points.getFirst(), thinned.getFirst());
    assertEquals(points.getLast(), thinned.getLast());
    for (int i = 1; i < thinned.size(); i++) {
      assertTrue(thinned.get(i).x() > thinned.get(i - 1).x(), "in order of time");
    }
    // Of 0, 1, 2, 0, 1, 2 … the middle one.
    assertTrue(thinned.subList(1, 199).stream().allMatch(point -> point.y() == 1));
  }

  @Test
  void aStretchWithoutPointsStaysEmpty() {
    List<Point> points = new ArrayList<>(List.of(new Point(0, 0), new Point(1, 0.1)));
    for (int i = 0; i < 50; i++) {
      points.add(new Point(99 + i / 50.0, 1));
    }
    assertEquals(
        List.of(new Point(0, 0), new Point(1, 0.1), new Point(99.48, 1), new Point(99.98, 1)),
        SideMeasurements.thinned(points, 12));
  }

  @Test
  void aPauseRightBehindTheFirstPointIsNoPoint() {
    List<Point> points = new ArrayList<>(List.of(new Point(0, 0)));
    for (int i = 0; i < 9; i++) {
      points.add(new Point(92 + i, 1));
    }
    List<Point> thinned = SideMeasurements.thinned(points, 6);
    assertEquals(List.of(new Point(0, 0), new Point(96, 1), new Point(100, 1)), thinned);
  }

  @Test
  void fewPointsStayAsTheyAre() {
    List<Point> points = List.of(new Point(1, 0.5), new Point(2, 1));
    assertEquals(points, SideMeasurements.thinned(points, 2));
    assertEquals(List.of(), SideMeasurements.thinned(List.of(), 200));
  }
}
