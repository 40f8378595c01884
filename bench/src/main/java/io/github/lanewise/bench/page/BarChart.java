package io.github.lanewise.bench.page;

import java.util.ArrayList;
import java.util.List;

/**
 * Horizontal bars in titled groups, each bar with its value as text. A group has its own scale; a
 * value below zero grows to the left, and one that is no number is shown as missing.
 */
public final class BarChart {
  private static final int WIDTH = 360;
  private static final int LABEL_END = 100;
  private static final int PLOT_END = 288;
  private static final int TITLE_HEIGHT = 26;
  private static final int ROW_HEIGHT = 22;
  private static final int BAR_HEIGHT = 14;

  /**
   * One bar.
   *
   * @param value length of the bar
   * @param part how much of the value is painted in the accent colour
   * @param text the value as text
   */
  public record Bar(String label, double value, double part, String text) {}

  /** How the bars of a group are painted. */
  public enum Paint {
    /** In the accent colour. */
    GOOD("whole"),
    /** In the colour of warning. */
    WRONG("wrong"),
    /** Faint, with the bar's part in the accent colour. */
    PARTED("bar");

    private final String style;

    Paint(String style) {
      this.style = style;
    }
  }

  private record Group(String title, Paint paint, List<Bar> bars) {
    int height() {
      return TITLE_HEIGHT + bars.size() * ROW_HEIGHT + 6;
    }
  }

  private final List<Group> groups = new ArrayList<>();

  /** Adds a group below those added before. */
  public BarChart group(String title, Paint paint, List<Bar> bars) {
    groups.add(new Group(title, paint, List.copyOf(bars)));
    return this;
  }

  /** Draws the chart as one inline SVG. */
  public void draw(Markup out, String description) {
    int height = groups.stream().mapToInt(Group::height).sum();
    out.open(
        "svg", "viewBox", "0 0 " + WIDTH + " " + height, "role", "img", "aria-label", description);
    int top = 0;
    for (Group group : groups) {
      draw(out, group, top);
      top += group.height();
    }
    out.close().newLine();
  }

  private static void draw(Markup out, Group group, int top) {
    double smallest = 0;
    double largest = 0;
    for (Bar bar : group.bars()) {
      if (Double.isFinite(bar.value())) {
        smallest = Math.min(smallest, bar.value());
        largest = Math.max(largest, bar.value());
      }
    }
    double reach = largest - smallest;
    double unit = reach == 0 ? 0 : (PLOT_END - LABEL_END) / reach;
    double zero = LABEL_END - smallest * unit;
    out.element("text", group.title(), "class", "strong", "x", 0, "y", top + 15);
    int y = top + TITLE_HEIGHT;
    for (Bar bar : group.bars()) {
      draw(out, group.paint(), bar, y, zero, unit);
      y += ROW_HEIGHT;
    }
    out.empty(
        "line",
        "class",
        "axis",
        "x1",
        zero,
        "x2",
        zero,
        "y1",
        top + TITLE_HEIGHT - 2,
        "y2",
        y - ROW_HEIGHT + BAR_HEIGHT + 2);
  }

  private static void draw(Markup out, Paint paint, Bar bar, int y, double zero, double unit) {
    int baseline = y + BAR_HEIGHT - 3;
    out.element("text", bar.label(), "x", LABEL_END - 6, "y", baseline, "text-anchor", "end");
    boolean missing = !Double.isFinite(bar.value());
    if (missing) {
      drawBar(out, "missing", LABEL_END + 1, y, PLOT_END - LABEL_END - 2.0);
    } else {
      double length = Math.abs(bar.value()) * unit;
      drawBar(out, paint.style, bar.value() < 0 ? zero - length : zero, y, length);
      drawBar(out, "part", zero, y, Math.max(bar.part(), 0) * unit);
    }
    out.element(
        "text",
        bar.text(),
        "class",
        missing || bar.value() < 0 ? "number warn" : "number",
        "x",
        WIDTH - 2,
        "y",
        baseline,
        "text-anchor",
        "end");
  }

  private static void drawBar(Markup out, String style, double x, int y, double length) {
    if (length > 0) {
      out.empty(
          "rect",
          "class",
          style,
          "x",
          x,
          "y",
          y,
          "width",
          Math.max(length, 0.5),
          "height",
          BAR_HEIGHT,
          "rx",
          1);
    }
  }
}
