package io.github.lanewise.bench.page;

import java.util.ArrayList;
import java.util.List;

/**
 * A row for each question, with a point and its interval for each answer, all over one axis, which
 * may show a level that is compared with, and a band around it that means nothing.
 */
public final class DotChart {
  private static final int WIDTH = 360;
  private static final int LEFT = 8;
  private static final int RIGHT = WIDTH - 8;
  private static final int ROW = 31;
  private static final int LINE = 23;
  private static final int SCALE = 24;

  /**
   * A point with its interval.
   *
   * @param open drawn hollow: not told from the level that is compared with
   * @param hint what appears when the pointer rests on it
   */
  public record Dot(
      Series series, double value, double low, double high, boolean open, String hint) {}

  private record Row(String label, String text, List<Dot> dots) {}

  private final Axis axis;
  private final List<Row> rows = new ArrayList<>();
  private double level = Double.NaN;
  private double bandLow = Double.NaN;
  private double bandHigh = Double.NaN;

  /** A chart without rows. */
  public DotChart(Axis axis) {
    this.axis = axis;
  }

  /** Shows a level, and from where to where a value may be nothing but noise. */
  public DotChart level(double value, double low, double high) {
    level = value;
    bandLow = low;
    bandHigh = high;
    return this;
  }

  /** Adds a row with a text at its right end; one without a point that can be shown is left out. */
  public DotChart row(String label, String text, List<Dot> dots) {
    List<Dot> shown = dots.stream().filter(dot -> axis.shows(dot.value())).toList();
    if (!shown.isEmpty()) {
      rows.add(new Row(label, text, shown));
    }
    return this;
  }

  /** Whether there is anything to draw. */
  public boolean empty() {
    return rows.isEmpty();
  }

  /**
   * Draws the chart as one inline SVG.
   *
   * @param legend the series that need a name
   */
  public void draw(Markup out, List<Series> legend, String description) {
    Markup names = new Markup();
    double top = Legend.draw(names, legend, false, 2, WIDTH) + SCALE;
    double bottom = top + rows.size() * ROW + 4;
    Scale scale = new Scale(axis, values(), LEFT, RIGHT);
    out.open(
        "svg",
        "class",
        "chart",
        "viewBox",
        "0 0 " + WIDTH + " " + Markup.number(bottom + SCALE + 16),
        "role",
        "img",
        "aria-label",
        description);
    out.add(names);
    drawScale(out, scale, top, bottom);
    double y = top;
    for (Row row : rows) {
      drawRow(out, row, y, scale);
      y += ROW;
    }
    out.close().newLine();
  }

  private void drawScale(Markup out, Scale scale, double top, double bottom) {
    if (bandLow < bandHigh) {
      double from = scale.at(bandLow);
      double width = scale.at(bandHigh) - from;
      out.empty(
          "rect",
          "class",
          "noise grid",
          "x",
          from,
          "y",
          top,
          "width",
          width,
          "height",
          bottom - top);
    }
    double free = Double.NEGATIVE_INFINITY;
    for (Scale.Tick tick : scale.ticks()) {
      double x = tick.position();
      double middle = tick.middle(WIDTH);
      out.empty("line", "class", "frame", "x1", x, "x2", x, "y1", top, "y2", bottom);
      if (middle - tick.half() >= free) {
        text(out, tick.label(), "number", middle, top - 6, "middle");
        text(out, tick.label(), "number", middle, bottom + 14, "middle");
        free = middle + tick.half() + 6;
      }
    }
    if (Double.isFinite(level)) {
      double x = scale.at(level);
      out.empty("line", "class", "limit grid", "x1", x, "x2", x, "y1", top, "y2", bottom);
    }
    String title = Legend.fit(axis.title(), WIDTH);
    text(out, title, "", WIDTH / 2.0, bottom + SCALE + 8, "middle");
  }

  private void drawRow(Markup out, Row row, double y, Scale scale) {
    double right = Legend.width(row.text());
    text(out, Legend.fit(row.label(), WIDTH - right - 8), "label", 0, y + 12, "start");
    text(out, row.text(), "label number", WIDTH, y + 12, "end");
    // the first answer, which the others are compared with, lies on top
    for (int i = row.dots().size() - 1; i >= 0; i--) {
      Dot dot = row.dots().get(i);
      if (dot.low() < dot.high()) {
        String path =
            "M"
                + Series.at(scale.at(dot.low()), y + LINE)
                + "H"
                + Markup.number(scale.at(dot.high()));
        out.empty("path", "class", "mark interval " + dot.series().style(), "d", path);
      }
      String style = dot.open() ? "mark open" : "mark";
      dot.series().point(out, scale.at(dot.value()), y + LINE, style, dot.hint());
    }
  }

  private List<Double> values() {
    List<Double> values = new ArrayList<>(List.of(level, bandLow, bandHigh));
    for (Row row : rows) {
      row.dots().forEach(dot -> values.addAll(List.of(dot.value(), dot.low(), dot.high())));
    }
    return values;
  }

  private static void text(
      Markup out, String text, String style, double x, double y, String anchor) {
    out.element("text", text, "class", style, "x", x, "y", y, "text-anchor", anchor);
  }
}
