package io.github.lanewise.bench.page;

import java.util.List;

/** How many values fall into each of equally wide bins, over a logarithmic axis of counts. */
public final class Histogram {
  private static final int WIDTH = 360;
  private static final int PLOT_HEIGHT = 150;
  private static final int LEFT = 60;
  private static final int RIGHT = WIDTH - 12;
  private static final int TOP = 26;
  private static final int BELOW = 40;

  private final Axis horizontal;
  private final double binWidth;
  private final List<Long> counts;

  /**
   * A histogram from 0 on.
   *
   * @param counts of the bins; the last holds all above too
   */
  public Histogram(Axis horizontal, double binWidth, List<Long> counts) {
    this.horizontal = horizontal;
    this.binWidth = binWidth;
    this.counts = List.copyOf(counts);
  }

  /** Whether there is anything to draw. */
  public boolean empty() {
    return !(binWidth > 0) || counts.stream().noneMatch(count -> count > 0);
  }

  /** Draws the histogram as one inline SVG, in the colour of the series. */
  public void draw(Markup out, Series series, String description) {
    double bottom = TOP + PLOT_HEIGHT;
    Axis vertical = new Axis("", Axis.Kind.LOGARITHMIC);
    // a bin with a single value has a height too
    List<Double> heights = new java.util.ArrayList<>(List.of(0.5));
    counts.forEach(count -> heights.add(count.doubleValue()));
    Scale up = new Scale(vertical, heights, bottom, TOP);
    Scale across =
        new Scale(horizontal, List.of(0.0, binWidth * counts.size()), LEFT + 2, RIGHT - 4);
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
    text(out, "values in the bin", 0, TOP - 12, "start");
    for (Scale.Tick tick : up.ticks()) {
      if (tick.value() >= 1) {
        line(out, "frame", LEFT, tick.position(), RIGHT, tick.position());
        text(out, tick.label(), LEFT - 6, tick.position() + 4, "end");
      }
    }
    for (int bin = 0; bin < counts.size(); bin++) {
      if (counts.get(bin) > 0) {
        drawBin(out, series, bin, across, up, bottom);
      }
    }
    line(out, "axis", LEFT, bottom, RIGHT, bottom);
    for (Scale.Tick tick : across.ticks()) {
      line(out, "axis", tick.position(), bottom, tick.position(), bottom + 4);
      text(out, tick.label(), tick.middle(WIDTH), bottom + 18, "middle");
    }
    text(out, horizontal.title(), (LEFT + RIGHT) / 2.0, bottom + 35, "middle");
    out.close().newLine();
  }

  private void drawBin(Markup out, Series series, int bin, Scale across, Scale up, double bottom) {
    double left = across.at(bin * binWidth);
    double width = across.at((bin + 1) * binWidth) - left;
    double top = up.at(counts.get(bin));
    String from = Scale.plain(bin * binWidth);
    boolean last = bin == counts.size() - 1;
    String range =
        last ? "from " + from + " on" : from + " to " + Scale.plain((bin + 1) * binWidth);
    out.open(
            "rect",
            "class",
            "mark bin " + series.style(),
            "x",
            left,
            "y",
            top,
            "width",
            Math.max(0.5, width - (width > 3 ? 1 : 0)),
            "height",
            bottom - top)
        .element("title", range + ": " + counts.get(bin))
        .close();
  }

  private static void line(Markup out, String style, double x1, double y1, double x2, double y2) {
    out.empty("line", "class", style, "x1", x1, "x2", x2, "y1", y1, "y2", y2);
  }

  private static void text(Markup out, String text, double x, double y, String anchor) {
    out.element("text", text, "class", "number", "x", x, "y", y, "text-anchor", anchor);
  }
}
