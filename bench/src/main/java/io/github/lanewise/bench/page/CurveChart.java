package io.github.lanewise.bench.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Lines through points with error bars, over axes of any kind: a curve of times, a roofline with
 * the limit as a band, a curve of a warm-up.
 */
public final class CurveChart {
  private static final int WIDTH = 360;
  private static final int PLOT_HEIGHT = 190;
  private static final int LEFT = 46;
  private static final int RIGHT = WIDTH - 12;
  private static final int BELOW = 40;

  /** Positions along the axis that are written one by one; of more, round ones. */
  private static final int NAMED_POSITIONS = 12;

  /** A line of more points shows none of them, but their error bars. */
  private static final int MARKED_POINTS = 40;

  /**
   * A point.
   *
   * @param low lower end of its error bar
   * @param high upper end, the same as low for none
   * @param hint what appears when the pointer rests on it
   */
  public record Point(double x, double y, double low, double high, String hint) {
    boolean shown(Axis horizontal, Axis vertical) {
      return horizontal.shows(x) && vertical.shows(y);
    }
  }

  private record Line(Series series, List<Point> points) {}

  private record Band(String label, double low, double middle, double high) {}

  private final Axis horizontal;
  private final Axis vertical;
  private final List<Line> lines = new ArrayList<>();
  private final List<Band> bands = new ArrayList<>();

  /** A chart without lines. */
  public CurveChart(Axis horizontal, Axis vertical) {
    this.horizontal = horizontal;
    this.vertical = vertical;
  }

  /** Adds a line; points that cannot be shown, such as one that is no number, are left out. */
  public CurveChart line(Series series, List<Point> points) {
    List<Point> shown =
        points.stream()
            .filter(p -> p.shown(horizontal, vertical))
            .sorted(Comparator.comparingDouble(Point::x))
            .toList();
    if (!shown.isEmpty()) {
      lines.add(new Line(series, shown));
    }
    return this;
  }

  /** Adds a level over the whole width, with how far it varied; nothing if it is no number. */
  public CurveChart band(String label, double low, double middle, double high) {
    if (Double.isFinite(low) && Double.isFinite(middle) && Double.isFinite(high)) {
      bands.add(new Band(label, low, middle, high));
    }
    return this;
  }

  /** Whether there is anything to draw. */
  public boolean empty() {
    return lines.isEmpty();
  }

  /** Draws the chart as one inline SVG. */
  public void draw(Markup out, String description) {
    Markup body = new Markup();
    double top = 6;
    top = Legend.draw(body, lines.stream().map(Line::series).toList(), true, top, WIDTH) + 24;
    double bottom = top + PLOT_HEIGHT;
    Scale across = new Scale(horizontal, positions(), LEFT + 6, RIGHT - 6);
    Scale up = new Scale(vertical, heights(), bottom, top);
    out.open(
        "svg",
        "class",
        "chart",
        "viewBox",
        "0 0 " + WIDTH + " " + Markup.number(bottom + BELOW),
        "role",
        "img",
        "aria-label",
        description);
    out.add(body);
    text(out, Legend.fit(vertical.title(), WIDTH), 0, top - 12, "start");
    drawAxes(out, across, up, bottom);
    bands.forEach(band -> drawBand(out, band, up));
    // the first series, which the others are compared with, lies on top
    for (int i = lines.size() - 1; i >= 0; i--) {
      drawLine(out, lines.get(i), across, up);
    }
    for (Band band : bands) {
      double y = Math.min(up.at(band.middle()), up.at(band.high())) - 4;
      out.element("text", band.label(), "class", "label", "x", RIGHT, "y", y, "text-anchor", "end");
    }
    out.close().newLine();
  }

  private void drawAxes(Markup out, Scale across, Scale up, double bottom) {
    for (Scale.Tick tick : up.ticks()) {
      segment(out, "frame", LEFT, tick.position(), RIGHT, tick.position());
      text(out, tick.label(), LEFT - 6, tick.position() + 4, "end");
    }
    segment(out, "axis", LEFT, bottom, RIGHT, bottom);
    List<Double> named = List.copyOf(new TreeSet<>(points().map(Point::x).toList()));
    boolean written =
        horizontal.kind() == Axis.Kind.LOGARITHMIC_NAMED || named.size() <= NAMED_POSITIONS;
    for (Scale.Tick tick : written ? across.ticksAt(named) : across.ticks()) {
      segment(out, "axis", tick.position(), bottom, tick.position(), bottom + 4);
      text(out, tick.label(), tick.middle(WIDTH), bottom + 18, "middle");
    }
    String title = Legend.fit(horizontal.title(), RIGHT - LEFT);
    text(out, title, (LEFT + RIGHT) / 2.0, bottom + 35, "middle");
  }

  private static void drawBand(Markup out, Band band, Scale up) {
    double low = up.at(band.low());
    double high = up.at(band.high());
    double middle = up.at(band.middle());
    if (low > high) {
      out.empty(
          "rect",
          "class",
          "limit-band grid",
          "x",
          LEFT,
          "y",
          high,
          "width",
          RIGHT - LEFT,
          "height",
          low - high);
    }
    segment(out, "limit grid", LEFT, middle, RIGHT, middle);
  }

  private static void drawLine(Markup out, Line line, Scale across, Scale up) {
    String style = line.series().style();
    List<Point> points = line.points();
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      path.append(path.isEmpty() ? 'M' : 'L');
      path.append(Series.at(across.at(point.x()), up.at(point.y())));
    }
    if (points.size() > 1) {
      out.empty("path", "class", "mark curve " + style, "d", path.toString());
    }
    for (Point point : points) {
      double x = across.at(point.x());
      if (point.low() < point.high()) {
        double low = up.at(point.low());
        double high = up.at(point.high());
        String bar =
            "M"
                + Series.at(x, low)
                + "L"
                + Series.at(x, high)
                + "M"
                + Series.at(x - 3, low)
                + "h6M"
                + Series.at(x - 3, high)
                + "h6";
        out.empty("path", "class", "mark error " + style, "d", bar);
      }
      if (points.size() <= MARKED_POINTS) {
        line.series().point(out, x, up.at(point.y()), "mark", point.hint());
      }
    }
  }

  private java.util.stream.Stream<Point> points() {
    return lines.stream().flatMap(line -> line.points().stream());
  }

  private List<Double> positions() {
    return points().map(Point::x).toList();
  }

  private List<Double> heights() {
    List<Double> heights = new ArrayList<>();
    points().forEach(p -> heights.addAll(List.of(p.y(), p.low(), p.high())));
    bands.forEach(b -> heights.addAll(List.of(b.low(), b.middle(), b.high())));
    return heights;
  }

  private static void segment(
      Markup out, String style, double x1, double y1, double x2, double y2) {
    out.empty("line", "class", style, "x1", x1, "x2", x2, "y1", y1, "y2", y2);
  }

  private static void text(Markup out, String text, double x, double y, String anchor) {
    out.element("text", text, "class", "number", "x", x, "y", y, "text-anchor", anchor);
  }
}
