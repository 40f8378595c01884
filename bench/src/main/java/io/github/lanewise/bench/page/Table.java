package io.github.lanewise.bench.page;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Figures as text, in a box of its own that scrolls where the window is narrower than they are. */
public final class Table {
  /** Rows of a table that its page can hold whole; one of more scrolls up and down, too. */
  private static final int SHORT = 40;

  private final List<String> words;
  private final List<String> numbers;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table without rows. If it holds words alone, those of the last column may break into lines.
   *
   * @param words names of the columns of words, with commas between them
   * @param numbers names of the columns of numbers, which stand to the right of those
   */
  public Table(String words, String numbers) {
    this.words = List.of(words.split(", ", -1));
    this.numbers = numbers.isEmpty() ? List.of() : List.of(numbers.split(", ", -1));
  }

  /** Adds a row. */
  public Table row(String... cells) {
    return row(List.of(cells));
  }

  /** Adds a row. */
  public Table row(List<String> cells) {
    int columns = words.size() + numbers.size();
    if (cells.size() != columns) {
      throw new IllegalArgumentException(cells.size() + " cells, but " + columns + " columns");
    }
    rows.add(cells);
    return this;
  }

  /** Draws the table; returns false, and draws nothing, if it has no row. */
  public boolean draw(Markup out) {
    if (rows.isEmpty()) {
      return false;
    }
    out.open("div", "class", rows.size() > SHORT ? "scroll tall" : "scroll", "tabindex", 0)
        .open("table")
        .open("thead")
        .open("tr");
    List<String> head = Stream.concat(words.stream(), numbers.stream()).toList();
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
    return true;
  }

  /** Draws the table behind a line that opens it; returns false if it has no row. */
  public boolean drawFolded(Markup out, String summary) {
    if (rows.isEmpty()) {
      return false;
    }
    out.open("details").element("summary", summary);
    draw(out);
    out.close().newLine();
    return true;
  }

  private String style(int column) {
    if (column >= words.size()) {
      return "number";
    }
    return numbers.isEmpty() && column == words.size() - 1 ? "name long" : "name";
  }
}
