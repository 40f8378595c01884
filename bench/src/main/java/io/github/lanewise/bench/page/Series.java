package io.github.lanewise.bench.page;

import java.util.Collection;

/**
 * One of several things shown in a picture, told from the others by colour, by the dashes of its
 * line and by the shape of its points, so that it needs no colour to be recognised.
 *
 * @param name what the legend says
 * @param look which colour, dashes and shape; the same number looks the same in every picture
 */
public record Series(String name, int look) {
  /** Half the size of a point. */
  private static final double RADIUS = 4;

  /**
   * Shapes: how many corners, how far every second of them is from the middle, and by how many
   * degrees the first is turned from the top. The first shape is a circle.
   */
  private static final double[][] SHAPES = {
    {0, 1, 0},
    {4, 1, 45},
    {3, 1, 0},
    {4, 1, 0},
    {3, 1, 180},
    {8, 0.4, 0},
    {8, 0.4, 45},
    {3, 1, 270},
    {10, 0.45, 0},
    {3, 1, 90}
  };

  private static final int LEGEND_ROW = 18;
  private static final int LEGEND_LINE = 26;
  private static final int LEGEND_GAP = 14;

  /** The class of the style sheet, which has as many, that gives colour and dashes. */
  String style() {
    return "s" + Math.floorMod(look, SHAPES.length);
  }

  /**
   * Draws a point.
   *
   * @param style what it is beside its colour: {@code mark}, {@code mark open}, {@code legend}
   * @param hint what appears when the pointer rests on it, may be empty
   */
  void point(Markup out, double x, double y, String style, String hint) {
    out.shape(hint, "path", "class", "point " + style + " " + style(), "d", shape(x, y));
  }

  private String shape(double x, double y) {
    double[] shape = SHAPES[Math.floorMod(look, SHAPES.length)];
    if (shape[0] == 0) {
      String arc = "a" + RADIUS + " " + RADIUS + " 0 1 0 ";
      return "M" + at(x - RADIUS, y) + arc + "8 0" + arc + "-8 0Z";
    }
    StringBuilder path = new StringBuilder();
    for (int corner = 0; corner < shape[0]; corner++) {
      double angle = Math.toRadians(shape[2] + 360 * corner / shape[0]);
      double radius = 1.2 * RADIUS * (corner % 2 == 0 ? 1 : shape[1]);
      path.append(corner == 0 ? 'M' : 'L');
      path.append(at(x + radius * Math.sin(angle), y - radius * Math.cos(angle)));
    }
    return path.append('Z').toString();
  }

  /**
   * Draws the names of series from y on, as many in a row as fit, with a piece of the line if the
   * picture has lines; returns where the next thing may begin.
   */
  static double legend(Markup out, Collection<Series> all, boolean lines, double y, double width) {
    double x = 0;
    double middle = y + LEGEND_ROW / 2.0;
    double sample = lines ? LEGEND_LINE : 2 * RADIUS + 2;
    for (Series series : all) {
      double needed = sample + 5 + Markup.width(series.name());
      if (x > 0 && x + needed > width) {
        x = 0;
        middle += LEGEND_ROW;
      }
      if (lines) {
        out.line("legend curve " + series.style(), x, middle, x + sample, middle);
      }
      series.point(out, x + sample / 2, middle, "legend", "");
      String name = Markup.fit(series.name(), width - sample - 5);
      out.label("", x + sample + 5, middle + 4, "start", name);
      x += needed + LEGEND_GAP;
    }
    return all.isEmpty() ? y : middle + LEGEND_ROW / 2.0 + 4;
  }

  static String at(double x, double y) {
    return Markup.number(x) + " " + Markup.number(y);
  }
}
