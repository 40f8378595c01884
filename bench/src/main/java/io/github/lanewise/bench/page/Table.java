package io.github.lanewise.bench.page;

import java.util.ArrayList;
import java.util.List;

/** Figures as text, in a box of its own that scrolls where the window is narrower than they are. */
public final class Table {
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();
  private final int names;
  private boolean wrapped;
  private boolean tall;

  /**
   * A table without rows.
   *
   * @param names how many columns from the left hold words; the others hold numbers
   */
  public Table(int names, String... head) {
    this.names = names;
    this.head = List.of(head);
  }

  /** Lets the last column of words break into lines. */
  public Table wrapped() {
    wrapped = true;
    return this;
  }

  /** Lets a long table scroll in its box up and down, too. */
  public Table tall() {
    tall = true;
    return this;
  }

  /** Adds a row. */
  public Table row(String... cells) {
    if (cells.length != head.size()) {
      throw new IllegalArgumentException(cells.length + " cells, but " + head.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** Whether there is no row. */
  public boolean empty() {
    return rows.isEmpty();
  }

  /** Draws the table. */
  public void draw(Markup out) {
    out.open("div", "class", tall ? "scroll tall" : "scroll", "tabindex", 0)
        .open("table")
        .open("thead")
        .open("tr");
    for (int column = 0; column < head.size(); column++) {
      out.element("th", head.get(column), "scope", "col", "class", style(column));
    }
    out.close().close().open("tbody").newLine();
    for (List<String> row : rows) {
      out.open("tr");
      for (int column = 0; column < row.size(); column++) {
        out.element("td", row.get(column), "class", style(column));
      }
      out.close().newLine();
    }
    out.close().close().close().newLine();
  }

  /** Draws the table behind a line that opens it. */
  public void drawFolded(Markup out, String summary) {
    if (!empty()) {
      out.open("details").element("summary", summary);
      draw(out);
      out.close().newLine();
    }
  }

  private String style(int column) {
    if (column >= names) {
      return "number";
    }
    return wrapped && column == names - 1 ? "name long" : "name";
  }
}
