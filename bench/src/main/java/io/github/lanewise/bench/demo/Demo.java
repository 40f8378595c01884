package io.github.lanewise.bench.demo;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the parts of the demo and writes its page. Exit status: 0 if every claim held, 1 if one did
 * not or the demo could not run.
 */
public final class Demo {
  private Demo() {}

  /** Runs the demo; the only argument, the folder for the page, may be left out. */
  public static void main(String[] args) {
    // Without a binding SLF4J would begin the output with three lines about itself.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Terminal terminal = Terminal.standard();
    Path folder = Path.of(args.length > 0 ? args[0] : "target/demo");
    try {
      List<Claim> failures = run(terminal, folder);
      failures.forEach(failure -> terminal.line("FAILED: " + failure));
      System.exit(failures.isEmpty() ? 0 : 1);
    } catch (Failure e) {
      terminal.line("");
      terminal.line("The demo cannot run: " + e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Runs the parts and writes index.html into {@code folder}; returns the claims that did not hold.
   * The page is written either way, so that a failure can be looked at.
   */
  static List<Claim> run(Terminal terminal, Path folder) {
    createWritable(folder);
    Lanewise.Implementation implementation = Lanewise.implementation();
    String lanes = implementation.name() + ", " + implementation.laneBits() + "-bit lanes";
    terminal.line("Lanewise: " + lanes + " (" + implementation.reason() + ")");
    Page page = new Page("Lanewise: attention on a real model");
    page.subtitle(lanes + "; " + implementation.jdk() + "; " + implementation.cpu());
    terminal.heading("Sentence embeddings with all-MiniLM-L6-v2");
    List<Claim> claims = new ArrayList<>(EmbeddingPart.run(terminal, page, folder));
    terminal.heading("Streaming attention over a growing memory");
    claims.addAll(StreamingPart.run(terminal, page));
    terminal.heading("A small transformer that learns");
    claims.addAll(LearningPart.run(terminal, page, folder));
    terminal.heading("Many requests at once");
    claims.addAll(ServingPart.run(terminal, page));
    Path file = folder.resolve("index.html");
    page.write(file);
    terminal.line("");
    terminal.line("Pictures: " + file.toAbsolutePath());
    return claims.stream().filter(claim -> !claim.holds()).toList();
  }

  /** Creates the folder now, so that a wrong one fails before the work and not after it. */
  private static void createWritable(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(Files.createTempFile(folder, "probe", null));
    } catch (IOException e) {
      throw new Failure(
          "the folder for its page, " + folder.toAbsolutePath() + ", cannot be written: " + e, e);
    }
  }
}
