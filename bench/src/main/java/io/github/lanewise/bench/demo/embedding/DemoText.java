package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The English text that ships with the demo; it was written for it. */
public final class DemoText {
  private static final String FOLDER = "/io/github/lanewise/bench/demo/";

  private DemoText() {}

  /** Returns the sentences that are searched, of many subjects. */
  public static List<String> sentences() {
    return lines("sentences.txt");
  }

  /** Returns the three searches. */
  static List<String> queries() {
    return lines("queries.txt");
  }

  /** Returns a passage longer than the model reads, for the clock. */
  static String passage() {
    return String.join(" ", lines("passage.txt"));
  }

  /** The lines of a resource, without empty ones and without headings, which begin with #. */
  private static List<String> lines(String name) {
    try (InputStream in = DemoText.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new Failure("the demo's text " + FOLDER + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new Failure("cannot read the demo's text " + FOLDER + name, e);
    }
  }
}
