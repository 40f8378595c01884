package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.DotChart;
import io.github.lanewise.bench.page.DotChart.Dot;
import io.github.lanewise.bench.page.Markup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Each figure as a share of what the machine can do at most. */
final class ShareSection {
  private ShareSection() {}

  static Section of(Figures figures) {
    return new Section(
        "limits",
        "Share of the limit",
        "How much of what this machine can do is used?",
        "100 % is a loop that does nothing but what limits the question: copying or reading as many"
            + " bytes, or multiply-adds in registers; it is measured beside every iteration, by as many"
            + " threads. No program needs to reach it, and none can hide behind a slow machine.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    out.open("div", "class", "pair").newLine();
    List<String> ids = new ArrayList<>();
    chart(out, figures, q -> q.limit() != LimitKind.FMA, "Against copying and reading", ids);
    chart(out, figures, q -> q.limit() == LimitKind.FMA, "Against multiply-adds", ids);
    out.close().newLine();
    if (ids.isEmpty()) {
      Section.absent(out, "No limit was measured beside the questions of this run.");
    }
    Dots.table(out, figures, ids);
  }

  private static void chart(
      Markup out, Figures figures, Predicate<Question> kind, String title, List<String> ids) {
    DotChart chart =
        new DotChart(new Axis("share of the limit", Axis.Kind.FROM_ZERO, s -> Words.percent(s)))
            .level(1, Double.NaN, Double.NaN);
    List<List<Dot>> rows = new ArrayList<>();
    for (Question question : figures.questions(kind)) {
      String id = question.id();
      List<Dot> row =
          Dots.of(
              figures, id, cell -> nanos -> cell.achieved(nanos) / cell.limit(), "of the limit");
      if (row.stream().anyMatch(dot -> Double.isFinite(dot.value()))) {
        rows.add(row);
        ids.add(id);
        chart.row(id, Dots.mine(figures, id, c -> Words.share(c.share())), row);
      }
    }
    if (!chart.empty()) {
      Section.figure(
          out,
          title,
          "The number at the right is Lanewise's share.",
          m -> chart.draw(m, Dots.legend(figures, rows), "Share of the limit: " + title));
    }
  }
}
