package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Variant;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.DotChart;
import io.github.lanewise.bench.page.DotChart.Dot;
import io.github.lanewise.bench.page.Markup;
import java.util.ArrayList;
import java.util.List;

/** Softmax in its shapes, and with what masks, logarithm and gradient add. */
final class VariantSection {
  private VariantSection() {}

  static Section of(Figures figures) {
    return new Section(
        "variants",
        "Shapes and variants",
        "What do shapes, masks, logarithm and gradient cost?",
        "Further to the left is faster, on a logarithmic axis; an element is one of the result,"
            + " hidden ones included.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    List<Question> shapes = figures.questions(q -> softmax(q) && q.variant() == Variant.PLAIN);
    List<Question> variants = figures.questions(q -> softmax(q) && q.variant() != Variant.PLAIN);
    out.open("div", "class", "pair").newLine();
    chart(out, figures, shapes, "Plain softmax, shape by shape", "This run has no plain softmax.");
    chart(
        out,
        figures,
        variants,
        "Masks, logarithm and gradient",
        "This run has no softmax with a mask, logarithm or gradient.");
    out.close().newLine();
    List<String> ids = new ArrayList<>();
    shapes.forEach(q -> ids.add(q.id()));
    variants.forEach(q -> ids.add(q.id()));
    Dots.table(out, figures, ids);
  }

  private static void chart(
      Markup out, Figures figures, List<Question> questions, String title, String otherwise) {
    DotChart chart = new DotChart(new Axis("nanoseconds per element", Axis.Kind.LOGARITHMIC));
    List<List<Dot>> rows = new ArrayList<>();
    for (Question question : questions) {
      String id = question.id();
      List<Dot> row = Dots.of(figures, id, cell -> cell::nanosPerElement, "ns per element");
      rows.add(row);
      chart.row(
          id, Dots.mine(figures, id, c -> Words.number(c.nanosPerElement(c.nanos())) + " ns"), row);
    }
    if (chart.empty()) {
      Section.absent(out, otherwise);
      return;
    }
    Section.figure(
        out,
        title,
        "The number at the right is Lanewise's; lines are the spread of the forks.",
        m -> chart.draw(m, Dots.legend(figures, rows), title + ": nanoseconds per element"));
  }

  private static boolean softmax(Question question) {
    return question.operation() == Operation.SOFTMAX && question.threads() == 1;
  }
}
