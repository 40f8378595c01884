package io.github.lanewise.bench.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Builds well-formed mark-up, HTML and inline SVG alike, that an XML parser reads too: every
 * element is closed, every text and attribute escaped.
 */
public final class Markup {
  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes come as name, value, name, value … */
  public Markup open(String tag, Object... attributes) {
    begin(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Closes the element opened last. */
  public Markup close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** Adds an element that holds only text. */
  public Markup element(String tag, String text, Object... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** Adds an element that holds nothing, and that HTML closes by itself (meta, rect, line …). */
  public Markup empty(String tag, Object... attributes) {
    begin(tag, attributes);
    out.append("/>");
    return this;
  }

  /** Adds text. */
  public Markup text(String text) {
    escape(text);
    return this;
  }

  /** Opens a picture of this size; what is added until it is closed is drawn in it. */
  Markup openPicture(String style, double width, double height, String description) {
    String box = "0 0 " + number(width) + " " + number(height);
    return open("svg", "class", style, "viewBox", box, "role", "img", "aria-label", description);
  }

  Markup line(String style, double x1, double y1, double x2, double y2) {
    return empty("line", "class", style, "x1", x1, "x2", x2, "y1", y1, "y2", y2);
  }

  /** Adds a rectangle between two corners, with what appears when the pointer rests on it. */
  Markup box(String style, double x1, double y1, double x2, double y2, String hint) {
    double x = Math.min(x1, x2);
    double y = Math.min(y1, y2);
    double width = Math.abs(x2 - x1);
    double height = Math.abs(y2 - y1);
    return shape(hint, "rect", "class", style, "x", x, "y", y, "width", width, "height", height);
  }

  /** Adds a shape, with what appears when the pointer rests on it; an empty hint is none. */
  Markup shape(String hint, String tag, Object... attributes) {
    if (hint.isEmpty()) {
      return empty(tag, attributes);
    }
    return open(tag, attributes).element("title", hint).close();
  }

  /** Adds text to a picture; the anchor says which end of it is at x: start, middle or end. */
  Markup label(String style, double x, double y, String anchor, String text) {
    return element("text", text, "class", style, "x", x, "y", y, "text-anchor", anchor);
  }

  /** The width of a text in the pictures' size of letters, rather too much than too little. */
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
    int end = text.length();
    while (end > 0 && width(text.substring(0, end)) + (end < text.length() ? 12 : 0) > width) {
      end--;
    }
    return end == text.length() ? text : text.substring(0, end).strip() + "…";
  }

  /** Adds mark-up built apart, all of whose elements are closed. */
  public Markup add(Markup part) {
    if (!part.complete()) {
      throw new IllegalStateException("a part left an element open");
    }
    out.append(part.out);
    return this;
  }

  /** Ends a line of the source, for whoever reads it. */
  public Markup newLine() {
    out.append('\n');
    return this;
  }

  /** Returns whether every element is closed. */
  public boolean complete() {
    return open.isEmpty();
  }

  /** Returns the mark-up. */
  @Override
  public String toString() {
    return out.toString();
  }

  /** Returns a number as SVG wants it: two decimals at most, a point, no exponent. */
  public static String number(double value) {
    String shortest = String.format(Locale.ROOT, "%.2f", value).replaceAll("\\.?0+$", "");
    return shortest.equals("-0") ? "0" : shortest;
  }

  private void begin(String tag, Object... attributes) {
    if (attributes.length % 2 != 0) {
      throw new IllegalArgumentException(
          attributes.length + " attribute names and values do not make pairs");
    }
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      Object value = attributes[i + 1];
      escape(value instanceof Double number ? number(number) : value.toString());
      out.append('"');
    }
  }

  private void escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        // XML 1.0 has no form for control characters; show where one was
        default -> out.append(c < ' ' && c != '\n' && c != '\t' ? '\ufffd' : c);
      }
    }
  }
}
