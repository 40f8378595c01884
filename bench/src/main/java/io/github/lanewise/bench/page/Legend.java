package io.github.lanewise.bench.page;

import io.github.lanewise.bench.stage.Text;
import java.util.List;

/** Names of the series above a picture, as many in a row as fit. */
final class Legend {
  private static final int ROW = 18;
  private static final int SAMPLE = 26;
  private static final int GAP = 14;

  /** Width of a letter of the style sheet's font size, on average and rather more than less. */
  static final double LETTER = 6.7;

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
      double needed = sample + 5 + one.name().length() * LETTER;
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

  /** The text, or as much of its beginning as fits. */
  static String fit(String text, double width) {
    int letters = (int) Math.max(1, width / LETTER);
    return text.length() <= letters
        ? text
        : Text.format("%s…", text.substring(0, Math.max(0, letters - 1)).strip());
  }
}
