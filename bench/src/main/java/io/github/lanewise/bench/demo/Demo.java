package io.github.lanewise.bench.demo;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.demo.embedding.EmbeddingPart;
import io.github.lanewise.bench.demo.minilm.ModelArtifact;
import io.github.lanewise.bench.demo.streaming.StreamingPart;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs every part of the demo and writes its page. Exit status: 0 if every claim held, 1 if one did
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
      List<String> failures = run(terminal, folder);
      failures.forEach(failure -> terminal.line(Text.format("FAILED: %s", failure)));
      System.exit(failures.isEmpty() ? 0 : 1);
    } catch (Failure e) {
      terminal.line("");
      terminal.line(Text.format("The demo cannot run: %s", String.valueOf(e.getMessage())));
      System.exit(1);
    }
  }

  /** Runs the parts and writes index.html into {@code folder}; returns the claims that failed. */
  static List<String> run(Terminal terminal, Path folder) {
    createWritable(folder);
    ModelArtifact.keepNativeFilesIn(folder.resolve("native"));
    Lanewise.Implementation implementation = Lanewise.implementation();
    String lanes = implementation.name() + ", " + implementation.laneBits() + "-bit lanes";
    terminal.line(Text.format("Lanewise: %s (%s)", lanes, implementation.reason()));
    Page page = new Page("Lanewise: attention on a real model");
    page.subtitle(lanes + "; " + implementation.jdk() + "; " + implementation.cpu());
    List<DemoPart> parts = List.of(new EmbeddingPart(folder), new StreamingPart());
    List<String> failures = new ArrayList<>();
    for (DemoPart part : parts) {
      terminal.heading(part.title());
      failures.addAll(part.run(terminal, page));
    }
    Path file = folder.resolve("index.html");
    page.write(file);
    terminal.line("");
    terminal.line(Text.format("Pictures: %s", file.toAbsolutePath()));
    return failures;
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
