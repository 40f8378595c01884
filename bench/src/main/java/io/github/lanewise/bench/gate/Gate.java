package io.github.lanewise.bench.gate;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.ChildJvm;
import io.github.lanewise.bench.gate.GateFork.Seen;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Fails if a kernel has lost its vectors or makes garbage, at any lane width of this machine.
 *
 * <p>{@code mvn -Pgate}. What a machine is capable of cancels out: vector kernels are compared with
 * scalar ones, and with those of this JDK where {@code --against} names the java of another. What
 * fails is measured again in a fresh process, and fails only if the best of three does: what a
 * compiler made of a kernel by accident, once, is not lost.
 */
@Command(
    name = "mvn -Pgate",
    description = "Whether kernels keep their vectors and make no garbage.")
public final class Gate {
  private static final int ATTEMPTS = 3;
  private static final int NARROWEST = 128;

  @Option(
      names = "--against",
      paramLabel = "JAVA",
      description = "Compares another JDK with this one, at the widest lanes.")
  private @Nullable String against;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only operations with the text in their name.")
  private String only = "";

  private final Terminal terminal;

  Gate(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Ends with status 0 only if everything was judged, and passed. */
  public static void main(String[] args) {
    System.exit(run(Terminal.standard(), args));
  }

  /** Returns the exit status. */
  static int run(Terminal terminal, String... args) {
    Gate gate = new Gate(terminal);
    try {
      new CommandLine(gate).parseArgs(args);
      return gate.judge() ? 0 : 1;
    } catch (ParameterException e) {
      terminal.line(String.valueOf(e.getMessage()));
      terminal.line(e.getCommandLine().getUsageMessage());
      return 2;
    } catch (Failure e) {
      terminal.line("The gate cannot judge: " + e.getMessage());
      return 1;
    }
  }

  private boolean judge() {
    Lanewise.Implementation implementation = Lanewise.implementation();
    terminal.line(
        Text.format(
            "Lanewise: %s, %d-bit lanes (%s); %s; %s",
            implementation.name(),
            implementation.laneBits(),
            implementation.reason(),
            implementation.jdk(),
            implementation.cpu()));
    if (implementation.laneBits() < NARROWEST) {
      throw new Failure("kernels run without vectors: " + implementation.reason());
    }
    List<Cell> cells = Cell.all().stream().filter(c -> c.name().contains(only)).toList();
    if (cells.isEmpty()) {
      throw new Failure("no operation has \"" + only + "\" in its name");
    }
    Map<String, Seen> scalar = GateFork.run(ChildJvm.ownJava(), 0, names(cells));
    List<String> failures = new ArrayList<>();
    int narrowest = against == null ? NARROWEST : implementation.laneBits();
    for (int lanes = implementation.laneBits(); lanes >= narrowest; lanes /= 2) {
      terminal.heading(
          Text.format(
              "%d bits%s: speed of that of scalar kernels (* not judged), of that in this JDK,"
                  + " bytes a call",
              lanes, against == null ? "" : ", " + against));
      for (Verdict verdict : judge(cells, lanes, scalar)) {
        terminal.line(verdict.line());
        if (verdict.complaint() != null) {
          failures.add(
              Text.format("%s at %d bits %s", verdict.cell().name(), lanes, verdict.complaint()));
        }
      }
    }
    terminal.line("");
    failures.forEach(failure -> terminal.line(Text.format("FAILED: %s", failure)));
    terminal.line(
        Text.format(
            "%d operations: %s",
            cells.size(), failures.isEmpty() ? "all passed" : failures.size() + " failures"));
    return failures.isEmpty();
  }

  /** What fails is measured again; the best counts. */
  private List<Verdict> judge(List<Cell> cells, int lanes, Map<String, Seen> scalar) {
    Map<String, Seen> here = new HashMap<>();
    Map<String, Seen> there = against == null ? here : new HashMap<>();
    List<Cell> open = cells;
    for (int attempt = 0; attempt < ATTEMPTS && !open.isEmpty(); attempt++) {
      if (attempt > 0) {
        terminal.line(Text.format("  once more: %s", String.join("; ", names(open))));
      }
      GateFork.run(ChildJvm.ownJava(), lanes, names(open))
          .forEach((name, seen) -> here.merge(name, seen, Seen::and));
      if (against != null) {
        GateFork.run(against, lanes, names(open))
            .forEach((name, seen) -> there.merge(name, seen, Seen::and));
      }
      open =
          cells.stream()
              .filter(cell -> verdict(cell, lanes, scalar, here, there).complaint() != null)
              .toList();
    }
    return cells.stream().map(cell -> verdict(cell, lanes, scalar, here, there)).toList();
  }

  private static Verdict verdict(
      Cell cell,
      int lanes,
      Map<String, Seen> scalar,
      Map<String, Seen> here,
      Map<String, Seen> there) {
    String name = cell.name();
    return new Verdict(cell, lanes, scalar.get(name), here.get(name), there.get(name));
  }

  private static List<String> names(List<Cell> cells) {
    return cells.stream().map(Cell::name).toList();
  }
}
