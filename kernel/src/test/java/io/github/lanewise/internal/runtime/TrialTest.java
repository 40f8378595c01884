package io.github.lanewise.internal.runtime;

import static io.github.lanewise.testing.ChildJvm.VECTORS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.ChildJvm;
import io.github.lanewise.testing.ChildJvm.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The trial of the vector kernels, in processes of its own: what comes to serve, and that the bits
 * are the same before, during and after a switch.
 */
@Tag("once")
class TrialTest {
  private static final String SERVES =
      "^family (?:rows|tiles|scores and merges|decode|sampling|gradients|packed products|layers)"
          + " (vector|scalar) .*$";

  private static final String EVERY = "vector vector vector vector vector vector vector vector";

  /** What the calls of {@link TrialMain} compute here, in whatever serves this execution. */
  private static final String DIGEST = TrialMain.Calls.digest();

  private static Output run(List<String> options, String... scenario) throws Exception {
    List<String> all = new ArrayList<>(options);
    all.add(VECTORS);
    all.add("-ea");
    return ChildJvm.run(TrialMain.class, all, scenario);
  }

  /** What serves the families, in their order. */
  private static String served(Output output) {
    return String.join(" ", families(output).map(line -> line.replaceFirst(SERVES, "$1")).toList());
  }

  private static Stream<String> families(Output output) {
    return output.lines().stream().filter(line -> line.startsWith("family "));
  }

  private static String family(Output output, String name) {
    return families(output).filter(l -> l.startsWith("family " + name)).findFirst().orElseThrow();
  }

  private static void assertSameBits(Output output) {
    assertEquals(DIGEST, output.after("digest"));
    assertFalse(output.lines().stream().anyMatch(l -> l.startsWith("changed")), output.toString());
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  @Test
  void everyFamilySwitchesWhileACallerCalls() throws Exception {
    Output output = run(List.of(), "calls");
    System.out.println(String.join("\n", output.lines()));
    assertEquals(EVERY, served(output), output.toString());
    assertSameBits(output);
    assertFalse(output.errors().contains("WARNING: Lanewise"), output.errors());
  }

  @Tag("long") // three trials, each until it is sure
  @Test
  void aSlowKernelStaysScalarAndIsWarnedOfOnce() throws Exception {
    Output output = run(List.of(), "slow");
    assertEquals(
        "scalar vector vector vector vector vector vector vector",
        served(output),
        output.toString());
    assertSameBits(output);
    String warning = "Lanewise keeps its scalar kernels for rows: the vector form takes ";
    assertEquals(1, count(output.errors(), warning), output.errors());
    assertEquals(1, count(output.errors(), "WARNING: Lanewise"), output.errors());
    assertTrue(family(output, "rows").contains("the vector form takes"), output.toString());
  }

  @Tag("long")
  @Test
  void aKernelThatLittersAndYetWinsServesWithAWarning() throws Exception {
    Output output = run(List.of(), "garbage");
    assertEquals(EVERY, served(output), output.toString());
    assertSameBits(output);
    String warning = "Lanewise's vector kernels for tiles serve, but it allocates ";
    assertEquals(1, count(output.errors(), warning), output.errors());
    assertTrue(family(output, "tiles").contains("bytes a call"), output.toString());
  }

  @Tag("long")
  @Test
  void aKernelWhoseGarbageCostsMoreThanItGainsStaysScalar() throws Exception {
    Output output = run(List.of(), "litter");
    assertEquals(
        "scalar vector vector vector vector vector vector vector",
        served(output),
        output.toString());
    assertSameBits(output);
    assertEquals(1, count(output.errors(), "scalar kernels for rows"), output.errors());
  }

  @Tag("long")
  @Test
  void aKernelThatThrowsNeverReachesACaller() throws Exception {
    Output output = run(List.of(), "broken");
    assertSameBits(output);
    assertEquals(
        "vector vector scalar vector vector vector vector vector",
        served(output),
        output.toString());
    assertEquals(1, count(output.errors(), "out of order"), output.errors());
  }

  @Test
  void warmUpWaitsForTheTrialAndSaysWhatServes() throws Exception {
    Output output = run(List.of(), "warmUp");
    System.out.println(String.join("\n", output.lines()));
    assertEquals("true", output.after("complete"), output.toString());
    assertEquals("true", output.after("same"));
    assertEquals(EVERY, served(output), output.toString());
    assertTrue(Long.parseLong(output.after("cpu")) > 0, output.toString());
    assertTrue(families(output).noneMatch(line -> line.contains("NaN")), output.toString());
  }

  @Test
  void aWarmUpThatIsTooShortSaysSo() throws Exception {
    Output output = run(List.of(), "short");
    assertEquals("false", output.after("complete"), output.toString());
    long elapsed = Long.parseLong(output.after("elapsed"));
    assertTrue(elapsed >= 50, output.toString());
  }

  @Test
  void anInterruptedWarmUpKeepsTheFlag() throws Exception {
    Output output = run(List.of(), "interrupted");
    assertEquals("false", output.after("complete"), output.toString());
    assertEquals("true", output.after("interrupted"), output.toString());
    assertTrue(Long.parseLong(output.after("elapsed")) < 60_000, output.toString());
  }

  @Tag("long")
  @Test
  void sixThreadsAtOnceWaitForOneTrial() throws Exception {
    Output output = run(List.of(), "together");
    assertEquals("6", output.after("complete"), output.toString());
    assertEquals("1", output.after("most"), output.toString());
    assertEquals(EVERY, served(output), output.toString());
  }

  /** The process ends while the trial runs: its thread hinders nobody. */
  @Test
  void aProcessThatCallsOnceEndsAtOnceAndItsThreadHoldsNothingOfTheCaller() throws Exception {
    Output output = run(List.of(), "first");
    assertSameBits(output);
    assertEquals("daemon true, loader true", output.after("thread"));
  }

  /** One trial at a time, and none keeps a class loader alive that nobody uses any more. */
  @Tag("long")
  @Test
  void manyClassLoadersTakeTurnsAndAreUnloaded() throws Exception {
    Output output = run(List.of("-Xmx512m"), "loaders", "20");
    assertSameBitsInLoaders(output);
    assertEquals("0", output.after("alive"), output.toString());
    assertEquals("1", output.after("most"), output.toString());
  }

  private static void assertSameBitsInLoaders(Output output) {
    assertFalse(output.lines().stream().anyMatch(l -> l.startsWith("changed")), output.toString());
  }

  @Test
  void scalarByRequestStartsNoThread() throws Exception {
    Output output = run(List.of("-Dlanewise.lanes=0"), "first");
    assertSameBits(output);
    assertEquals("none", output.after("thread"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Dlanewise.start=vector", "-Dlanewise.lanes=128"})
  void vectorsAtOnceStartNoThread(String option) throws Exception {
    Output output = run(List.of(option), "first");
    assertSameBits(output);
    assertEquals("none", output.after("thread"));
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"-Dlanewise.start=vector", "-Dlanewise.lanes=128"})
  void vectorsAtOnceAreWarmedToo(String option) throws Exception {
    Output warm = run(List.of(option), "warmUp");
    assertEquals("true", warm.after("complete"), warm.toString());
    assertEquals(EVERY, served(warm), warm.toString());
  }

  /** Any kernel call may be the first one in the other form. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aSwitchInTheMidstOfAnOperationChangesNoBit(long seed) throws Exception {
    Output output =
        ChildJvm.run(
            MixedDigestMain.class,
            List.of(VECTORS, "-Dlanewise.start=vector"),
            Long.toString(seed));
    try (var committed = TrialTest.class.getResourceAsStream("/io/github/lanewise/digests.txt")) {
      assertTrue(committed != null, "digests.txt");
      String expected =
          new String(committed.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertEquals(
          expected.strip(), String.join("\n", output.lines().subList(1, output.lines().size())));
    }
  }
}
