package io.github.lanewise.bench.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Measurement RULER = seen(Ruler.NAME, 4, 0);

  private final List<Map<String, Double>> askedHere = new ArrayList<>();
  private final List<Map<String, Double>> askedThere = new ArrayList<>();
  private final List<List<Measurement>> here = new ArrayList<>();
  private final List<List<Measurement>> there = new ArrayList<>();

  private static Measurement seen(String work, double ratio, double bytes) {
    return new Measurement(work, ratio, bytes);
  }

  /** What the next two processes measure. */
  private void attempt(List<Measurement> seenHere, List<Measurement> seenThere) {
    here.add(seenHere);
    there.add(seenThere);
  }

  /** Returns the complaint about each work that fails. */
  private List<String> complaints() {
    PrintStream said = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Comparison comparison =
        new Comparison(
            Terminal.of(said, false),
            never -> {
              askedHere.add(never);
              return here.removeFirst();
            },
            enough -> {
              askedThere.add(enough);
              return there.removeFirst();
            });
    return comparison.compare(List.of("exp", "sum"), Map.of("exp", 8.0, "sum", 0.0)).stream()
        .filter(compared -> !compared.passed())
        .map(compared -> compared.work() + ": " + compared.complaint())
        .toList();
  }

  @Test
  void sevenTenthsOfTheSpeedPass() {
    attempt(
        List.of(seen("exp", 10, 0), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 7, 0), seen("sum", 9, 0), RULER));
    assertEquals(List.of(), complaints());
    double never = Double.POSITIVE_INFINITY;
    assertEquals(List.of(Map.of("exp", never, "sum", never, "ruler", never)), askedHere);
    assertEquals(List.of("exp", "sum", "ruler"), List.copyOf(askedThere.getFirst().keySet()));
    assertEquals(7, askedThere.getFirst().get("exp"));
  }

  @Test
  void whatFailsIsMeasuredAgainAloneOnBothSides() {
    attempt(
        List.of(seen("exp", 10, 0), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 6.9, 0), seen("sum", 4, 0), RULER));
    attempt(List.of(seen("exp", 9, 0)), List.of(seen("exp", 8, 0)));
    assertEquals(List.of(), complaints());
    assertEquals(List.of("exp"), List.copyOf(askedHere.get(1).keySet()));
    assertEquals(List.of("exp"), List.copyOf(askedThere.get(1).keySet()));
  }

  @Test
  void theBestOfThreeCountsOnBothSides() {
    attempt(
        List.of(seen("exp", 10, 0), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 3, 0), seen("sum", 4, 0), RULER));
    attempt(List.of(seen("exp", 5, 0)), List.of(seen("exp", 4, 0)));
    attempt(List.of(seen("exp", 5, 0)), List.of(seen("exp", 6, 0)));
    assertEquals(List.of("exp: has 0.60 of its speed here, less than 0.70"), complaints());
    assertEquals(List.of(), here);
  }

  @Test
  void garbageFailsHoweverFast() {
    attempt(
        List.of(seen("exp", 10, 0), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 10, 0), seen("sum", 9, 64), RULER));
    attempt(List.of(seen("sum", 4, 0)), List.of(seen("sum", 9, 0.5)));
    attempt(List.of(seen("sum", 4, 0)), List.of(seen("sum", 8, 64)));
    assertEquals(List.of("sum: allocates 0.5 bytes a call, but must allocate none"), complaints());
  }

  @Test
  void slownessWithoutGarbageIsBetterThanSpeedWithIt() {
    attempt(
        List.of(seen("exp", 10, 0), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 10, 0), seen("sum", 9, 64), RULER));
    attempt(List.of(seen("sum", 4, 0)), List.of(seen("sum", 3, 0)));
    assertEquals(List.of(), complaints());
  }

  @Test
  void slownessHereIsNoMeasure() {
    List<Measurement> slow = List.of(seen("exp", 3.9, 0));
    attempt(
        List.of(slow.getFirst(), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 3.9, 0), seen("sum", 4, 0), RULER));
    attempt(slow, slow);
    attempt(slow, slow);
    assertEquals(
        List.of("exp: cannot be judged, its ratio here is 3.90, not half of what is expected"),
        complaints());
  }

  @Test
  void aSlowerRulerFails() {
    List<Measurement> slow = List.of(seen(Ruler.NAME, 2, 0));
    attempt(
        List.of(seen("exp", 10, 0), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 20, 0), seen("sum", 8, 0), slow.getFirst()));
    attempt(List.of(RULER), slow);
    attempt(List.of(RULER), slow);
    assertEquals(List.of("ruler: has 0.50 of its speed here, less than 0.70"), complaints());
  }

  @Test
  void whatIsMissingFails() {
    attempt(List.of(seen("exp", 10, 0), RULER), List.of(seen("sum", 4, 0), RULER));
    attempt(List.of(), List.of());
    attempt(List.of(), List.of());
    assertEquals(
        List.of(
            "exp: was not measured, the process came to a bad end before",
            "sum: was not measured in this JDK"),
        complaints());
  }

  @Test
  void noNumberFails() {
    attempt(
        List.of(seen("exp", Double.NaN, 0), seen("sum", 4, 0), RULER),
        List.of(seen("exp", 10, 0), seen("sum", 4, 0), RULER));
    attempt(List.of(seen("exp", Double.NaN, 0)), List.of(seen("exp", 10, 0)));
    attempt(List.of(seen("exp", Double.NaN, 0)), List.of(seen("exp", 10, 0)));
    assertEquals(
        List.of("exp: cannot be judged, its ratio here is NaN, not half of what is expected"),
        complaints());
  }

  @Test
  void aCommandThatIsNotThereIsAnError() {
    Failure failure =
        assertThrows(
            Failure.class,
            () -> GateFork.run("no-such-java", 128, Duration.ZERO, Map.of("exp 4096", 1.0)));
    assertTrue(String.valueOf(failure.getMessage()).contains("no-such-java"), failure.getMessage());
  }
}
