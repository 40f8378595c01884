package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Chart.Point;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.report.Figures.Cell;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Limit;
import io.github.lanewise.bench.result.BenchResult.UlpHistogram;
import io.github.lanewise.bench.result.BenchResult.WarmUp;
import io.github.lanewise.bench.result.Statistics;
import java.util.ArrayList;
import java.util.List;

/** What a run tells beside the speed of calls: errors, warm-up, allocation, and the machine. */
final class RunSections {
  private final Figures figures;

  RunSections(Figures figures) {
    this.figures = figures;
  }

  /** How exact exp is. */
  void accuracy(Markup out) {
    Table table = new Table("exp of", "values, bin in ULP, largest error in ULP, it is at x =");
    for (UlpHistogram histogram : figures.result().ulps()) {
      String contender = histogram.contender();
      long values = histogram.counts().stream().mapToLong(Long::longValue).sum();
      String largest = Words.number(histogram.largest());
      String worst = Float.toString((float) histogram.worstAt());
      Chart chart =
          new Chart(
                  new Axis("error in ULP", Axis.Kind.FROM_ZERO),
                  new Axis("values in the bin", Axis.Kind.LOGARITHMIC))
              .bins(figures.series(contender), histogram.binWidth(), histogram.counts());
      String caption =
          Words.count(values, "value")
              + "; the largest error is "
              + largest
              + " ULP, at x = "
              + worst
              + ".";
      if (chart.draw(out, contender, caption)) {
        String width = Words.number(histogram.binWidth());
        table.row(contender, Long.toString(values), width, largest, worst);
      }
    }
    if (!table.drawFolded(out, "The errors as text")) {
      Page.absent(out, "This run has not looked at the errors of exp.");
    }
  }

  /** How long a fresh JVM takes to be fast. */
  void warmUp(Markup out) {
    Chart chart =
        new Chart(
                new Axis("milliseconds since the start of the JVM", Axis.Kind.FROM_ZERO),
                new Axis("speed of a call", Axis.Kind.FROM_ZERO, Words::percent))
            .level("80 %", 0.8, 0.8, 0.8);
    Table table = new Table("JVM", "warm-up itself, 80 % of the speed after, JVMs, from, to");
    int look = 0;
    for (WarmUp warmUp : figures.result().warmUps()) {
      Series series = new Series(warmUp.label(), look++);
      chart.line(warmUp.points().stream().map(p -> new Point(series, p.x(), p.y(), "")).toList());
      List<Double> reached = Figures.finite(warmUp.eightyPercentMillis());
      boolean none = reached.isEmpty();
      table.row(
          warmUp.label(),
          Words.with(warmUp.warmUpMillis(), "ms"),
          none ? Words.NONE : Words.with(Statistics.median(reached), "ms"),
          Integer.toString(reached.size()),
          none ? Words.NONE : Words.with(reached.getFirst(), "ms"),
          none ? Words.NONE : Words.with(reached.getLast(), "ms"));
    }
    if (!chart.draw(
        out,
        "Speed from the start of the JVM on",
        "Dips are compilations, collections, and other programs of the machine.")) {
      Page.absent(out, "This run has not watched a JVM warm up.");
    }
    table.drawFolded(out, "The times as text");
  }

  /** What a call leaves to the garbage collector. */
  void allocation(Markup out) {
    Chart chart =
        Chart.rows(
            new Axis(
                "bytes of a call",
                Axis.Kind.LOGARITHMIC_AND_ZERO,
                bytes -> Words.bytes(bytes).replaceFirst("\\.0+ ", " ")));
    Table table = new Table("question, contender", "bytes of a call");
    for (Series series : figures.contenders()) {
      List<Point> points = new ArrayList<>();
      for (String id : figures.ids()) {
        Cell cell = figures.cell(id, series.name());
        if (cell != null && Double.isFinite(cell.bytesPerCall())) {
          String text = Words.bytes(cell.bytesPerCall());
          points.add(new Point(series, 0, cell.bytesPerCall(), id + ": " + text));
          table.row(id, series.name(), text);
        }
      }
      long none = points.stream().filter(point -> point.value() == 0).count();
      chart.row(series.name(), "nothing in " + none + " of " + points.size(), points);
    }
    if (!chart.draw(
        out, "Bytes of a call", "A row for each contender, a point for each question.")) {
      Page.absent(out, "This run has not counted what calls allocate.");
    }
    table.drawFolded(out, "The bytes as text");
  }

  /** Whether the machine was the same from beginning to end. */
  void machine(Markup out) {
    double noise = 1 + figures.noise();
    Chart rounds =
        new Chart(
                new Axis("round", Axis.Kind.LINEAR),
                new Axis("share of its own median", Axis.Kind.LINEAR, Words::percent))
            .level("noise of this run", 1 / noise, 1, noise);
    Table table = new Table("limit", "size of the data, median, smallest, largest, samples");
    int look = 0;
    for (Limit limit : figures.result().limits()) {
      Series series = new Series(limit.name(), look++);
      List<Double> samples = Figures.finite(limit.samples());
      if (!samples.isEmpty()) {
        double median = Statistics.median(samples);
        List<Point> points = new ArrayList<>();
        for (double sample : limit.samples()) {
          String hint = limit.name() + ": " + Words.with(sample, limit.unit());
          points.add(new Point(series, points.size() + 1, sample / median, hint));
        }
        rounds.line(points);
        table.row(
            limit.name(),
            limit.bytes() > 0 ? Words.bytes(limit.bytes()) : Words.NONE,
            Words.with(median, limit.unit()),
            Words.number(samples.getFirst()),
            Words.number(samples.getLast()),
            Integer.toString(samples.size()));
      }
    }
    boolean drawn =
        rounds.draw(
            out,
            "The limits, round by round",
            "Each as a share of its own median; the band is the noise within which no winner is"
                + " named.");
    drawn |=
        forks()
            .draw(
                out,
                "Multiply-adds beside every fork of a product or an attention",
                "What the machine could do at just that time.");
    if (!drawn) {
      Page.absent(out, "The limits of the machine were not measured in this run.");
    }
    table.drawFolded(out, "The limits as text");
  }

  /** The loop of multiply-adds beside the forks, round by round and question by question. */
  private Chart forks() {
    Series series = new Series("beside a fork: median, smallest, largest", 0);
    List<Point> points = new ArrayList<>();
    List<Question> questions =
        figures.questions(q -> q.limit() == LimitKind.FMA && q.threads() == 1);
    for (int round = 0; round < figures.result().rounds(); round++) {
      for (Question question : questions) {
        for (Cell cell : figures.cells(question.id())) {
          for (Fork fork : cell.measurement().forks()) {
            List<Double> samples = Figures.finite(fork.limits());
            if (fork.round() == round && !samples.isEmpty()) {
              double median = Statistics.median(samples);
              points.add(
                  new Point(
                      series,
                      points.size() + 1,
                      median,
                      samples.getFirst(),
                      samples.getLast(),
                      false,
                      cell.contender() + ", " + question.id() + ": " + Words.number(median)));
            }
          }
        }
      }
    }
    return new Chart(
            new Axis("forks of the run, one after the other", Axis.Kind.LINEAR),
            new Axis("GFLOP/s of multiply-adds", Axis.Kind.FROM_ZERO))
        .line(points);
  }
}
