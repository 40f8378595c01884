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
  private static final String STYLE = "/io/github/lanewise/bench/page.css";

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
    sections.open("section").element("h2", heading).element("p", explanation);
    content.accept(sections);
    sections.close().newLine();
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
    sections.open("section", "id", id).element("h2", heading).element("p", explanation);
    content.accept(sections);
    sections.close().newLine();
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
            .element("style", style())
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

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream(STYLE)) {
      if (in == null) {
        throw new Failure("the page's style sheet " + STYLE + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new Failure("cannot read the page's style sheet " + STYLE, e);
    }
  }
}
