package io.github.lanewise.bench.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final Map<String, Double> EXPECTED = Map.of("exp", 8.0, "sum", 4.0);
  private static final List<String> WORKS = List.of("exp", "sum");

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final List<Map<String, Double>> asked = new ArrayList<>();

  /** Judges what processes measured, one list for each that is started. */
  @SafeVarargs
  private List<Verdict> judge(List<Measurement>... processes) {
    Terminal terminal = Terminal.of(new PrintStream(said, true, StandardCharsets.UTF_8), false);
    Judge.Source source =
        enough -> {
          asked.add(enough);
          return processes[asked.size() - 1];
        };
    return new Judge(terminal, source).judge(WORKS, EXPECTED);
  }

  private static Measurement seen(String work, double ratio, double bytes) {
    return new Measurement(work, ratio, bytes);
  }

  private static List<String> failed(List<Verdict> verdicts) {
    return verdicts.stream().filter(v -> !v.passed()).map(Verdict::work).toList();
  }

  @Test
  void halfOfTheExpectationPasses() {
    List<Verdict> verdicts = judge(List.of(seen("exp", 4, 0), seen("sum", 2, 0)));
    assertEquals(List.of(), failed(verdicts));
    assertEquals(List.of(Map.of("exp", 4.0, "sum", 2.0)), asked);
  }

  @Test
  void whatFailsIsMeasuredAgainAlone() {
    List<Verdict> verdicts =
        judge(
            List.of(seen("exp", 3.99, 0), seen("sum", 2, 0)),
            List.of(seen("exp", 0.5, 0)),
            List.of(seen("exp", 7, 0)));
    assertEquals(List.of(), failed(verdicts));
    assertEquals(Set.of("exp"), asked.get(1).keySet());
    assertEquals(3, asked.size());
  }

  @Test
  void slowInFourProcessesFails() {
    List<Measurement> slow = List.of(seen("exp", 3.99, 0));
    List<Verdict> verdicts =
        judge(List.of(seen("exp", 3.99, 0), seen("sum", 2, 0)), slow, slow, slow);
    assertEquals(List.of("exp"), failed(verdicts));
    assertEquals(
        "ratio 3.99 is below 4.00, half of what is expected", verdicts.getFirst().complaint());
  }

  @Test
  void garbageFailsHoweverFast() {
    List<Measurement> garbage = List.of(seen("sum", 9, 0.5));
    List<Verdict> verdicts =
        judge(List.of(seen("exp", 8, 0), seen("sum", 9, 0.5)), garbage, garbage, garbage);
    assertEquals(List.of("sum"), failed(verdicts));
    assertEquals(
        "allocates 0.5 bytes a call, but must allocate none", verdicts.getLast().complaint());
  }

  @Test
  void noNumberFails() {
    List<Measurement> none = List.of(seen("exp", Double.NaN, 0));
    assertEquals(
        List.of("exp"),
        failed(judge(List.of(seen("exp", Double.NaN, 0), seen("sum", 9, 0)), none, none, none)));
  }

  @Test
  void whatIsMissingFails() {
    List<Measurement> nothing = List.of();
    assertEquals(
        List.of("sum"), failed(judge(List.of(seen("exp", 8, 0)), nothing, nothing, nothing)));
  }

  @Test
  void workWithoutExpectationFails() {
    assertFalse(Verdict.judge("max", null, seen("max", 100, 0)).passed());
  }

  @Test
  void expectationOfNothingFails() {
    Judge judge =
        new Judge(
            Terminal.of(new PrintStream(said, true, StandardCharsets.UTF_8), false),
            enough -> List.of(seen("exp", 8, 0)));
    assertEquals(List.of("sum"), failed(judge.judge(List.of("exp"), EXPECTED)));
  }

  @Test
  void withoutTimeOnlyGarbageIsJudged() {
    assertTrue(Verdict.judge("max", 0.0, seen("max", 0.1, 0)).passed());
    assertFalse(Verdict.judge("max", 0.0, seen("max", 0.1, 16)).passed());
  }

  @Test
  void narrowerLanesAreJudgedToo() {
    Expectations expectations = Expectations.none();
    for (int lanes : new int[] {128, 256, 512}) {
      expectations.put(lanes, EXPECTED);
    }
    assertEquals(
        List.of(256, 128), List.copyOf(Judge.judgeable(expectations, 256, "test").keySet()));
  }

  @Test
  void scalarCodeAndUnknownLanesCannotBeJudged() {
    Expectations expectations = Expectations.none();
    expectations.put(256, EXPECTED);
    for (int lanes : new int[] {0, 128, 1024}) {
      Failure failure =
          assertThrows(
              Failure.class, () -> Judge.judgeable(expectations, lanes, "no vector module"));
      assertEquals(
          "kernels run with lanes of "
              + lanes
              + " bits (no vector module), but expectations exist for [256]",
          failure.getMessage());
    }
  }
}
