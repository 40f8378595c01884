package io.github.lanewise.bench.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.stage.Failure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Real processes, and the expectations that are committed. */
class GateTest {
  private static final List<String> FEW =
      List.of("exp 4096", "softmax 32x1024", "qk 256x256x64", "attention 2 256x64");

  @Test
  void everyWorkIsExpectedAtEveryWidth() {
    Expectations committed = Expectations.committed();
    assertEquals(Set.of(128, 256, 512), committed.widths());
    for (int lanes : committed.widths()) {
      assertEquals(Works.names(), List.copyOf(expected(lanes).keySet()));
    }
  }

  @Test
  void timeTellsAboutMostWorks() {
    for (int lanes : Expectations.committed().widths()) {
      Map<String, Double> expected = expected(lanes);
      long telling = expected.values().stream().filter(ratio -> ratio > 0).count();
      assertTrue(telling > expected.size() / 2, telling + " of " + expected.size());
      assertTrue(
          FEW.stream().allMatch(work -> expected.getOrDefault(work, 0.0) > 0), () -> "at " + lanes);
    }
  }

  @Test
  void scalarKernelsFailAtEveryWidth() {
    Map<String, Double> never = new LinkedHashMap<>();
    FEW.forEach(work -> never.put(work, Double.POSITIVE_INFINITY));
    List<Measurement> scalar = GateFork.run(0, Duration.ofSeconds(1), never);
    assertEquals(FEW, scalar.stream().map(Measurement::work).toList());
    for (int lanes : Expectations.committed().widths()) {
      for (Measurement seen : scalar) {
        Verdict verdict = Verdict.judge(seen.work(), expected(lanes).get(seen.work()), seen);
        System.out.printf("scalar code at %d bits: %s%n", lanes, verdict.line());
        assertFalse(verdict.passed(), verdict.line());
      }
    }
  }

  @Test
  void lanesThatAreNotToBeHadAreAnError() {
    Failure failure =
        assertThrows(
            Failure.class, () -> GateFork.run(1024, Duration.ZERO, Map.of("exp 4096", 1.0)));
    assertTrue(
        String.valueOf(failure.getMessage()).contains("lanewise.lanes is \"1024\""),
        failure.getMessage());
  }

  @Test
  void expectationsAreCautious() {
    assertEquals(
        Map.of("exp", 8.2, "max", 0.0, "new", 0.0),
        Renewal.expected(
            List.of("exp", "max", "new"),
            Map.of("exp", 8.29, "max", 2.9),
            Map.of("exp", 1.0, "max", 1.0)));
  }

  @Test
  void accidentsOfTheCompilerAreNoExpectation() {
    assertEquals(4.1, Renewal.least(List.of(5.0, 0.01, 4.1)));
  }

  private static Map<String, Double> expected(int lanes) {
    return Objects.requireNonNull(Expectations.committed().at(lanes));
  }
}
