package io.github.lanewise.bench.page;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A page: one file with its style sheet inside, no script, nothing loaded. */
public final class Page {
  private final String title;
  private final Markup sections = new Markup();
  private final Markup contents = new Markup();
  private String subtitle = "";

  /** An empty page. */
  public Page(String title) {
    this.title = title;
  }

  /** Sets the line under the title. */
  public void subtitle(String text) {
    subtitle = text;
  }

  /** Adds a section with its heading and a paragraph that says what is seen. */
  public void section(String heading, String explanation, Consumer<Markup> content) {
    section(sections.open("section"), heading, explanation, content);
  }

  /**
   * Adds a section that the list of contents at the top leads to.
   *
   * @param id of the element
   * @param name in the list of contents
   */
  public void section(
      String id, String name, String heading, String explanation, Consumer<Markup> content) {
    contents.element("a", name, "href", "#" + id).newLine();
    section(sections.open("section", "id", id), heading, explanation, content);
  }

  private static void section(
      Markup out, String heading, String explanation, Consumer<Markup> content) {
    out.element("h2", heading).element("p", explanation);
    content.accept(out);
    out.close().newLine();
  }

  /** Adds a figure with its title and what is to be known of it. */
  public static void figure(Markup out, String title, String caption, Consumer<Markup> picture) {
    out.open("figure").newLine();
    picture.accept(out);
    out.open("figcaption").element("strong", title).text(caption).close().close().newLine();
  }

  /** Says what is not there, where a picture would be empty. */
  public static void absent(Markup out, String words) {
    out.element("p", words, "class", "absent").newLine();
  }

  /** Returns the whole page. */
  public String html() {
    if (!sections.complete()) {
      throw new IllegalStateException("a section left an element open");
    }
    Markup head =
        new Markup()
            .open("head")
            .empty("meta", "charset", "utf-8")
            .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
            .empty("meta", "name", "color-scheme", "content", "light dark")
            .element("title", title)
            .element("style", style("chart.css") + style("page.css"))
            .close();
    Markup header = new Markup().open("header").element("h1", title).element("p", subtitle).close();
    String list = contents.toString();
    return "<!DOCTYPE html>\n<html lang=\"en\">\n"
        + head
        + "\n<body>\n<main>\n"
        + header
        + "\n"
        + (list.isEmpty() ? "" : "<nav>\n" + list + "</nav>\n")
        + sections
        + "</main>\n</body>\n</html>\n";
  }

  /** Writes the page. */
  public void write(Path file) {
    try {
      Files.writeString(file, html());
    } catch (IOException e) {
      throw new Failure("cannot write " + file.toAbsolutePath() + ": " + e, e);
    }
  }

  /** A style sheet among the resources. */
  static String style(String name) {
    try (InputStream in = Page.class.getResourceAsStream("/io/github/lanewise/bench/" + name)) {
      if (in == null) {
        throw new Failure("the style sheet " + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new Failure("cannot read the style sheet " + name, e);
    }
  }
}
