package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.DotChart;
import io.github.lanewise.bench.page.DotChart.Dot;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import java.util.ArrayList;
import java.util.List;

/** What a call leaves to the garbage collector. */
final class AllocationSection {
  private AllocationSection() {}

  static Section of(Figures figures) {
    return new Section(
        "allocation",
        "Allocation",
        "What does a call leave to the garbage collector?",
        "Bytes that a call allocates on the Java heap, a point for each question: all the way to the"
            + " left is nothing at all. What a native library allocates outside of the heap is not"
            + " seen here.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    DotChart chart =
        new DotChart(
            new Axis(
                "bytes of a call",
                Axis.Kind.LOGARITHMIC_AND_ZERO,
                bytes -> Words.bytes(bytes).replaceFirst("\\.0+ ", " ")));
    Table table = new Table(2, "question", "contender", "bytes of a call");
    for (Series series : figures.contenders()) {
      List<Dot> dots = new ArrayList<>();
      int none = 0;
      for (String id : figures.ids()) {
        Cell cell = figures.cell(id, series.name());
        double bytes = cell == null ? Double.NaN : cell.bytesPerCall();
        if (Double.isFinite(bytes)) {
          String text = Words.bytes(bytes);
          dots.add(new Dot(series, bytes, bytes, bytes, false, id + ": " + text));
          table.row(id, series.name(), text);
          none += bytes == 0 ? 1 : 0;
        }
      }
      chart.row(series.name(), "nothing in " + none + " of " + dots.size(), dots);
    }
    if (chart.empty()) {
      Section.absent(out, "This run has not counted what calls allocate.");
      return;
    }
    out.open("div", "class", "pair").newLine();
    Section.figure(
        out,
        "Bytes of a call",
        "A row for each contender, a point for each question.",
        m -> chart.draw(m, List.of(), "Bytes that a call allocates, by contender"));
    out.close().newLine();
    table.tall().drawFolded(out, "The bytes as text");
  }
}
