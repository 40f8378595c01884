package io.github.lanewise.bench.page;

import java.util.List;

/**
 * A matrix as shaded cells: the accent colour over the page's own background, as opaque as the
 * value is large, so that one picture serves a light page and a dark one.
 */
public final class HeatMap {
  private static final int GAP = 1;

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

  /** Gives the cell at a row and a column. */
  @FunctionalInterface
  public interface Cells {
    /** Returns the cell. */
    Cell at(int row, int column);
  }

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

  /** Draws the map as one inline SVG. */
  public void draw(Markup out, String description, Cells cells) {
    int width = geometry.left() + columns.size() * geometry.width() + 2;
    int height = geometry.top() + rows.size() * geometry.height() + 2;
    out.open(
        "svg", "viewBox", "0 0 " + width + " " + height, "role", "img", "aria-label", description);
    for (int column = 0; column < columns.size(); column++) {
      drawColumnName(out, column);
    }
    for (int row = 0; row < rows.size(); row++) {
      out.element(
          "text",
          rows.get(row),
          "x",
          geometry.left() - 6,
          "y",
          middle(row) + 4,
          "text-anchor",
          "end");
      for (int column = 0; column < columns.size(); column++) {
        drawCell(out, row, column, cells.at(row, column));
      }
    }
    out.empty(
        "rect",
        "class",
        "frame",
        "x",
        geometry.left() - 0.5,
        "y",
        geometry.top() - 0.5,
        "width",
        columns.size() * geometry.width() + GAP,
        "height",
        rows.size() * geometry.height() + GAP);
    for (int row = 0; row < rows.size(); row++) {
      for (int column = 0; column < columns.size(); column++) {
        drawMark(out, row, column, cells.at(row, column));
      }
    }
    out.close().newLine();
  }

  private void drawColumnName(Markup out, int column) {
    double centre = geometry.left() + (column + 0.5) * geometry.width();
    double foot = geometry.top() - 6.0;
    String name = columns.get(column);
    if (geometry.upright()) {
      String place =
          "translate(" + Markup.number(centre + 4) + " " + Markup.number(foot) + ") rotate(-90)";
      out.element("text", name, "transform", place);
    } else {
      out.element("text", name, "x", centre, "y", foot, "text-anchor", "middle");
    }
  }

  private void drawCell(Markup out, int row, int column, Cell cell) {
    double most = cell.label().isEmpty() ? 1 : MOST_UNDER_LABEL;
    double shade = most * Math.clamp(cell.shade(), 0, 1);
    out.open(
            "rect",
            "class",
            "cell",
            "x",
            geometry.left() + column * geometry.width() + GAP,
            "y",
            geometry.top() + row * geometry.height() + GAP,
            "width",
            geometry.width() - GAP,
            "height",
            geometry.height() - GAP,
            "fill-opacity",
            shade)
        .element("title", cell.hint())
        .close();
    if (!cell.label().isEmpty()) {
      out.element(
          "text",
          cell.label(),
          "class",
          "number",
          "x",
          geometry.left() + (column + 0.5) * geometry.width(),
          "y",
          middle(row) + 4,
          "text-anchor",
          "middle",
          "pointer-events",
          "none");
    }
  }

  private void drawMark(Markup out, int row, int column, Cell cell) {
    if (cell.marked()) {
      out.empty(
          "rect",
          "class",
          "marked",
          "x",
          geometry.left() + column * geometry.width() + 2,
          "y",
          geometry.top() + row * geometry.height() + 2,
          "width",
          geometry.width() - 3,
          "height",
          geometry.height() - 3);
    }
  }

  private double middle(int row) {
    return geometry.top() + (row + 0.5) * geometry.height();
  }
}
