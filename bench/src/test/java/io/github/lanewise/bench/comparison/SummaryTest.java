package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Machine;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.BenchResult.Missing;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static Measurement measurement(String question, String contender, double... nanos) {
    List<Fork> forks = new java.util.ArrayList<>();
    for (double time : nanos) {
      forks.add(new Fork(forks.size(), List.of(time), List.of(100.0), 0));
    }
    return new Measurement(question, contender, 0, forks);
  }

  @Test
  void ratiosSpreadsAndWhatIsMissing() {
    BenchResult result =
        new BenchResult(
            BenchResult.FORMAT,
            "2026-11-21T00:00:00Z",
            60,
            2,
            "mvn -Pbench",
            new Machine("cpu", 2, 8, "os", "jdk", List.of(), "vector", 512, "0"),
            new Disturbance(0, 0, 0.2),
            List.of(),
            List.of(),
            List.of(
                measurement("exp 4096", "Lanewise", 100, 200),
                measurement("exp 4096", "Oracle", 300, 800),
                measurement("exp 4096", "Peer", 110, 190),
                measurement("sum 4096", "Oracle", 110),
                measurement("max 4096", "Lanewise", 110)),
            List.of(),
            List.of(),
            List.of(
                new Missing("Peer", "sum 4096", "wrong result"),
                new Missing("Other", "", "cannot be loaded")));
    List<String> lines = Summary.of(result);
    assertEquals(
        List.of(
            "Time of the others / time of Lanewise (smallest to largest of 2 rounds); a difference"
                + " within 20 % names no winner:",
            "  exp 4096: Oracle 3.67 (3.00 to 4.00), Peer no winner, 1.00 (0.95 to 1.10)",
            "  sum 4096: without Lanewise",
            "  max 4096: alone",
            "Missing: Peer at sum 4096: wrong result",
            "Missing: Other: cannot be loaded"),
        lines.subList(1, lines.size()));
  }

  @Test
  void oneRoundSaysThatItHasNoInterval() {
    BenchResult result =
        new BenchResult(
            BenchResult.FORMAT,
            "2026-11-21T00:00:00Z",
            60,
            1,
            "mvn -Pbench",
            new Machine("cpu", 2, 8, "os", "jdk", List.of(), "vector", 512, "0"),
            new Disturbance(0, 0, 0.2),
            List.of(),
            List.of(),
            List.of(
                measurement("exp 4096", "Lanewise", 100), measurement("exp 4096", "Peer", 14000)),
            List.of(),
            List.of(),
            List.of());
    List<String> lines = Summary.of(result);
    assertEquals(
        List.of(
            "Time of the others / time of Lanewise; one round has no interval, and names no winner:",
            "  exp 4096: Peer 140.00"),
        lines.subList(1, lines.size()));
  }
}
