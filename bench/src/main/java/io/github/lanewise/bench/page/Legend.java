package io.github.lanewise.bench.page;

import java.util.List;

/** Names of the series above a picture, as many in a row as fit. */
final class Legend {
  private static final int ROW = 18;
  private static final int SAMPLE = 26;
  private static final int GAP = 14;

  private Legend() {}

  /**
   * Draws the names from y on, with a piece of the line if the picture has lines; returns where the
   * next thing may begin.
   */
  static double draw(Markup out, List<Series> series, boolean lines, double y, double width) {
    double x = 0;
    double middle = y + ROW / 2.0;
    int sample = lines ? SAMPLE : (int) (2 * Series.RADIUS + 2);
    for (Series one : series) {
      double needed = sample + 5 + width(one.name());
      if (x > 0 && x + needed > width) {
        x = 0;
        middle += ROW;
      }
      if (lines) {
        String path = "M" + Series.at(x, middle) + "h" + SAMPLE;
        out.empty("path", "class", "legend curve " + one.style(), "d", path);
      }
      one.point(out, x + sample / 2.0, middle, "legend", "");
      String name = fit(one.name(), width - sample - 5);
      out.element("text", name, "x", x + sample + 5, "y", middle + 4);
      x += needed + GAP;
    }
    return series.isEmpty() ? y : middle + ROW / 2.0 + 4;
  }

  /** The width of a text in the style sheet's size, rather too much than too little. */
  static double width(String text) {
    double width = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ("ijl.,:;'|()[] ".indexOf(c) >= 0) {
        width += 4.8;
      } else if ("mwMW%@…".indexOf(c) >= 0) {
        width += 12;
      } else {
        width += Character.isUpperCase(c) ? 8.8 : 7.7;
      }
    }
    return width;
  }

  /** The text, or as much of its beginning as fits. */
  static String fit(String text, double width) {
    if (width(text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && width(text.substring(0, end)) + width("…") > width) {
      end--;
    }
    return text.substring(0, end).strip() + "…";
  }
}
