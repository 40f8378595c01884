package io.github.lanewise.bench.experiments;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.experiments.Setting.Run;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Terminal.ProgressBar;
import io.github.lanewise.bench.training.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Trains every model of the plan, two at once, and draws what was seen. What a run has shown is
 * kept in a file of its own, so that a run that was interrupted goes on where it was.
 *
 * <p>{@code mvn -Pexperiments}
 */
public final class Experiments {
  /** Models that are trained at once, on a processor each. */
  private static final int AT_ONCE = 2;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  private Experiments(Path folder) {
    this.folder = folder;
  }

  /** The folder for results and page may be named; before it, {@code --small} for a few of them. */
  public static void main(String[] args) {
    Terminal terminal = Terminal.standard();
    boolean small = args.length > 0 && args[0].equals("--small");
    int at = small ? 1 : 0;
    Path folder = Path.of(args.length > at ? args[at] : "target/experiments");
    try {
      Plan plan = small ? Plan.small() : Plan.full();
      Page page = new Page("Lanewise: what attention learns, and with what");
      Lanewise.Implementation implementation = Lanewise.implementation();
      page.subtitle(
          implementation.laneBits()
              + "-bit lanes; "
              + implementation.jdk()
              + "; "
              + implementation.cpu());
      Map<Setting, List<RunResult>> results = run(terminal, plan, folder);
      ExperimentSections.draw(page, plan, results);
      page.write(folder.resolve("index.html"));
      Figures figures = new Figures(plan, results);
      Files.writeString(folder.resolve("figures.md"), figures.markdown());
      terminal.line("");
      terminal.line(figures.markdown());
      terminal.line("Pictures: " + folder.resolve("index.html").toAbsolutePath());
    } catch (Failure e) {
      terminal.line("The experiments cannot run: " + e.getMessage());
      System.exit(1);
    } catch (IOException e) {
      throw new Failure("cannot write to " + folder, e);
    }
  }

  /** What the demo says of the small plan: losses on text that the models had not seen. */
  public record Brief(double first, double last, double lossBefore, double lossAfter) {}

  /** Runs the small plan, and adds its sections to a page. */
  public static Brief brief(Terminal terminal, Page page, Path folder) {
    Plan plan = Plan.small();
    Map<Setting, List<RunResult>> results = run(terminal, plan, folder);
    ExperimentSections.draw(page, plan, results);
    Figures figures = new Figures(plan, results);
    RunResult plain = figures.of(plan.scale(Plan.DIM, true)).getFirst();
    RunResult calibrated = figures.of(plan.overtrained()).getFirst();
    return new Brief(
        plain.validation().getFirst(),
        plain.finalValidation(),
        Objects.requireNonNull(calibrated.calibration()).lossBefore(),
        Objects.requireNonNull(calibrated.calibration()).lossAfter());
  }

  /** Trains what is not in the folder yet. */
  static Map<Setting, List<RunResult>> run(Terminal terminal, Plan plan, Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new Failure("cannot write to " + folder, e);
    }
    return new Experiments(folder).train(terminal, plan);
  }

  private Map<Setting, List<RunResult>> train(Terminal terminal, Plan plan) {
    Corpus text = Corpus.read();
    List<Run> runs = plan.runs();
    int threads = Math.min(AT_ONCE, Runtime.getRuntime().availableProcessors());
    Map<Setting, List<RunResult>> results = plan.results();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads);
        ProgressBar bar = terminal.progress("Training", runs.size())) {
      List<Future<RunResult>> waiting = new ArrayList<>();
      for (Run run : runs) {
        waiting.add(
            pool.submit(
                () -> {
                  RunResult result = result(run, run.setting().equals(plan.overtrained()), text);
                  synchronized (bar) {
                    bar.step();
                  }
                  return result;
                }));
      }
      for (int i = 0; i < runs.size(); i++) {
        Objects.requireNonNull(results.get(runs.get(i).setting())).add(waiting.get(i).get());
      }
    } catch (ExecutionException e) {
      throw new Failure("a run has failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
    return results;
  }

  private RunResult result(Run run, boolean calibrates, Corpus text) throws IOException {
    Path file = folder.resolve(run.file());
    RunResult stored = stored(file, run.signature());
    if (stored != null) {
      return stored;
    }
    RunResult result = new Trial(run, text).run(calibrates);
    Path part = folder.resolve(run.file() + ".part");
    JSON.writeValue(part.toFile(), result);
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    return result;
  }

  /** What an earlier call has left; null if there is nothing, or something else. */
  private static @Nullable RunResult stored(Path file, String signature) {
    if (!Files.exists(file)) {
      return null;
    }
    try {
      RunResult result = JSON.readValue(file.toFile(), RunResult.class);
      return result.signature().equals(signature) ? result : null;
    } catch (IOException e) {
      return null; // damaged: trained again
    }
  }
}
