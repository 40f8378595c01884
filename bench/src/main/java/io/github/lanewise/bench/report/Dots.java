package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.DotChart.Dot;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Points and rows of tables that several sections need. */
final class Dots {
  private Dots() {}

  /**
   * A point for everybody who answered.
   *
   * @param value of a cell, from nanoseconds of a call
   */
  static List<Dot> of(
      Figures figures, String id, Function<Cell, DoubleUnaryOperator> value, String unit) {
    List<Dot> dots = new ArrayList<>();
    for (Cell cell : figures.cells(id)) {
      DoubleUnaryOperator figure = value.apply(cell);
      double[] spread = cell.spread();
      double one = figure.applyAsDouble(spread[0]);
      double other = figure.applyAsDouble(spread[1]);
      double middle = figure.applyAsDouble(cell.nanos());
      String hint = cell.contender() + ", " + id + ": " + Words.number(middle) + " " + unit;
      double low = Math.min(one, other);
      double high = Math.max(one, other);
      dots.add(new Dot(figures.series(cell.contender()), middle, low, high, false, hint));
    }
    return dots;
  }

  /** The series of these points, in the order of the contenders. */
  static List<Series> legend(Figures figures, List<List<Dot>> rows) {
    return figures.contenders().stream()
        .filter(s -> rows.stream().flatMap(List::stream).anyMatch(dot -> dot.series().equals(s)))
        .toList();
  }

  /** What Lanewise has in a row, at its right end. */
  static String mine(Figures figures, String id, Function<Cell, String> text) {
    Cell cell = figures.cell(id, Figures.LANEWISE);
    return cell == null ? "" : text.apply(cell);
  }

  /** A folded table of these questions: everything that is told of a cell. */
  static void table(Markup out, Figures figures, List<String> ids) {
    Table table = figures(figures, ids);
    table.drawFolded(out, "The figures as text");
  }

  /** A row for each question and contender. */
  static Table figures(Figures figures, List<String> ids) {
    Table table =
        new Table(
            2,
            "question",
            "contender",
            "time of a call",
            "spread of the forks",
            "ns per element",
            "achieved",
            "limit beside it",
            "share of the limit");
    for (String id : ids) {
      for (Cell cell : figures.cells(id)) {
        double[] spread = cell.spread();
        table.row(
            id,
            cell.contender(),
            Words.time(cell.nanos()),
            Words.time(spread[0]) + " to " + Words.time(spread[1]),
            Words.number(cell.nanosPerElement(cell.nanos())),
            unit(cell, cell.achieved(cell.nanos())),
            unit(cell, cell.limit()),
            Words.share(cell.share()));
      }
    }
    return table;
  }

  /** A figure with the unit of the question's limit. */
  static String unit(Cell cell, double value) {
    return cell.question() == null || !Double.isFinite(value)
        ? Words.NONE
        : Words.number(value) + " " + cell.question().limit().unit();
  }
}
