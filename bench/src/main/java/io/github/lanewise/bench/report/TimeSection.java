package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Variant;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.CurveChart;
import io.github.lanewise.bench.page.DotChart;
import io.github.lanewise.bench.page.DotChart.Dot;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Time per element: of softmax over the length of its rows, and of the steps it is made of. */
final class TimeSection {
  private static final Set<Operation> STEPS =
      Set.of(Operation.EXP, Operation.SUM, Operation.MAX, Operation.DIVIDE);

  private static final Axis NANOS = new Axis("nanoseconds per element", Axis.Kind.LOGARITHMIC);

  private TimeSection() {}

  static Section of(Figures figures) {
    return new Section(
        "time",
        "Time per element",
        "What does an element cost, in short rows and in long ones?",
        "Lower is faster, both axes are logarithmic: a line that falls pays something once per row,"
            + " one that rises has left a cache. Bars are the spread of the forks.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    List<Question> rows =
        figures.questions(
            q ->
                q.operation() == Operation.SOFTMAX
                    && q.variant() == Variant.PLAIN
                    && q.threads() == 1);
    List<Question> steps =
        figures.questions(q -> STEPS.contains(q.operation()) && q.threads() == 1);
    CurveChart curves =
        new CurveChart(new Axis("length of a row", Axis.Kind.LOGARITHMIC_NAMED), NANOS);
    for (Series series : figures.contenders()) {
      curves.line(series, points(figures, smallest(rows), series));
    }
    DotChart dots = new DotChart(NANOS);
    List<List<Dot>> shown = new ArrayList<>();
    for (Question step : steps) {
      List<Dot> row = Dots.of(figures, step.id(), cell -> cell::nanosPerElement, "ns per element");
      shown.add(row);
      dots.row(
          step.id(),
          Dots.mine(figures, step.id(), c -> Words.number(c.nanosPerElement(c.nanos())) + " ns"),
          row);
    }
    out.open("div", "class", "pair").newLine();
    if (curves.empty()) {
      Section.absent(
          out, "This run has no softmax by one thread, so there is no curve over lengths.");
    } else {
      Section.figure(
          out,
          "Softmax over the length of its rows",
          "Of several shapes with rows as long, the one of fewest elements.",
          m -> curves.draw(m, "Nanoseconds per element of softmax over the length of a row"));
    }
    if (dots.empty()) {
      Section.absent(out, "This run has measured none of exp, sum, max and divide.");
    } else {
      Section.figure(
          out,
          "The steps: exp, sum, max, divide",
          "A row for each step and length; the number at the right is Lanewise's.",
          m ->
              dots.draw(
                  m,
                  Dots.legend(figures, shown),
                  "Nanoseconds per element of exp, sum, max and divide"));
    }
    out.close().newLine();
    List<String> ids = new ArrayList<>();
    steps.forEach(q -> ids.add(q.id()));
    rows.forEach(q -> ids.add(q.id()));
    Dots.table(out, figures, ids);
  }

  /** One question for each length. */
  private static List<Question> smallest(List<Question> questions) {
    Map<Integer, Question> kept = new TreeMap<>();
    for (Question question : questions) {
      kept.merge(
          question.columns(),
          question,
          (one, other) -> other.elements() < one.elements() ? other : one);
    }
    return List.copyOf(kept.values());
  }

  private static List<CurveChart.Point> points(
      Figures figures, List<Question> questions, Series series) {
    List<CurveChart.Point> points = new ArrayList<>();
    for (Question question : questions) {
      Cell cell = figures.cell(question.id(), series.name());
      if (cell != null) {
        double[] spread = cell.spread();
        double nanos = cell.nanosPerElement(cell.nanos());
        points.add(
            new CurveChart.Point(
                question.columns(),
                nanos,
                cell.nanosPerElement(spread[0]),
                cell.nanosPerElement(spread[1]),
                series.name() + ", " + question.id() + ": " + Words.number(nanos) + " ns"));
      }
    }
    return points;
  }
}
