package io.github.lanewise.bench.gate;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Fails if a kernel has lost its vectors or makes garbage, at any lane width of this machine.
 *
 * <p>{@code mvn -Pgate}. What a machine is capable of, and what else it does, cancels out: compared
 * are ratios to a {@link Ruler} that takes turns with the kernels, and they fail only at half of
 * what is expected. Allocation is exact. {@code mvn -Pgate -Dgate.args=--renew} measures the
 * expectations anew and writes them into the sources. {@code --against} and the command of another
 * JDK's java compares that one with this one instead, at the widest lanes.
 */
public final class Gate {
  private static final String RENEW = "--renew";
  private static final String AGAINST = "--against";

  /** For a speed that nothing ends early: when it has passed, the compiler should be done. */
  private static final Duration SETTLING = Duration.ofMillis(500);

  /** A busy machine may take seconds to compile the longest kernels; only what fails takes them. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Gate() {}

  /** Ends with status 0 only if everything was judged, and passed. */
  public static void main(String[] args) {
    Terminal terminal = Terminal.standard();
    try {
      System.exit(run(terminal, List.of(args)));
    } catch (Failure e) {
      terminal.line(Text.format("The gate cannot judge: %s", String.valueOf(e.getMessage())));
      System.exit(1);
    }
  }

  /** Returns the exit status. */
  static int run(Terminal terminal, List<String> args) {
    Lanewise.Implementation implementation = implementation();
    terminal.line(
        Text.format(
            "Lanewise: %s, %d-bit lanes (%s); %s; %s",
            implementation.name(),
            implementation.laneBits(),
            implementation.reason(),
            implementation.jdk(),
            implementation.cpu()));
    if (args.equals(List.of(RENEW))) {
      renew(terminal, implementation);
      return 0;
    }
    if (args.size() == 2 && args.getFirst().equals(AGAINST)) {
      return compare(terminal, implementation, args.getLast()) ? 0 : 1;
    }
    if (!args.isEmpty()) {
      terminal.line(
          Text.format("unknown arguments %s, but there are %s, %s JAVA", args, RENEW, AGAINST));
      return 2;
    }
    return judge(terminal, implementation) ? 0 : 1;
  }

  private static Lanewise.Implementation implementation() {
    try {
      return Lanewise.implementation();
    } catch (IllegalStateException e) { // lanewise.lanes asks for what cannot be had
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean judge(Terminal terminal, Lanewise.Implementation implementation) {
    Map<Integer, Map<String, Double>> widths =
        Judge.judgeable(
            Expectations.committed(), implementation.laneBits(), implementation.reason());
    List<String> works = Works.names();
    List<String> failures = new ArrayList<>();
    widths.forEach(
        (lanes, expected) -> {
          terminal.heading(
              Text.format("%d bits: ratio to scalar steps, expected, bytes a call", lanes));
          Judge judge = new Judge(terminal, enough -> GateFork.run(lanes, PATIENCE, enough));
          for (Verdict verdict : judge.judge(works, expected)) {
            terminal.line(verdict.line());
            if (!verdict.passed()) {
              failures.add(
                  Text.format(
                      "%s at %d bits %s",
                      verdict.work(), lanes, String.valueOf(verdict.complaint())));
            }
          }
        });
    conclude(
        terminal, Text.format("%d operations at %s bits", works.size(), widths.keySet()), failures);
    return failures.isEmpty();
  }

  private static boolean compare(
      Terminal terminal, Lanewise.Implementation implementation, String java) {
    int lanes = implementation.laneBits();
    Map<String, Double> expected =
        Judge.judgeable(Expectations.committed(), lanes, implementation.reason())
            .getOrDefault(lanes, Map.of());
    List<String> works = Works.names();
    List<String> failures = new ArrayList<>();
    terminal.heading(
        Text.format(
            "%d bits, %s: speed there of that here, at least; ratio to scalar steps there and here,"
                + " bytes a call",
            lanes, java));
    Comparison comparison =
        new Comparison(
            terminal,
            never -> GateFork.run(lanes, SETTLING, never),
            enough -> GateFork.run(java, lanes, PATIENCE, enough));
    for (Compared compared : comparison.compare(works, expected)) {
      terminal.line(compared.line());
      if (!compared.passed()) {
        failures.add(Text.format("%s %s", compared.work(), String.valueOf(compared.complaint())));
      }
    }
    conclude(terminal, Text.format("%d operations in %s", works.size(), java), failures);
    return failures.isEmpty();
  }

  private static void conclude(Terminal terminal, String what, List<String> failures) {
    terminal.line("");
    failures.forEach(failure -> terminal.line(Text.format("FAILED: %s", failure)));
    terminal.line(
        Text.format(
            "%s: %s", what, failures.isEmpty() ? "all passed" : failures.size() + " failures"));
  }

  private static void renew(Terminal terminal, Lanewise.Implementation implementation) {
    Path file = Path.of("src/main/resources" + Expectations.RESOURCE);
    if (!Files.isWritable(file)) {
      throw new Failure(file.toAbsolutePath() + " is not there, or cannot be written");
    }
    List<Integer> widths = new ArrayList<>();
    for (int lanes = implementation.laneBits(); lanes >= 128; lanes /= 2) {
      widths.add(lanes);
    }
    if (widths.isEmpty()) {
      throw new Failure("kernels run without vectors: " + implementation.reason());
    }
    Expectations expectations = Expectations.committed();
    new Renewal(terminal, Works.names()).renew(expectations, widths);
    try {
      Files.writeString(file, expectations.json());
    } catch (IOException e) {
      throw new Failure("cannot write " + file.toAbsolutePath() + ": " + e, e);
    }
    terminal.line(Text.format("Renewed for %s bits: %s", widths, file.toAbsolutePath()));
  }
}
