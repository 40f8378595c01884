package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.stage.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole run, in JVMs of their own, as short as it can be. */
class CompareCommandTest {
  private static final List<Contender> TEST =
      List.of(
          new TestContenders.Right(),
          new TestContenders.Optioned(),
          new TestContenders.Unloadable(),
          new TestContenders.Wrong(),
          new TestContenders.Throwing(),
          new TestContenders.Hanging(),
          new TestContenders.Dying(),
          new TestContenders.Slow());
  private static final Question DIVIDE = Question.of("divide 4096");
  private static final Question MAX = Question.of("max 4096");
  private static final ForkRunner.Plan SHORT = new ForkRunner.Plan(1, 20, 3, 20, false);

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final String classPath = System.getProperty("java.class.path", "");

  /** Seconds, of which a measured JVM needs a few; for a machine that is busy with other things. */
  private static final int PATIENCE = 300;

  @TempDir private Path folder;

  /** The test's contenders are found by the measured JVMs, and by nobody else's test. */
  @BeforeEach
  void announce() throws IOException {
    Path services = Files.createDirectories(folder.resolve("announced/META-INF/services"));
    Files.write(
        services.resolve(Contender.class.getName()),
        TEST.stream().map(contender -> contender.getClass().getName()).toList());
    System.setProperty(
        "java.class.path", classPath + File.pathSeparator + folder.resolve("announced"));
  }

  @AfterEach
  void restore() {
    System.setProperty("java.class.path", classPath);
  }

  private InterleavedRounds rounds(Question question, List<Contender> contenders, int seconds) {
    PrintStream stream = new PrintStream(log, false, StandardCharsets.UTF_8);
    return new InterleavedRounds(
        List.of(question), contenders, SHORT, new ForkRunner(stream, seconds));
  }

  private int run(String... arguments) {
    PrintStream stream = new PrintStream(output, false, StandardCharsets.UTF_8);
    return CompareCommand.run(Terminal.of(stream, false), TEST, 30, arguments);
  }

  private String said() {
    return output.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aForkHasTimesAndLimitsAndCountsGarbage() {
    InterleavedRounds rounds =
        rounds(
            DIVIDE, List.of(new TestContenders.Right(), new TestContenders.Optioned()), PATIENCE);
    int[] steps = {0};
    rounds.run(0, () -> steps[0]++);
    assertEquals(2, steps[0]);
    assertEquals(List.of(), rounds.missing(), log::toString);
    assertEquals(2, rounds.measurements().size());
    for (Measurement measurement : rounds.measurements()) {
      assertEquals("divide 4096", measurement.question());
      assertTrue(measurement.largestError() < 1e-6, measurement::toString);
      Fork fork = measurement.forks().get(0);
      assertEquals(3, fork.nanos().size());
      assertEquals(3, fork.limits().size());
      fork.nanos().forEach(nanos -> assertTrue(nanos > 50 && nanos < 1e8, fork::toString));
      fork.limits().forEach(limit -> assertTrue(limit > 0.5 && limit < 5000, fork::toString));
      assertEquals(0, fork.bytesPerCall());
    }
  }

  @Tag("long") // two JVMs; AllocationTest and the gate look for garbage, too
  @Test
  void lanewiseAllocatesNothing() {
    List<Contender> two =
        Contender.all().stream()
            .filter(one -> one.isLanewise() || one.name().equals("Plain Java"))
            .toList();
    InterleavedRounds rounds = rounds(DIVIDE, two, PATIENCE);
    rounds.run(0, () -> {});
    assertEquals(List.of(), rounds.missing(), log::toString);
    Measurement lanewise = rounds.measurements().get(0);
    assertEquals(Contender.LANEWISE, lanewise.contender());
    assertEquals(0, lanewise.forks().get(0).bytesPerCall());
    assertEquals("Plain Java", rounds.measurements().get(1).contender());
  }

  @Tag("long") // a JVM for each contender and round
  @Test
  void whoeverFailsIsMissingAndTheRestGoesOn() {
    InterleavedRounds rounds =
        rounds(
            DIVIDE,
            List.of(
                new TestContenders.Wrong(),
                new TestContenders.Throwing(),
                new TestContenders.Dying(),
                new TestContenders.Right()),
            PATIENCE);
    rounds.run(0, () -> {});
    rounds.run(1, () -> {});
    assertEquals(1, rounds.measurements().size());
    assertEquals("Right", rounds.measurements().get(0).contender());
    assertEquals(2, rounds.measurements().get(0).forks().size());
    assertEquals(3, rounds.missing().size(), rounds.missing()::toString);
    Missing wrong = rounds.missing().get(0);
    assertTrue(wrong.reason().startsWith("wrong result: row 0, element 17 is "), wrong::toString);
    assertEquals(
        new Missing("Throwing", "divide 4096", "IllegalArgumentException: opset 99 is unknown"),
        rounds.missing().get(1));
    assertEquals(
        new Missing("Dying", "divide 4096", "its JVM ended early; measured.log has its output"),
        rounds.missing().get(2));
  }

  @Test
  void aLibraryThatCannotBeLoadedIsAskedOnce() {
    PrintStream stream = new PrintStream(log, false, StandardCharsets.UTF_8);
    InterleavedRounds rounds =
        new InterleavedRounds(
            List.of(DIVIDE, MAX),
            List.of(new TestContenders.Unloadable()),
            SHORT,
            new ForkRunner(stream, PATIENCE));
    int[] steps = {0};
    rounds.run(0, () -> steps[0]++);
    assertEquals(2, steps[0]);
    assertEquals(List.of(), rounds.measurements());
    assertEquals(1, rounds.missing().size(), rounds.missing()::toString);
    Missing missing = rounds.missing().get(0);
    assertEquals("", missing.question());
    assertTrue(
        missing.reason().startsWith("cannot be loaded: UnsatisfiedLinkError: no lanewise-no-such"),
        missing::toString);
  }

  @Test
  void aJvmThatHangsIsEnded() {
    InterleavedRounds rounds = rounds(DIVIDE, List.of(new TestContenders.Hanging()), 3);
    rounds.run(0, () -> {});
    assertEquals(
        List.of(new Missing("Hanging", "divide 4096", "it did not end within 3 s")),
        rounds.missing());
    assertEquals(0, ProcessHandle.current().children().filter(ProcessHandle::isAlive).count());
  }

  @Tag("long") // calls that take their time, and JVMs for them
  @Test
  void slowCallsAreMeasuredOneByOne() {
    InterleavedRounds rounds = rounds(DIVIDE, List.of(new TestContenders.Slow()), PATIENCE);
    rounds.run(0, () -> {});
    Fork fork = rounds.measurements().get(0).forks().get(0);
    assertEquals(3, fork.nanos().size());
    fork.nanos().forEach(nanos -> assertTrue(nanos > 79e6 && nanos < 1e9, fork::toString));
  }

  @Test
  void whatIsNotThereIsNamedAndNothingWritten() {
    Path report = folder.resolve("report");
    assertEquals(2, run("--report", report.toString(), "--colour"));
    assertEquals(2, run("--report", report.toString(), "--only", "convolution"));
    assertEquals(2, run("--report", report.toString(), "--contender", "Abacus"));
    assertFalse(Files.exists(report));
    assertTrue(said().contains("Unknown option: '--colour'"), said());
    assertTrue(said().contains("There is no question with \"convolution\""), said());
    assertTrue(said().contains("exp 4096; "), said());
    assertTrue(said().contains("There is no contender \"Abacus\""), said());
    assertTrue(said().contains("Right, Optioned, "), said());
  }

  @Test
  void aStoredResultThatCannotBeReadIsTold() {
    Path report = folder.resolve("report");
    assertEquals(
        1, run("--report", report.toString(), "--render", folder.resolve("none.json").toString()));
    assertTrue(said().contains("cannot read " + folder.resolve("none.json")), said());
    assertFalse(Files.exists(report));
  }

  @Test
  void aFolderThatCannotBeWrittenIsToldBeforeMeasuring() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals(1, run("--report", file.resolve("report").toString(), "--quick"));
    assertTrue(said().contains("file/report, cannot be written"), said());
    assertFalse(said().contains("Measuring"), said());
  }
}
