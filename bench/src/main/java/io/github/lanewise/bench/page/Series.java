package io.github.lanewise.bench.page;

/**
 * One of several things shown in a picture, told from the others by colour, by the dashes of its
 * line and by the shape of its points, so that it needs no colour to be recognised.
 *
 * @param name what the legend says
 * @param look which colour, dashes and shape; the same number looks the same in every picture
 */
public record Series(String name, int look) {
  /** Looks that differ; the style sheet has as many colours and dashes. */
  public static final int LOOKS = 10;

  /** Half the size of a point. */
  static final double RADIUS = 4;

  /** Corners of the shapes, x and y in turn; the first shape is a circle. */
  private static final double[][] CORNERS = {
    {},
    {-0.85, -0.85, 0.85, -0.85, 0.85, 0.85, -0.85, 0.85},
    {0, -1.1, 1.1, 0.85, -1.1, 0.85},
    {0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0},
    {0, 1.1, 1.1, -0.85, -1.1, -0.85},
    {
      -0.4, -1.1, 0.4, -1.1, 0.4, -0.4, 1.1, -0.4, 1.1, 0.4, 0.4, 0.4, 0.4, 1.1, -0.4, 1.1, -0.4,
      0.4, -1.1, 0.4, -1.1, -0.4, -0.4, -0.4
    },
    {
      0, -0.5, 0.6, -1.1, 1.1, -0.6, 0.5, 0, 1.1, 0.6, 0.6, 1.1, 0, 0.5, -0.6, 1.1, -1.1, 0.6, -0.5,
      0, -1.1, -0.6, -0.6, -1.1
    },
    {-1.1, 0, 0.85, -1.1, 0.85, 1.1},
    {-1, -1.1, 1, -1.1, -1, 1.1, 1, 1.1},
    {1.1, 0, -0.85, -1.1, -0.85, 1.1},
  };

  /** The class of the style sheet that gives the colour. */
  String style() {
    return "s" + Math.floorMod(look, LOOKS);
  }

  /**
   * Draws a point.
   *
   * @param style what it is beside its colour: {@code mark}, {@code mark open}, {@code legend}
   * @param hint what appears when the pointer rests on it, may be empty
   */
  void point(Markup out, double x, double y, String style, String hint) {
    out.open("path", "class", "point " + style + " " + style(), "d", shape(x, y));
    if (!hint.isEmpty()) {
      out.element("title", hint);
    }
    out.close();
  }

  private String shape(double x, double y) {
    double[] corners = CORNERS[Math.floorMod(look, LOOKS)];
    if (corners.length == 0) {
      String arc = "a" + RADIUS + " " + RADIUS + " 0 1 0 ";
      String across = Markup.number(2 * RADIUS);
      return "M" + at(x - RADIUS, y) + arc + across + " 0" + arc + "-" + across + " 0Z";
    }
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < corners.length; i += 2) {
      path.append(i == 0 ? 'M' : 'L');
      path.append(at(x + RADIUS * corners[i], y + RADIUS * corners[i + 1]));
    }
    return path.append('Z').toString();
  }

  static String at(double x, double y) {
    return Markup.number(x) + " " + Markup.number(y);
  }
}
