package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.CurveChart;
import io.github.lanewise.bench.page.DotChart;
import io.github.lanewise.bench.page.DotChart.Dot;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.result.BenchResult.Limit;
import io.github.lanewise.bench.result.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Products and attention against what the multiply-add units can do at most. */
final class RooflineSection {
  private static final Axis SPEED = new Axis("GFLOP/s", Axis.Kind.FROM_ZERO);

  private RooflineSection() {}

  static Section of(Figures figures) {
    return new Section(
        "roofline",
        "Roofline",
        "How near to the roof of the processor are products and attention?",
        "Higher, or further to the right, is faster; the dashed line is the roof, a loop of nothing"
            + " but multiply-adds in the same run, and the band around it what that loop varied by. Masked"
            + " pairs do not count as work.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    List<Question> questions =
        figures.questions(q -> q.limit() == LimitKind.FMA && q.threads() == 1);
    if (questions.isEmpty()) {
      Section.absent(out, "This run has measured neither products nor attention by one thread.");
      return;
    }
    double[] roof = roof(figures);
    out.open("div", "class", "pair").newLine();
    Map<String, List<Question>> families = new LinkedHashMap<>();
    for (Question question : questions) {
      families.computeIfAbsent(family(question), name -> new ArrayList<>()).add(question);
    }
    families.forEach(
        (name, members) -> {
          if (members.stream().map(Question::columns).distinct().count() > 1) {
            curve(out, figures, name, members, roof);
          }
        });
    dots(out, figures, questions, roof);
    out.close().newLine();
    if (roof.length == 0) {
      Section.absent(out, "The roof itself was not measured in this run.");
    }
    Dots.table(out, figures, questions.stream().map(Question::id).toList());
  }

  private static void curve(
      Markup out, Figures figures, String name, List<Question> members, double[] roof) {
    CurveChart chart = new CurveChart(new Axis("N, keys", Axis.Kind.LOGARITHMIC_NAMED), SPEED);
    if (roof.length > 0) {
      chart.band("roof " + Words.number(roof[1]), roof[0], roof[1], roof[2]);
    }
    for (Series series : figures.contenders()) {
      List<CurveChart.Point> points = new ArrayList<>();
      for (Question question : members) {
        Cell cell = figures.cell(question.id(), series.name());
        if (cell != null) {
          double[] spread = cell.spread();
          double speed = cell.achieved(cell.nanos());
          String hint =
              series.name() + ", " + question.id() + ": " + Words.number(speed) + " GFLOP/s";
          points.add(
              new CurveChart.Point(
                  question.columns(),
                  speed,
                  cell.achieved(spread[1]),
                  cell.achieved(spread[0]),
                  hint));
        }
      }
      chart.line(series, points);
    }
    Section.figure(
        out,
        name,
        "GFLOP/s over the number of queries and keys N.",
        m -> chart.draw(m, "GFLOP/s over N: " + name));
  }

  private static void dots(Markup out, Figures figures, List<Question> questions, double[] roof) {
    DotChart chart = new DotChart(SPEED);
    if (roof.length > 0) {
      chart.level(roof[1], roof[0], roof[2]);
    }
    List<List<Dot>> rows = new ArrayList<>();
    for (Question question : questions) {
      String id = question.id();
      List<Dot> row = Dots.of(figures, id, cell -> cell::achieved, "GFLOP/s");
      rows.add(row);
      chart.row(id, Dots.mine(figures, id, c -> Words.number(c.achieved(c.nanos()))), row);
    }
    Section.figure(
        out,
        "All products and attentions",
        "The number at the right is Lanewise's.",
        m -> chart.draw(m, Dots.legend(figures, rows), "GFLOP/s of products and attention"));
  }

  /** Smallest, median and largest sample of the roof; empty if there is none. */
  private static double[] roof(Figures figures) {
    Limit limit = figures.limit("FMA");
    List<Double> samples =
        limit == null
            ? List.of()
            : limit.samples().stream().filter(Double::isFinite).sorted().toList();
    return samples.isEmpty()
        ? new double[0]
        : new double[] {
          samples.get(0), Statistics.median(samples), samples.get(samples.size() - 1)
        };
  }

  /** What questions have in common that differ in N alone: the id without its length. */
  private static String family(Question question) {
    return question.id().replaceFirst("\\b" + question.columns() + "(?=x\\d)", "N");
  }
}
