package io.github.lanewise.bench.gate;

import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures expectations anew. They are cautious, as they have to hold on other CPUs too. */
final class Renewal {
  private static final int RUNS = 3;
  private static final Duration PATIENCE = Duration.ofMillis(300);

  /**
   * So many times faster than scalar code a work must be expected, for its time to tell: then
   * scalar code stays below half of the expectation, with room for another CPU.
   */
  static final double LEAST_OVER_SCALAR = 3;

  private static final MathContext TWO_DIGITS = new MathContext(2, RoundingMode.DOWN);

  private final Terminal terminal;
  private final List<String> works;

  Renewal(Terminal terminal, List<String> works) {
    this.terminal = terminal;
    this.works = works;
  }

  /** Replaces the expectations at these widths, all that this machine has. */
  void renew(Expectations expectations, List<Integer> widths) {
    Map<String, Double> scalar = new HashMap<>();
    runs(0).forEach((work, ratios) -> scalar.put(work, Collections.max(ratios)));
    // Ascending: some CPUs have narrower units than lanes, so that twice the width is not faster
    // there. No more is expected of 512 bits than of 256.
    Map<String, Double> least = Map.of();
    for (int lanes : widths.stream().sorted().toList()) {
      Map<String, Double> seen = lanes == 512 ? new HashMap<>(least) : new HashMap<>();
      runs(lanes).forEach((work, ratios) -> seen.merge(work, least(ratios), Math::min));
      expectations.put(lanes, expected(works, seen, scalar));
      least = seen;
    }
  }

  /** The least ratio, but for those that the gate itself would fail if the best were expected. */
  static double least(List<Double> ratios) {
    double enough = Verdict.enough(Collections.max(ratios));
    return ratios.stream().filter(ratio -> ratio >= enough).min(Double::compare).orElseThrow();
  }

  /** From the least ratios seen, and the largest of scalar code. */
  static Map<String, Double> expected(
      List<String> works, Map<String, Double> seen, Map<String, Double> scalar) {
    Map<String, Double> expected = new LinkedHashMap<>();
    for (String work : works) {
      double ratio = seen.getOrDefault(work, 0.0);
      boolean tells = ratio >= LEAST_OVER_SCALAR * scalar.getOrDefault(work, 0.0);
      expected.put(work, tells ? new BigDecimal(ratio).round(TWO_DIGITS).doubleValue() : 0);
    }
    return expected;
  }

  /** The ratios of each work in several processes. */
  private Map<String, List<Double>> runs(int lanes) {
    Map<String, Double> never = new LinkedHashMap<>();
    works.forEach(work -> never.put(work, Double.POSITIVE_INFINITY));
    Map<String, List<Double>> ratios = new LinkedHashMap<>();
    for (int run = 0; run < RUNS; run++) {
      terminal.line(Text.format("%s", lanes == 0 ? "scalar code" : "lanes of " + lanes + " bits"));
      for (Measurement seen : GateFork.run(lanes, PATIENCE, never)) {
        // A process whose kernel makes garbage says nothing about how fast it should be.
        if (seen.bytes() == 0) {
          ratios.computeIfAbsent(seen.work(), work -> new ArrayList<>()).add(seen.ratio());
        }
        terminal.line(Text.format("  %-36s%9.2f %9.1f", seen.work(), seen.ratio(), seen.bytes()));
      }
    }
    return ratios;
  }
}
