package io.github.lanewise.bench.gate;

import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges all works at one width. One that fails is measured again in processes of its own, and
 * fails only if it does in all of them: a kernel that has lost its vectors has lost them
 * everywhere.
 */
final class Judge {
  private static final int RETRIES = 3;

  /** Measures works, each until its ratio is enough; what it cannot measure is missing. */
  @FunctionalInterface
  interface Source {
    List<Measurement> measure(Map<String, Double> enough);
  }

  private final Terminal terminal;
  private final Source source;

  Judge(Terminal terminal, Source source) {
    this.terminal = terminal;
    this.source = source;
  }

  /** Returns the verdict on each of the works; expectations of others fail too. */
  List<Verdict> judge(List<String> works, Map<String, Double> expected) {
    Map<String, Verdict> verdicts = new LinkedHashMap<>();
    List<String> open = works;
    for (int attempt = 0; attempt <= RETRIES && !open.isEmpty(); attempt++) {
      if (attempt > 0) {
        terminal.line(
            Text.format("  once more (%d of %d): %s", attempt, RETRIES, String.join("; ", open)));
      }
      for (Verdict verdict : attempt(open, expected)) {
        verdicts.put(verdict.work(), verdict);
      }
      open = verdicts.values().stream().filter(v -> !v.passed()).map(Verdict::work).toList();
    }
    for (String work : expected.keySet()) {
      if (!works.contains(work)) {
        String complaint = "is expected, but does not exist; --renew drops it";
        verdicts.put(work, new Verdict(work, 0, null, complaint));
      }
    }
    return List.copyOf(verdicts.values());
  }

  private List<Verdict> attempt(List<String> works, Map<String, Double> expected) {
    Map<String, Double> enough = new LinkedHashMap<>();
    for (String work : works) {
      enough.put(work, Verdict.enough(expected.getOrDefault(work, 0.0)));
    }
    Map<String, Measurement> seen = new LinkedHashMap<>();
    for (Measurement measurement : source.measure(enough)) {
      seen.put(measurement.work(), measurement);
    }
    List<Verdict> verdicts = new ArrayList<>();
    for (String work : works) {
      verdicts.add(Verdict.judge(work, expected.get(work), seen.get(work)));
    }
    return verdicts;
  }

  /**
   * The expectations for the lanes that this process would use, and for all narrower ones.
   *
   * @throws Failure if there is nothing to judge by: a gate that did not look must not be green
   */
  static Map<Integer, Map<String, Double>> judgeable(
      Expectations expectations, int lanes, String reason) {
    Map<Integer, Map<String, Double>> widths = new LinkedHashMap<>();
    @Nullable Map<String, Double> widest = expectations.at(lanes);
    if (widest == null) {
      throw new Failure(
          Text.format(
              "kernels run with lanes of %d bits (%s), but expectations exist for %s",
              lanes, reason, expectations.widths()));
    }
    widths.put(lanes, widest);
    for (int narrower = lanes / 2; expectations.at(narrower) != null; narrower /= 2) {
      widths.put(narrower, expectations.at(narrower));
    }
    return widths;
  }
}
