package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Markup;
import java.util.function.Consumer;

/**
 * A part of the page.
 *
 * @param id of its element
 * @param name in the list of contents
 * @param explanation how it is read
 */
record Section(
    String id, String name, String heading, String explanation, Consumer<Markup> content) {

  /** Says what is not there, where a picture would be empty. */
  static void absent(Markup out, String words) {
    out.element("p", words, "class", "absent").newLine();
  }

  /** A figure with its title and what is to be known of it. */
  static void figure(Markup out, String title, String caption, Consumer<Markup> picture) {
    out.open("figure").newLine();
    picture.accept(out);
    out.open("figcaption").element("strong", title).text(caption).close().close().newLine();
  }
}
