package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.CurveChart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.result.BenchResult.WarmUp;
import io.github.lanewise.bench.result.Statistics;
import java.util.List;

/** How long a fresh JVM takes to be fast. */
final class WarmUpSection {
  private WarmUpSection() {}

  static Section of(Figures figures) {
    return new Section(
        "warm-up",
        "Warm-up",
        "How long does a fresh JVM take to be fast?",
        "Attention of 512 queries and keys by 64, call after call from the start of the JVM on, as a"
            + " share of the speed it reaches in the end: the sooner a line is at the top, the better.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    CurveChart chart =
        new CurveChart(
                new Axis("milliseconds since the start of the JVM", Axis.Kind.FROM_ZERO),
                new Axis("speed of a call", Axis.Kind.FROM_ZERO, Words::percent))
            .band("80 %", 0.8, 0.8, 0.8);
    Table table =
        new Table(1, "JVM", "warm-up itself", "80 % of the speed after", "JVMs", "from", "to");
    int look = 0;
    for (WarmUp warmUp : figures.result().warmUps()) {
      chart.line(
          new Series(warmUp.label(), look),
          warmUp.points().stream()
              .map(p -> new CurveChart.Point(p.x(), p.y(), p.y(), p.y(), ""))
              .toList());
      look++;
      List<Double> reached =
          warmUp.eightyPercentMillis().stream().filter(Double::isFinite).sorted().toList();
      boolean none = reached.isEmpty();
      table.row(
          warmUp.label(),
          millis(warmUp.warmUpMillis()),
          millis(none ? Double.NaN : Statistics.median(reached)),
          Integer.toString(reached.size()),
          millis(none ? Double.NaN : reached.get(0)),
          millis(none ? Double.NaN : reached.get(reached.size() - 1)));
    }
    if (chart.empty()) {
      Section.absent(out, "This run has not watched a JVM warm up.");
    } else {
      out.open("div", "class", "pair").newLine();
      Section.figure(
          out,
          "Speed from the start of the JVM on",
          "Dips are compilations, collections, and other programs of the machine.",
          m -> chart.draw(m, "Speed of calls as a share of the final one, since the JVM's start"));
      out.close().newLine();
    }
    table.drawFolded(out, "The times as text");
  }

  private static String millis(double millis) {
    return Double.isFinite(millis) ? Words.number(millis) + " ms" : Words.NONE;
  }
}
