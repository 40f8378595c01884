package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void everybodyBeginsInTurn() {
    List<String> turns = List.of("a", "b", "c");
    assertEquals(List.of("a", "b", "c"), Rounds.rotated(turns, 0));
    assertEquals(List.of("b", "c", "a"), Rounds.rotated(turns, 1));
    assertEquals(List.of("c", "a", "b"), Rounds.rotated(turns, 2));
    assertEquals(List.of("a", "b", "c"), Rounds.rotated(turns, 3));
  }

  @Test
  void slowCallsAreSingleShotsForAboutASecond() {
    ForkPlan plan = ForkPlan.USUAL;
    assertEquals(plan, plan.forCall(49e6));
    assertEquals(new ForkPlan(1, 100, 8, 60, true), plan.forCall(60e6));
    assertEquals(new ForkPlan(1, 100, 5, 60, true), plan.forCall(190e6));
    assertEquals(new ForkPlan(1, 100, 3, 60, true), plan.forCall(800e6));
    assertEquals(new ForkPlan(1, 100, 1, 60, true), plan.forCall(1500e6));
  }
}
