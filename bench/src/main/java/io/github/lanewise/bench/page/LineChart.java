package io.github.lanewise.bench.page;

import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lines over a common axis, both axes from zero, with a legend above. Lines differ in their dashes
 * too, not in their colour alone.
 */
public final class LineChart {
  private static final int WIDTH = 360;
  private static final int LEGEND_ROW = 18;
  private static final int PLOT_HEIGHT = 150;
  private static final int LEFT = 44;
  private static final int RIGHT = WIDTH - 14;
  private static final int BELOW = 40;

  /** Intervals of an axis that are aimed at. */
  private static final int TICKS = 4;

  /** How a line is drawn. */
  public enum Stroke {
    /** Whole, in the accent colour. */
    ACCENT("line"),
    /** Dashed, in the text's colour. */
    DASHED("line dashed");

    private final String style;

    Stroke(String style) {
      this.style = style;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Line(String label, Stroke stroke, double[] values) {}

  private final String axis;
  private final double[] positions;
  private final List<Line> lines = new ArrayList<>();

  /**
   * A chart without lines.
   *
   * @param axis what the positions are
   * @param positions ascending, from 0 on
   */
  public LineChart(String axis, double... positions) {
    this.axis = axis;
    this.positions = positions.clone();
  }

  /** Adds a line with a value for each position; where it is no number the line is broken. */
  public LineChart line(String label, Stroke stroke, double... values) {
    if (values.length != positions.length) {
      throw new IllegalArgumentException(
          values.length + " values, but " + positions.length + " positions");
    }
    lines.add(new Line(label, stroke, values.clone()));
    return this;
  }

  /** Draws the chart as one inline SVG. */
  public void draw(Markup out, String description) {
    int top = lines.size() * LEGEND_ROW + 10;
    int bottom = top + PLOT_HEIGHT;
    double stepY = step(lines.stream().flatMapToDouble(l -> Arrays.stream(l.values())).toArray());
    double reachY = stepY * Math.max(1, Math.ceil(largest() / stepY - 1e-9));
    double stepX = step(positions);
    double reachX = positions.length == 0 ? 1 : positions[positions.length - 1];
    int height = bottom + BELOW;
    out.open(
        "svg", "viewBox", "0 0 " + WIDTH + " " + height, "role", "img", "aria-label", description);
    drawLegend(out);
    for (int tick = 0; tick * stepY <= reachY * (1 + 1e-9); tick++) {
      double y = bottom - tick * stepY / reachY * PLOT_HEIGHT;
      segment(out, tick == 0 ? "axis" : "frame", LEFT, y, RIGHT, y);
      text(out, label(tick * stepY), LEFT - 6, y + 4, "end");
    }
    for (int tick = 0; tick * stepX <= reachX; tick++) {
      double x = LEFT + tick * stepX / reachX * (RIGHT - LEFT);
      segment(out, "axis", x, bottom, x, bottom + 4);
      text(out, label(tick * stepX), x, bottom + 18, "middle");
    }
    text(out, axis, (LEFT + RIGHT) / 2.0, bottom + 35, "middle");
    for (Line line : lines) {
      drawLine(out, line, bottom, reachX, reachY);
    }
    out.close().newLine();
  }

  private void drawLegend(Markup out) {
    int y = 10;
    for (Line line : lines) {
      out.empty(
          "path",
          "class",
          line.stroke().style + " legend",
          "d",
          "M" + LEFT + " " + y + "H" + (LEFT + 26));
      text(out, line.label(), LEFT + 33, y + 4, "start");
      y += LEGEND_ROW;
    }
  }

  private void drawLine(Markup out, Line line, int bottom, double reachX, double reachY) {
    StringBuilder path = new StringBuilder();
    boolean broken = true;
    for (int i = 0; i < positions.length; i++) {
      double value = line.values()[i];
      if (Double.isFinite(value)) {
        double x = LEFT + positions[i] / reachX * (RIGHT - LEFT);
        double y = bottom - value / reachY * PLOT_HEIGHT;
        path.append(broken ? 'M' : 'L').append(Markup.number(x)).append(' ');
        path.append(Markup.number(y));
      }
      broken = !Double.isFinite(value);
    }
    if (!path.isEmpty()) {
      out.empty("path", "class", line.stroke().style, "d", path.toString());
    }
  }

  private double largest() {
    return lines.stream()
        .flatMapToDouble(line -> Arrays.stream(line.values()))
        .filter(Double::isFinite)
        .max()
        .orElse(0);
  }

  /** A round step, 1, 2 or 5 times a power of ten, that makes about four of the largest value. */
  private static double step(double... values) {
    double largest = Arrays.stream(values).filter(Double::isFinite).max().orElse(0);
    if (!(largest > 0)) {
      return 1;
    }
    double rough = largest / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double factor = rough / power;
    return power * (factor > 5 ? 10 : factor > 2 ? 5 : factor > 1 ? 2 : 1);
  }

  private static String label(double value) {
    return value == Math.rint(value) ? Text.format("%.0f", value) : Markup.number(value);
  }

  private static void segment(
      Markup out, String style, double x1, double y1, double x2, double y2) {
    out.empty("line", "class", style, "x1", x1, "x2", x2, "y1", y1, "y2", y2);
  }

  private static void text(Markup out, String text, double x, double y, String anchor) {
    out.element("text", text, "class", "number", "x", x, "y", y, "text-anchor", anchor);
  }
}
