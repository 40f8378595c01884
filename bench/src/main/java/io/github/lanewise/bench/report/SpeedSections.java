package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Variant;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Chart.Point;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.report.Figures.Cell;
import io.github.lanewise.bench.result.Statistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How fast each contender is: by elements, against the limits of the machine, with threads. */
final class SpeedSections {
  private static final Set<Operation> STEPS =
      Set.of(Operation.EXP, Operation.SUM, Operation.MAX, Operation.DIVIDE);

  /**
   * A figure that a picture shows.
   *
   * @param of a cell, from the nanoseconds of a call
   * @param text of Lanewise's cell, at the right end of a row
   */
  private record Measure(
      Axis axis,
      String unit,
      Function<Cell, DoubleUnaryOperator> of,
      Function<Cell, String> text) {}

  private static final Measure NANOS =
      new Measure(
          new Axis("nanoseconds per element", Axis.Kind.LOGARITHMIC),
          "ns per element",
          cell -> cell::nanosPerElement,
          cell -> Words.number(cell.nanosPerElement(cell.nanos())) + " ns");

  private static final Measure GIGAFLOPS =
      new Measure(
          new Axis("GFLOP/s", Axis.Kind.FROM_ZERO),
          "GFLOP/s",
          cell -> cell::achieved,
          cell -> Words.number(cell.achieved(cell.nanos())));

  private static final Measure SHARE =
      new Measure(
          new Axis("share of the limit", Axis.Kind.FROM_ZERO, Words::percent),
          "of the limit",
          cell -> nanos -> cell.achieved(nanos) / cell.limit(),
          cell -> Words.share(cell.share()));

  private final Figures figures;

  SpeedSections(Figures figures) {
    this.figures = figures;
  }

  /** Softmax over the length of its rows, and the steps that it is made of. */
  void time(Markup out) {
    List<Question> rows = softmax(true);
    // of several questions with rows as long, the one of fewest elements
    Map<Integer, Question> smallest = new TreeMap<>();
    rows.forEach(
        row -> smallest.merge(row.columns(), row, (a, b) -> b.elements() < a.elements() ? b : a));
    Chart curves =
        new Chart(new Axis("length of a row", Axis.Kind.LOGARITHMIC_NAMED), NANOS.axis());
    curves(curves, List.copyOf(smallest.values()), NANOS);
    if (!curves.draw(
        out,
        "Softmax over the length of its rows",
        "Of several shapes with rows as long, the one of fewest elements.")) {
      Page.absent(out, "This run has no softmax by one thread, so there is no curve over lengths.");
    }
    List<Question> steps =
        figures.questions(q -> STEPS.contains(q.operation()) && q.threads() == 1);
    if (!rows(steps, NANOS)
        .draw(
            out,
            "The steps: exp, sum, max, divide",
            "A row for each step and length; the number at the right is Lanewise's.")) {
      Page.absent(out, "This run has measured none of exp, sum, max and divide.");
    }
    table(out, Stream.concat(steps.stream(), rows.stream()).toList());
  }

  /** Softmax in its shapes, and with what masks, logarithm and gradient add. */
  void variants(Markup out) {
    String caption = "The number at the right is Lanewise's; lines are the spread of the forks.";
    List<Question> shapes = softmax(true);
    if (!rows(shapes, NANOS).draw(out, "Plain softmax, shape by shape", caption)) {
      Page.absent(out, "This run has no plain softmax.");
    }
    List<Question> variants = softmax(false);
    if (!rows(variants, NANOS).draw(out, "Masks, logarithm and gradient", caption)) {
      Page.absent(out, "This run has no softmax with a mask, logarithm or gradient.");
    }
    table(out, Stream.concat(shapes.stream(), variants.stream()).toList());
  }

  /** Products and attention against what the multiply-add units can do at most. */
  void roofline(Markup out) {
    List<Question> questions =
        figures.questions(q -> q.limit() == LimitKind.FMA && q.threads() == 1);
    if (questions.isEmpty()) {
      Page.absent(out, "This run has measured neither products nor attention by one thread.");
      return;
    }
    // what differs in N alone is one family: the id without its length
    Map<String, List<Question>> families =
        questions.stream()
            .collect(
                Collectors.groupingBy(
                    q -> q.id().replaceFirst("\\b" + q.columns() + "(?=x\\d)", "N"),
                    LinkedHashMap::new,
                    Collectors.toList()));
    families.forEach(
        (name, members) -> {
          if (members.stream().map(Question::columns).distinct().count() > 1) {
            Axis keys = new Axis("N, keys", Axis.Kind.LOGARITHMIC_NAMED);
            Chart chart = roofed(new Chart(keys, GIGAFLOPS.axis()));
            curves(chart, members, GIGAFLOPS);
            chart.draw(out, name, "GFLOP/s over the number of queries and keys N.");
          }
        });
    roofed(rows(questions, GIGAFLOPS))
        .draw(out, "All products and attentions", "The number at the right is Lanewise's.");
    if (roof().isEmpty()) {
      Page.absent(out, "The roof itself was not measured in this run.");
    }
    table(out, questions);
  }

  /** Each figure as a share of what the machine can do at most. */
  void limits(Markup out) {
    List<Question> drawn = new ArrayList<>();
    for (boolean fma : new boolean[] {false, true}) {
      List<Question> questions =
          figures.questions(q -> (q.limit() == LimitKind.FMA) == fma).stream()
              .filter(q -> figures.cells(q.id()).stream().anyMatch(c -> !Double.isNaN(c.share())))
              .toList();
      drawn.addAll(questions);
      rows(questions, SHARE)
          .level("", 1, 1, 1)
          .draw(
              out,
              fma ? "Against multiply-adds" : "Against copying and reading",
              "The number at the right is Lanewise's share.");
    }
    if (drawn.isEmpty()) {
      Page.absent(out, "No limit was measured beside the questions of this run.");
    }
    table(out, drawn);
  }

  /** What several threads gain over one. */
  void threads(Markup out) {
    Table table =
        new Table(
            "question, contender",
            "threads, time of one, time of all, times faster, share of the limit");
    Set<String> bases = new TreeSet<>();
    List<Question> threaded = figures.questions(q -> q.threads() > 1);
    threaded.forEach(question -> bases.add(question.withThreads(1).id()));
    for (String base : bases) {
      gain(base, threaded.stream().filter(q -> q.withThreads(1).id().equals(base)).toList(), table)
          .draw(out, base, "Times faster than one thread.");
    }
    if (!table.drawFolded(out, "The gains as text")) {
      Page.absent(out, "No question of this run was answered both by one thread and by several.");
    }
  }

  private Chart gain(String base, List<Question> several, Table table) {
    int most = several.stream().mapToInt(Question::threads).max().orElse(1);
    Chart chart =
        new Chart(
                new Axis("threads", Axis.Kind.LINEAR),
                new Axis("times faster than one thread", Axis.Kind.FROM_ZERO))
            .level("as many times as threads", most, most, most);
    for (Series series : figures.contenders()) {
      Cell one = figures.cell(base, series.name());
      List<Point> points = new ArrayList<>();
      for (Question question : several) {
        Cell all = figures.cell(question.id(), series.name());
        if (one != null && all != null) {
          double alone = one.nanos();
          Measure times = new Measure(NANOS.axis(), "times", c -> n -> alone / n, c -> "");
          Point point = point(all, question.threads(), times);
          points.add(point);
          table.row(
              base,
              series.name(),
              Integer.toString(question.threads()),
              Words.time(alone),
              Words.time(all.nanos()),
              Words.number(point.value()),
              Words.share(all.share()));
        }
      }
      if (!points.isEmpty()) {
        points.add(new Point(series, 1, 1, series.name()));
        chart.line(points);
      }
    }
    return chart;
  }

  private List<Question> softmax(boolean plain) {
    return figures.questions(
        q ->
            q.operation() == Operation.SOFTMAX
                && q.threads() == 1
                && (q.variant() == Variant.PLAIN) == plain);
  }

  /** Samples of the loop of multiply-adds, in ascending order. */
  private List<Double> roof() {
    return figures.result().limits().stream()
        .filter(limit -> limit.name().equals("FMA"))
        .findFirst()
        .map(limit -> Figures.finite(limit.samples()))
        .orElse(List.of());
  }

  private Chart roofed(Chart chart) {
    List<Double> roof = roof();
    if (!roof.isEmpty()) {
      double median = Statistics.median(roof);
      chart.level("roof " + Words.number(median), roof.getFirst(), median, roof.getLast());
    }
    return chart;
  }

  /** A line for each contender, over what the questions call columns. */
  private void curves(Chart chart, List<Question> questions, Measure measure) {
    for (Series series : figures.contenders()) {
      List<Point> points = new ArrayList<>();
      for (Question question : questions) {
        Cell cell = figures.cell(question.id(), series.name());
        if (cell != null) {
          points.add(point(cell, question.columns(), measure));
        }
      }
      chart.line(points);
    }
  }

  /** A row for each question, a point for each answer. */
  private Chart rows(List<Question> questions, Measure measure) {
    Chart chart = Chart.rows(measure.axis());
    for (Question question : questions) {
      Cell mine = figures.cell(question.id(), Figures.LANEWISE);
      chart.row(
          question.id(),
          mine == null ? "" : measure.text().apply(mine),
          figures.cells(question.id()).stream().map(cell -> point(cell, 0, measure)).toList());
    }
    return chart;
  }

  private Point point(Cell cell, double base, Measure measure) {
    DoubleUnaryOperator figure = measure.of().apply(cell);
    double value = figure.applyAsDouble(cell.nanos());
    double[] spread = cell.spread();
    double one = figure.applyAsDouble(spread[0]);
    double other = figure.applyAsDouble(spread[1]);
    return new Point(
        figures.series(cell.contender()),
        base,
        value,
        Math.min(one, other),
        Math.max(one, other),
        false,
        cell.contender()
            + ", "
            + cell.measurement().question()
            + ": "
            + Words.with(value, measure.unit()));
  }

  private void table(Markup out, List<Question> questions) {
    Table table = new Table("question, contender", Words.SPEED);
    for (Question question : questions) {
      figures.cells(question.id()).forEach(cell -> table.row(Words.speed(cell)));
    }
    table.drawFolded(out, "The figures as text");
  }
}
