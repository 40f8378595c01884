package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class InterleavedRoundsTest {
  @Test
  void everybodyBeginsInTurn() {
    List<String> turns = List.of("a", "b", "c");
    assertEquals(List.of("a", "b", "c"), InterleavedRounds.rotated(turns, 0));
    assertEquals(List.of("b", "c", "a"), InterleavedRounds.rotated(turns, 1));
    assertEquals(List.of("c", "a", "b"), InterleavedRounds.rotated(turns, 2));
    assertEquals(List.of("a", "b", "c"), InterleavedRounds.rotated(turns, 3));
  }

  @Test
  void slowCallsAreSingleShotsForAboutASecond() {
    ForkRunner.Plan plan = ForkRunner.Plan.USUAL;
    assertEquals(plan, plan.forCall(49e6));
    assertEquals(new ForkRunner.Plan(1, 100, 8, 60, true), plan.forCall(60e6));
    assertEquals(new ForkRunner.Plan(1, 100, 5, 60, true), plan.forCall(190e6));
    assertEquals(new ForkRunner.Plan(1, 100, 3, 60, true), plan.forCall(800e6));
    assertEquals(new ForkRunner.Plan(1, 100, 1, 60, true), plan.forCall(1500e6));
  }
}
