package io.github.lanewise.bench.page;

import io.github.lanewise.bench.page.Axis.Scale;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Values of one axis, drawn in either of two ways: upright over a second axis, as lines through
 * points or as bins; or lying, a row for each thing that has values, as points or as bars.
 */
public final class Chart {
  private static final int WIDTH = 360;
  private static final int PLOT_HEIGHT = 180;
  private static final int BELOW = 40;
  private static final int ROW_BENEATH_LABEL = 31;
  private static final int ROW_BESIDE_LABEL = 21;

  /** Room on either side of a chart that is a file of its own. */
  private static final int MARGIN = 10;

  /** Half the height of a bar. */
  private static final int BAR = 7;

  /** Positions along an axis that are written one by one; of more, round ones. */
  private static final int NAMED_POSITIONS = 12;

  /** A line of more points shows none of them, but their intervals. */
  private static final int MARKED_POINTS = 40;

  /**
   * A value with its interval.
   *
   * @param base where it stands on the second axis; a row does not ask
   * @param low lower end of the interval
   * @param high upper end, the same as low for none
   * @param open drawn hollow, or faint: less than the others
   * @param hint what appears when the pointer rests on it
   */
  public record Point(
      Series series,
      double base,
      double value,
      double low,
      double high,
      boolean open,
      String hint) {
    /** A value without an interval. */
    public Point(Series series, double base, double value, String hint) {
      this(series, base, value, value, value, false, hint);
    }
  }

  /** Points of one line, or bins if they have a width. */
  private record Line(List<Point> points, double binWidth) {}

  private record Row(String label, String text, boolean bars, List<Point> points) {}

  private record Level(String label, double low, double middle, double high) {}

  private final boolean upright;
  private final Axis bases;
  private final Axis values;
  private final int width;
  private final int left;
  private final int right;
  private final List<Line> lines = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();
  private final List<Level> levels = new ArrayList<>();

  private Chart(boolean upright, Axis bases, Axis values, int width, int left, int right) {
    this.upright = upright;
    this.bases = bases;
    this.values = values;
    this.width = width;
    this.left = left;
    this.right = right;
  }

  /** A chart over two axes. */
  public Chart(Axis across, Axis up) {
    this(true, across, up, WIDTH, 56, WIDTH - 12);
  }

  /** A chart in rows, their labels above what they show. */
  public static Chart rows(Axis values) {
    return new Chart(false, values, values, WIDTH, 8, WIDTH - 8);
  }

  /** A chart in rows, their labels beside what they show. */
  public static Chart rows(Axis values, int width, int roomOfLabels, int roomOfTexts) {
    return new Chart(false, values, values, width, roomOfLabels, width - roomOfTexts);
  }

  /** A chart in rows for bars, which have their values as text: no axis is drawn but its zero. */
  public static Chart bars() {
    return rows(new Axis("", Axis.Kind.FROM_ZERO), WIDTH, 112, 64);
  }

  /** Adds a line through what can be shown of these points of one series. */
  public Chart line(List<Point> points) {
    List<Point> shown =
        points.stream()
            .filter(point -> bases.shows(point.base()) && values.shows(point.value()))
            .sorted(Comparator.comparingDouble(Point::base))
            .toList();
    if (!shown.isEmpty()) {
      lines.add(new Line(shown, 0));
    }
    return this;
  }

  /** Adds how many values fall into each of equally wide bins from 0 on; the last has all above. */
  public Chart bins(Series series, double width, List<Long> counts) {
    List<Point> bins = new ArrayList<>();
    for (int bin = 0; bin < counts.size() && width > 0; bin++) {
      double count = counts.get(bin).doubleValue();
      String from = Axis.plain(bin * width);
      String to = bin == counts.size() - 1 ? " on" : " to " + Axis.plain((bin + 1) * width);
      String hint = "from " + from + to + ": " + counts.get(bin);
      // a bin with a single value has a height on a logarithmic axis too
      bins.add(new Point(series, bin * width, count, 0.5, count, false, hint));
    }
    if (bins.stream().anyMatch(bin -> bin.value() > 0)) {
      lines.add(new Line(bins, width));
    }
    return this;
  }

  /** Adds a row of points, unless there is none that can be shown, with a text at its right end. */
  public Chart row(String label, String text, List<Point> points) {
    List<Point> shown = points.stream().filter(point -> values.shows(point.value())).toList();
    if (!shown.isEmpty()) {
      rows.add(new Row(label, text, false, shown));
    }
    return this;
  }

  /** Adds a row of bars from zero on, each over the one before; what is no number is framed. */
  public Chart bar(String label, String text, Point... bars) {
    rows.add(new Row(label, text, true, List.of(bars)));
    return this;
  }

  /** Adds a row that holds nothing but a title. */
  public Chart heading(String title) {
    rows.add(new Row(title, "", false, List.of()));
    return this;
  }

  /** Adds a level to compare with, and how far it varied; nothing if it is no number. */
  public Chart level(String label, double low, double middle, double high) {
    if (Double.isFinite(low) && Double.isFinite(middle) && Double.isFinite(high)) {
      levels.add(new Level(label, low, middle, high));
    }
    return this;
  }

  /** Draws the chart as a figure; returns false, and draws nothing, if there is nothing to see. */
  public boolean draw(Markup out, String title, String caption) {
    if (points().findAny().isEmpty()) {
      return false;
    }
    draw(out, List.of(this), title, caption);
    return true;
  }

  /** Draws charts as one figure, below each other. */
  public static void draw(Markup out, List<Chart> charts, String title, String caption) {
    Markup body = new Markup();
    double y = 2;
    for (Chart chart : charts) {
      y = chart.new Drawing(body, y).draw();
    }
    int width = charts.stream().mapToInt(chart -> chart.width).max().orElse(WIDTH);
    double height = y;
    Page.figure(
        out,
        title,
        caption,
        figure -> figure.openPicture("chart", width, height, title).add(body).close().newLine());
  }

  /** Returns the chart as a file of its own, with its style and a background. */
  public String file(String description) {
    Markup body = new Markup();
    double height = new Drawing(body, 6).draw();
    int all = width + 2 * MARGIN;
    String box = -MARGIN + " 0 " + all + " " + Markup.number(height);
    return new Markup()
        .open(
            "svg",
            "xmlns",
            "http://www.w3.org/2000/svg",
            "width",
            all,
            "height",
            height,
            "viewBox",
            box,
            "role",
            "img",
            "aria-label",
            description)
        .element("style", Page.style("chart.css"))
        .box("paper", -MARGIN, 0, width + MARGIN, height, "")
        .newLine()
        .add(body)
        .close()
        .newLine()
        .toString();
  }

  private Stream<Point> points() {
    return Stream.concat(
        lines.stream().flatMap(line -> line.points().stream()),
        rows.stream().flatMap(row -> row.points().stream()));
  }

  /** The chart at its place in a picture. */
  private final class Drawing {
    private final Markup out;
    private final double top;
    private final double bottom;
    private final Scale across;
    private final Scale scale;
    private final boolean beside = !upright && left > 20;
    private final int rowHeight = beside ? ROW_BESIDE_LABEL : ROW_BENEATH_LABEL;

    Drawing(Markup out, double y) {
      this.out = out;
      // a row that has the series' name says it already
      List<String> said = rows.stream().map(Row::label).toList();
      List<Series> named =
          points()
              .map(Point::series)
              .distinct()
              .filter(series -> !said.contains(series.name()))
              .sorted(Comparator.comparingInt(Series::look))
              .toList();
      boolean lined = lines.stream().anyMatch(line -> line.binWidth() == 0);
      top = Series.legend(out, named, lined, y, width) + (values.title().isEmpty() ? 4 : 24);
      bottom = top + (upright ? PLOT_HEIGHT : rows.size() * rowHeight + 4);
      List<Double> positions = new ArrayList<>();
      for (Line line : lines) {
        line.points().forEach(point -> positions.add(point.base() + line.binWidth()));
        positions.add(line.points().get(0).base());
      }
      List<Double> heights = new ArrayList<>();
      points().forEach(p -> heights.addAll(List.of(p.value(), p.low(), p.high())));
      levels.forEach(l -> heights.addAll(List.of(l.low(), l.middle(), l.high())));
      across = new Scale(bases, positions, left + 6, right - 6);
      scale = new Scale(values, heights, upright ? bottom : left, upright ? top : right);
    }

    /** Returns where the next thing may begin. */
    double draw() {
      if (!values.title().isEmpty()) {
        drawGrid();
      }
      for (Level level : levels) {
        double low = scale.at(level.low());
        double high = scale.at(level.high());
        if (low != high) {
          boxAcross("band grid", low, high);
        }
        lineAcross("limit grid", scale.at(level.middle()));
      }
      if (upright) {
        drawBases();
        // the first series, which the others are compared with, lies on top
        lines.reversed().forEach(this::drawLine);
        for (Level level : levels) {
          double y = Math.min(scale.at(level.middle()), scale.at(level.high())) - 4;
          out.label("label", right, y, "end", level.label());
        }
        return bottom + BELOW;
      }
      for (int i = 0; i < rows.size(); i++) {
        drawRow(rows.get(i), top + i * rowHeight);
      }
      if (rows.stream().anyMatch(Row::bars)) {
        lineAcross("axis", scale.at(0));
      }
      return bottom + (values.title().isEmpty() ? 6 : BELOW);
    }

    private void drawGrid() {
      double free = Double.NEGATIVE_INFINITY;
      for (Scale.Tick tick : scale.ticks()) {
        lineAcross("frame", tick.position());
        double middle = tick.middle(width);
        if (upright) {
          out.label("number", left - 6, tick.position() + 4, "end", tick.label());
        } else if (middle - tick.half() >= free) {
          out.label("number", middle, top - 6, "middle", tick.label());
          out.label("number", middle, bottom + 14, "middle", tick.label());
          free = middle + tick.half() + 6;
        }
      }
      String title = Markup.fit(values.title(), width);
      if (upright) {
        out.label("number", 0, top - 12, "start", title);
      } else {
        double centre = beside ? (left + right) / 2.0 : width / 2.0;
        out.label("", centre, bottom + 32, "middle", title);
      }
    }

    private void drawBases() {
      out.line("axis", left, bottom, right, bottom);
      List<Double> named = List.copyOf(new TreeSet<>(points().map(Point::base).toList()));
      boolean written =
          bases.kind() == Axis.Kind.LOGARITHMIC_NAMED || named.size() <= NAMED_POSITIONS;
      for (Scale.Tick tick : written ? across.ticksAt(named) : across.ticks()) {
        out.line("axis", tick.position(), bottom, tick.position(), bottom + 4);
        out.label("number", tick.middle(width), bottom + 18, "middle", tick.label());
      }
      String title = Markup.fit(bases.title(), right - left);
      out.label("number", (left + right) / 2.0, bottom + 35, "middle", title);
    }

    private void drawLine(Line line) {
      List<Point> points = line.points();
      String style = points.get(0).series().style();
      StringBuilder path = new StringBuilder();
      for (Point point : points) {
        double x = across.at(point.base());
        double y = scale.at(point.value());
        if (line.binWidth() > 0) {
          double end = across.at(point.base() + line.binWidth());
          if (point.value() > 0) {
            double gap = end - x > 3 ? 1 : 0;
            out.box("mark bar " + style, x, y, end - gap, bottom, point.hint());
          }
          continue;
        }
        path.append(path.isEmpty() ? 'M' : 'L').append(Series.at(x, y));
        if (point.low() < point.high()) {
          out.line("mark interval " + style, x, scale.at(point.low()), x, scale.at(point.high()));
        }
        if (points.size() <= MARKED_POINTS) {
          point.series().point(out, x, y, "mark", point.hint());
        }
      }
      if (line.binWidth() == 0 && points.size() > 1) {
        out.empty("path", "class", "mark curve " + style, "d", path.toString());
      }
    }

    private void drawRow(Row row, double y) {
      double middle = y + (beside ? rowHeight / 2.0 : rowHeight - 8);
      double baseline = beside ? middle + 4 : y + 12;
      boolean doubtful = row.bars() && row.points().stream().anyMatch(p -> !(p.value() >= 0));
      double room = width - Markup.width(row.text()) - 8;
      if (row.points().isEmpty()) {
        out.label("strong", 0, baseline, "start", row.label());
      } else if (beside) {
        out.label("label", left - 6, baseline, "end", Markup.fit(row.label(), left - 6));
      } else {
        out.label("label", 0, baseline, "start", Markup.fit(row.label(), room));
      }
      String style = doubtful ? "label number warn" : "label number";
      out.label(style, width, baseline, "end", row.text());
      // the first answer, which the others are compared with, lies on top; so does the last bar
      for (Point point : row.bars() ? row.points() : row.points().reversed()) {
        String mark = (point.open() ? "mark open " : "mark ") + point.series().style();
        double x = scale.at(point.value());
        if (!row.bars()) {
          if (point.low() < point.high()) {
            out.line(
                "mark interval " + point.series().style(),
                scale.at(point.low()),
                middle,
                scale.at(point.high()),
                middle);
          }
          point.series().point(out, x, middle, point.open() ? "mark open" : "mark", point.hint());
        } else if (Double.isFinite(point.value())) {
          out.box("bar " + mark, scale.at(0), middle - BAR, x, middle + BAR, point.hint());
        } else {
          out.box("missing", left + 1, middle - BAR, right - 1, middle + BAR, point.hint());
        }
      }
    }

    private void lineAcross(String style, double at) {
      if (upright) {
        out.line(style, left, at, right, at);
      } else {
        out.line(style, at, top, at, bottom);
      }
    }

    private void boxAcross(String style, double from, double to) {
      if (upright) {
        out.box(style, left, from, right, to, "");
      } else {
        out.box(style, from, top, to, bottom, "");
      }
    }
  }
}
