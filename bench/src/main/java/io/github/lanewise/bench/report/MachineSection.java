package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.CurveChart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Limit;
import io.github.lanewise.bench.result.Statistics;
import java.util.ArrayList;
import java.util.List;

/** Whether the machine was the same from beginning to end. */
final class MachineSection {
  private MachineSection() {}

  static Section of(Figures figures) {
    return new Section(
        "machine",
        "The machine meanwhile",
        "Was the machine the same all the time?",
        "These loops do the same work whenever they run, so that whatever moves them is the machine:"
            + " flat lines are a quiet run. What stays within the band of noise decides nothing.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    out.open("div", "class", "pair").newLine();
    boolean any = rounds(out, figures);
    any |= forks(out, figures);
    out.close().newLine();
    if (!any) {
      Section.absent(out, "The limits of the machine were not measured in this run.");
    }
    Table table =
        new Table(1, "limit", "size of the data", "median", "smallest", "largest", "samples");
    for (Limit limit : figures.result().limits()) {
      List<Double> samples = finite(limit.samples());
      if (!samples.isEmpty()) {
        table.row(
            limit.name(),
            limit.bytes() > 0 ? Words.bytes(limit.bytes()) : Words.NONE,
            Words.number(Statistics.median(samples)) + " " + limit.unit(),
            Words.number(samples.get(0)),
            Words.number(samples.get(samples.size() - 1)),
            Integer.toString(samples.size()));
      }
    }
    table.drawFolded(out, "The limits as text");
  }

  private static boolean rounds(Markup out, Figures figures) {
    CurveChart chart =
        new CurveChart(
                new Axis("round", Axis.Kind.LINEAR),
                new Axis("share of its own median", Axis.Kind.LINEAR, Words::percent))
            .band("noise of this run", 1 / (1 + figures.noise()), 1, 1 + figures.noise());
    int look = 0;
    for (Limit limit : figures.result().limits()) {
      List<Double> samples = finite(limit.samples());
      List<CurveChart.Point> points = new ArrayList<>();
      for (int round = 0; round < limit.samples().size(); round++) {
        double sample = limit.samples().get(round);
        double share = samples.isEmpty() ? Double.NaN : sample / Statistics.median(samples);
        String hint = limit.name() + ": " + Words.number(sample) + " " + limit.unit();
        points.add(new CurveChart.Point(round + 1, share, share, share, hint));
      }
      chart.line(new Series(limit.name(), look), points);
      look++;
    }
    if (chart.empty()) {
      return false;
    }
    Section.figure(
        out,
        "The limits, round by round",
        "Each as a share of its own median; the band is the noise within which no winner is named.",
        m -> chart.draw(m, "Limits of the machine over the rounds, each by its own median"));
    return true;
  }

  /** The multiply-add loop beside the forks, round by round and question by question. */
  private static boolean forks(Markup out, Figures figures) {
    List<CurveChart.Point> points = new ArrayList<>();
    for (int round = 0; round < figures.result().rounds(); round++) {
      for (Question question :
          figures.questions(q -> q.limit() == LimitKind.FMA && q.threads() == 1)) {
        for (Cell cell : figures.cells(question.id())) {
          for (Fork fork : cell.measurement().forks()) {
            List<Double> samples = finite(fork.limits());
            if (fork.round() == round && !samples.isEmpty()) {
              double median = Statistics.median(samples);
              String hint = cell.contender() + ", " + question.id() + ": " + Words.number(median);
              points.add(
                  new CurveChart.Point(
                      points.size() + 1,
                      median,
                      samples.get(0),
                      samples.get(samples.size() - 1),
                      hint));
            }
          }
        }
      }
    }
    CurveChart chart =
        new CurveChart(
                new Axis("forks of the run, one after the other", Axis.Kind.LINEAR),
                new Axis("GFLOP/s of multiply-adds", Axis.Kind.FROM_ZERO))
            .line(new Series("beside a fork: median, smallest, largest", 0), points);
    if (chart.empty()) {
      return false;
    }
    Section.figure(
        out,
        "Multiply-adds beside every fork of a product or an attention",
        "What the machine could do at just that time.",
        m -> chart.draw(m, "The multiply-add loop beside the forks"));
    return true;
  }

  private static List<Double> finite(List<Double> values) {
    return values.stream().filter(Double::isFinite).sorted().toList();
  }
}
