package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.CurveChart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What several threads gain over one. */
final class ThreadsSection {
  private ThreadsSection() {}

  static Section of(Figures figures) {
    return new Section(
        "threads",
        "Threads",
        "What do more threads gain?",
        "The time of one thread divided by that of several; the dashed level is as many times faster"
            + " as there are threads at most. What is bound by memory cannot reach it.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    Table table =
        new Table(
            2,
            "question",
            "contender",
            "threads",
            "time of one",
            "time of all",
            "times faster",
            "share of the limit");
    TreeSet<String> bases = new TreeSet<>();
    for (Question question : figures.questions(q -> q.threads() > 1)) {
      bases.add(question.withThreads(1).id());
    }
    out.open("div", "class", "pair").newLine();
    for (String base : bases) {
      chart(out, figures, base, table);
    }
    out.close().newLine();
    if (table.empty()) {
      Section.absent(
          out, "No question of this run was answered both by one thread and by several.");
    }
    table.drawFolded(out, "The gains as text");
  }

  private static void chart(Markup out, Figures figures, String base, Table table) {
    List<Question> several =
        figures.questions(q -> q.threads() > 1 && q.withThreads(1).id().equals(base));
    CurveChart chart =
        new CurveChart(
            new Axis("threads", Axis.Kind.LINEAR),
            new Axis("times faster than one thread", Axis.Kind.FROM_ZERO));
    int most = several.stream().mapToInt(Question::threads).max().orElse(1);
    chart.band("as many times as threads", most, most, most);
    for (Series series : figures.contenders()) {
      Cell one = figures.cell(base, series.name());
      List<CurveChart.Point> points = new ArrayList<>();
      for (Question question : several) {
        Cell all = figures.cell(question.id(), series.name());
        if (one != null && all != null) {
          double gain = one.nanos() / all.nanos();
          double[] spread = all.spread();
          String hint = series.name() + ": " + Words.number(gain);
          points.add(
              new CurveChart.Point(
                  question.threads(),
                  gain,
                  one.nanos() / spread[1],
                  one.nanos() / spread[0],
                  hint));
          table.row(
              base,
              series.name(),
              Integer.toString(question.threads()),
              Words.time(one.nanos()),
              Words.time(all.nanos()),
              Words.number(gain),
              Words.share(all.share()));
        }
      }
      if (!points.isEmpty()) {
        points.add(new CurveChart.Point(1, 1, 1, 1, series.name()));
        chart.line(series, points);
      }
    }
    if (!chart.empty()) {
      Section.figure(
          out,
          base,
          "Times faster than one thread.",
          m -> chart.draw(m, "Times faster over threads: " + base));
    }
  }
}
