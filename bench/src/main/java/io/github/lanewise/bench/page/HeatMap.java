package io.github.lanewise.bench.page;

import java.util.List;
import java.util.function.BiFunction;

/**
 * A matrix as shaded cells: the accent colour over the page's own background, as opaque as the
 * value is large, so that one picture serves a light page and a dark one.
 */
public final class HeatMap {
  /** A cell with a label is at most this opaque, for the text to stand out, light or dark. */
  private static final double MOST_UNDER_LABEL = 0.5;

  /**
   * One cell.
   *
   * @param shade from 0, the background, to 1, the accent colour
   * @param label text in the cell, may be empty
   * @param marked whether the cell has a frame of warning
   * @param hint what appears when the pointer rests on the cell
   */
  public record Cell(double shade, String label, boolean marked, String hint) {}

  /**
   * Sizes in units of the picture.
   *
   * @param left room for the rows' names
   * @param top room for the columns' names
   * @param width of a cell
   * @param height of a cell
   * @param upright whether the columns' names are turned by a quarter
   */
  public record Geometry(int left, int top, int width, int height, boolean upright) {}

  private final Geometry geometry;
  private final List<String> rows;
  private final List<String> columns;

  /** A map of named rows and columns. */
  public HeatMap(Geometry geometry, List<String> rows, List<String> columns) {
    this.geometry = geometry;
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Draws the map as one inline SVG.
   *
   * @param cells gives the cell at a row and a column
   */
  public void draw(Markup out, String description, BiFunction<Integer, Integer, Cell> cells) {
    int right = geometry.left() + columns.size() * geometry.width();
    int bottom = geometry.top() + rows.size() * geometry.height();
    out.openPicture("", right + 2, bottom + 2, description);
    for (int column = 0; column < columns.size(); column++) {
      double centre = x(column) + geometry.width() / 2.0;
      if (geometry.upright()) {
        String place = "translate(" + Series.at(centre + 4, geometry.top() - 6) + ") rotate(-90)";
        out.element("text", columns.get(column), "transform", place);
      } else {
        out.label("", centre, geometry.top() - 6, "middle", columns.get(column));
      }
    }
    for (int row = 0; row < rows.size(); row++) {
      double middle = y(row) + geometry.height() / 2.0 + 4;
      out.label("", geometry.left() - 6, middle, "end", rows.get(row));
      for (int column = 0; column < columns.size(); column++) {
        draw(out, x(column), y(row), cells.apply(row, column));
      }
    }
    out.box("frame", geometry.left() - 0.5, geometry.top() - 0.5, right + 0.5, bottom + 0.5, "");
    // frames lie over all cells, for one would cover half of its neighbour's
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < columns.size(); column++) {
        if (cells.apply(row, column).marked()) {
          out.box("marked", x(column) + 2, y(row) + 2, x(column + 1) - 1, y(row + 1) - 1, "");
        }
      }
    }
    out.close().newLine();
  }

  private void draw(Markup out, double x, double y, Cell cell) {
    double most = cell.label().isEmpty() ? 1 : MOST_UNDER_LABEL;
    double shade = most * Math.clamp(cell.shade(), 0, 1);
    double width = geometry.width();
    double height = geometry.height();
    out.shape(
        cell.hint(),
        "rect",
        "class",
        "cell",
        "x",
        x + 1,
        "y",
        y + 1,
        "width",
        width - 1,
        "height",
        height - 1,
        "fill-opacity",
        shade);
    if (!cell.label().isEmpty()) {
      out.label("number shaded", x + width / 2, y + height / 2 + 4, "middle", cell.label());
    }
  }

  private double x(int column) {
    return geometry.left() + column * geometry.width();
  }

  private double y(int row) {
    return geometry.top() + row * geometry.height();
  }
}
