package io.github.lanewise.bench;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.GateCell.Seen;
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
    List<GateCell> cells = GateCell.all().stream().filter(c -> c.name().contains(only)).toList();
    if (cells.isEmpty()) {
      throw new Failure("no operation has \"" + only + "\" in its name");
    }
    Map<String, Seen> scalar = GateCell.run(ChildJvm.ownJava(), 0, names(cells));
    List<String> failures = new ArrayList<>();
    int narrowest = against == null ? NARROWEST : implementation.laneBits();
    for (int lanes = implementation.laneBits(); lanes >= narrowest; lanes /= 2) {
      terminal.heading(
          Text.format(
              "%d bits%s: speed of that of scalar kernels (* not judged), of that in this JDK,"
                  + " bytes a call",
              lanes, against == null ? "" : ", " + against));
      for (Judgement judgement : judge(cells, lanes, scalar)) {
        terminal.line(judgement.line());
        if (judgement.complaint() != null) {
          failures.add(
              Text.format(
                  "%s at %d bits %s", judgement.cell().name(), lanes, judgement.complaint()));
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
  private List<Judgement> judge(List<GateCell> cells, int lanes, Map<String, Seen> scalar) {
    Map<String, Seen> here = new HashMap<>();
    Map<String, Seen> there = against == null ? here : new HashMap<>();
    List<Judgement> judgements = List.of();
    List<GateCell> open = cells;
    for (int attempt = 0; attempt < ATTEMPTS && !open.isEmpty(); attempt++) {
      if (attempt > 0) {
        terminal.line(Text.format("  once more: %s", String.join("; ", names(open))));
      }
      GateCell.run(ChildJvm.ownJava(), lanes, names(open))
          .forEach((name, seen) -> here.merge(name, seen, Seen::and));
      if (against != null) {
        GateCell.run(against, lanes, names(open))
            .forEach((name, seen) -> there.merge(name, seen, Seen::and));
      }
      judgements =
          cells.stream()
              .map(
                  cell -> {
                    String name = cell.name();
                    return new Judgement(
                        cell, lanes, scalar.get(name), here.get(name), there.get(name));
                  })
              .toList();
      open = judgements.stream().filter(j -> j.complaint() != null).map(Judgement::cell).toList();
    }
    return judgements;
  }

  private static List<String> names(List<GateCell> cells) {
    return cells.stream().map(GateCell::name).toList();
  }

  /**
   * What is thought of the vector kernels of a cell.
   *
   * @param lanes their width in bits
   * @param scalar what the scalar kernels of this JDK need
   * @param here the vector kernels in this JDK
   * @param there in the one that is judged, which may be the same
   */
  record Judgement(
      GateCell cell, int lanes, @Nullable Seen scalar, @Nullable Seen here, @Nullable Seen there) {
    /**
     * The least speed in another JDK, as a part of that in this one: less than two compilers that
     * both keep the vectors differ by, with the noise of a shared machine, and more than what is
     * left where one has lost them.
     */
    static final double LEAST_OF_HERE = 0.7;

    /** The speed there, that of the scalar kernels being 1; NaN if one of them was not measured. */
    double overScalar() {
      return nanos(scalar) / nanos(there);
    }

    /** The speed there, that here being 1; NaN if one of them was not measured. */
    double ofHere() {
      return nanos(here) / nanos(there);
    }

    private static double nanos(@Nullable Seen seen) {
      return seen == null ? Double.NaN : seen.nanos();
    }

    /** Why it fails; null if it passes. */
    @Nullable String complaint() {
      if (there == null || !Double.isFinite(overScalar()) || !Double.isFinite(ofHere())) {
        return "was not measured";
      }
      if (there.bytes() != 0) {
        return Text.format("allocates %.1f bytes a call, but must allocate none", there.bytes());
      }
      double least = cell.known().least(lanes);
      if (!(overScalar() >= least)) {
        return Text.format(
            "has %.2f times the speed of scalar kernels, less than %.2f, half of what is known",
            overScalar(), least);
      }
      if (!(ofHere() >= LEAST_OF_HERE)) {
        return Text.format("has %.2f of its speed here, less than %.1f", ofHere(), LEAST_OF_HERE);
      }
      return null;
    }

    /** A line of a table. */
    String line() {
      String complaint = complaint();
      return Text.format(
          "  %-36s%9.2f%1s%9.2f %9.1f  %s",
          cell.name(),
          overScalar(),
          cell.known().least(lanes) > 0 ? "" : "*",
          ofHere(),
          there == null ? Double.NaN : there.bytes(),
          complaint == null ? "" : "FAILED: " + complaint);
    }
  }
}
