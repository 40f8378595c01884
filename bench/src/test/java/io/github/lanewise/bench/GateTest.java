package io.github.lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.Gate.Judgement;
import io.github.lanewise.bench.GateCell.Known;
import io.github.lanewise.bench.GateCell.Seen;
import io.github.lanewise.bench.contender.LanewiseContender;
import io.github.lanewise.bench.contender.OracleContender;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
  private static final GateCell EXP =
      GateCell.question("exp 4096", new LanewiseContender(), new Known(3, 6, 6));
  private static final GateCell MAX =
      GateCell.question("max 4096", new LanewiseContender(), Known.NOTHING);
  private static final int LANES = Lanewise.implementation().laneBits();

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private int run(String... arguments) {
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return Gate.run(Terminal.of(out, false), arguments);
  }

  private static Seen seen(double nanos, double bytes) {
    return new Seen(nanos, bytes);
  }

  private static void assertComplaint(String expected, Judgement judgement) {
    String complaint = String.valueOf(judgement.complaint());
    assertTrue(complaint.contains(expected), complaint);
    assertTrue(judgement.line().contains("FAILED"), judgement::line);
  }

  private static @Nullable Seen measured(int lanes) {
    return GateCell.run(ChildJvm.ownJava(), lanes, List.of(EXP.name())).get(EXP.name());
  }

  @Test
  void vectorKernelsPassAndScalarOnesDoNot() {
    Seen scalar = measured(0);
    Seen vector = measured(LANES);
    assertNull(new Judgement(EXP, LANES, scalar, vector, vector).complaint());
    Seen again = measured(0);
    assertComplaint("the speed of scalar", new Judgement(EXP, LANES, scalar, again, again));
    assertComplaint("of its speed here", new Judgement(MAX, LANES, scalar, vector, again));
  }

  @Test
  void whoAllocatesFails() {
    GateCell oracle = GateCell.question("exp 4096", new OracleContender(), Known.NOTHING);
    Seen seen = oracle.measure();
    assertComplaint("but must allocate none", new Judgement(oracle, LANES, seen, seen, seen));
  }

  @Test
  void whatIsNotMeasuredFails() {
    assertComplaint("not measured", new Judgement(MAX, LANES, seen(9, 0), seen(9, 0), null));
    assertComplaint("not measured", new Judgement(MAX, LANES, null, seen(9, 0), seen(9, 0)));
    assertComplaint("not measured", new Judgement(MAX, LANES, seen(9, 0), null, seen(9, 0)));
  }

  @Test
  void lanesThatAreNotToBeHadAreAFailure() {
    String said = String.valueOf(assertThrows(Failure.class, () -> measured(1024)).getMessage());
    assertTrue(said.contains("lanewise.lanes is \"1024\""), said);
  }

  @ParameterizedTest
  @CsvSource({"1500, 1000, 0", "3000, 1000, 0"})
  void enough(double scalar, double vector, double bytes) {
    Seen run = seen(vector, bytes);
    assertNull(new Judgement(EXP, 128, seen(scalar, 0), run, run).complaint());
  }

  @ParameterizedTest
  @CsvSource({
    "1490, 1000, 0",
    "3000, 1000, 0.1",
    "NaN, 1000, 0",
    "3000, NaN, 0",
    "3000, 1000, NaN"
  })
  void notEnough(double scalar, double vector, double bytes) {
    Seen run = seen(vector, bytes);
    assertNotNull(new Judgement(EXP, 128, seen(scalar, 0), run, run).complaint());
  }

  @ParameterizedTest
  @CsvSource({"128, 1.5", "256, 3", "512, 3"})
  void halfOfTheKnownSpeedIsNeeded(int lanes, double least) {
    assertEquals(least, EXP.known().least(lanes));
    assertEquals(0, new Known(2.9, 2.9, 2.9).least(lanes), "too little to tell");
  }

  @Test
  void everyCellTellsSomethingAtSomeWidthOrIsNamedHere() {
    List<String> silent =
        GateCell.all().stream()
            .filter(cell -> cell.known().least(512) == 0)
            .map(GateCell::name)
            .toList();
    assertEquals(
        List.of(
            "max 4096",
            "divide 4096",
            "rope 8 8x128",
            "rope 8 8x128 interleaved",
            "sampler top-k, top-p, min-p"),
        silent);
  }

  @Test
  void timeIsNotJudgedWhereItTellsNothing() {
    Seen run = seen(1000, 0);
    assertNull(new Judgement(MAX, 512, seen(900, 0), run, run).complaint());
    run = seen(1000, 16);
    assertComplaint("allocates 16.0", new Judgement(MAX, 512, seen(900, 0), run, run));
  }

  @ParameterizedTest
  @CsvSource({"700, 1000, true", "690, 1000, false", "1000, 100, true"})
  void anotherJdkHasSevenTenthsOfTheSpeed(double here, double there, boolean passes) {
    Judgement judgement = new Judgement(EXP, 512, seen(9000, 0), seen(here, 0), seen(there, 0));
    assertEquals(passes, judgement.complaint() == null, judgement::line);
  }

  @Test
  void theBestOfSomeRunsCounts() {
    assertEquals(seen(7, 0), seen(9, 0).and(seen(7, 24)).and(seen(8, 1)));
  }

  @Test
  void misuseIsTold() {
    assertEquals(2, run("--renew"));
    assertEquals(1, run("--only", "convolution"));
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("convolution"), said::toString);
  }
}
