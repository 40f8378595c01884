package io.github.lanewise.internal.runtime;

import static io.github.lanewise.testing.ChildJvm.VECTORS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.ChildJvm;
import io.github.lanewise.testing.ChildJvm.Output;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which implementation a process gets under which options, each in a process of its own. */
@Tag("once")
class SelectionTest {
  /** What {@link SelectionMain} computes in this process, and has to compute in any other. */
  private static final String DIGEST = SelectionMain.digest();

  private static Output run(String... options) throws Exception {
    return ChildJvm.run(SelectionMain.class, List.of(options));
  }

  private static void assertScalarWithAdvice(Output output, String advice) {
    assertEquals("0", output.after("lanes"));
    assertEquals(DIGEST, output.after("digest"));
    assertTrue(output.errors().contains(advice), output.errors());
    int first = output.errors().indexOf("scalar kernels");
    assertEquals(first, output.errors().lastIndexOf("scalar kernels"), "warned twice");
  }

  @Test
  void withoutTheModuleTheFallbackRunsAndSaysWhatToDo() throws Exception {
    assertScalarWithAdvice(run(), "--add-modules jdk.incubator.vector");
  }

  @Test
  void withoutCompilerTheFallbackRuns() throws Exception {
    assertScalarWithAdvice(run(VECTORS, "-Xint"), "without -Xint");
    assertScalarWithAdvice(run(VECTORS, "-XX:TieredStopAtLevel=1"), "TieredStopAtLevel");
    assertScalarWithAdvice(run(VECTORS, "-XX:CompilationMode=quick-only"), "quick-only");
  }

  @Test
  void withoutVectorSupportTheFallbackRuns() throws Exception {
    Output output = run(VECTORS, "-XX:+UnlockExperimentalVMOptions", "-XX:-EnableVectorSupport");
    assertScalarWithAdvice(output, "EnableVectorSupport");
  }

  @Test
  void withoutFusedMultiplyAddTheFallbackEmulatesIt() throws Exception {
    assertScalarWithAdvice(run(VECTORS, "-XX:-UseFMA"), "UseFMA");
  }

  @Test
  void withVectorsOfLessThan128BitsTheFallbackRuns() throws Exception {
    assertScalarWithAdvice(run(VECTORS, "-XX:MaxVectorSize=8"), "128 are needed");
  }

  /** Where the machine has no management of the HotSpot kind, the instruction is told by time. */
  @Test
  void withoutManagementModulesTheChoiceIsTheSame() throws Exception {
    String limit = "--limit-modules=java.base,jdk.incubator.vector";
    Output full = run(VECTORS);
    for (String start : new String[] {"trial", "vector"}) {
      Output small = run(limit, VECTORS, "-Dlanewise.start=" + start);
      assertEquals(full.after("lanes"), small.after("lanes"));
      assertEquals(DIGEST, small.after("digest"));
    }
  }

  @Test
  void vectorsAreAsWideAsTheMachineOffers() throws Exception {
    Output output = run(VECTORS, "-Dlanewise.start=vector");
    assertEquals(DIGEST, output.after("digest"));
    assertFalse(output.errors().contains("scalar kernels"), output.errors());
  }

  /** On other processors than x86 the option is ignored. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void everyInstructionSetGivesTheSameBits(int avx) throws Exception {
    Output output =
        run(
            VECTORS,
            "-Dlanewise.start=vector",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:UseAVX=" + avx);
    assertEquals(DIGEST, output.after("digest"));
  }

  @Test
  void zeroAsksForTheFallbackAndSilencesTheWarning() throws Exception {
    for (String modules : new String[] {VECTORS, "-Dnothing"}) {
      Output output = run(modules, "-Dlanewise.lanes=0");
      assertEquals("0", output.after("lanes"));
      assertEquals(DIGEST, output.after("digest"));
      assertEquals("asked for by lanewise.lanes=0", output.after("reason"));
      assertFalse(output.errors().contains("scalar kernels"), output.errors());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void aWidthThatIsThereIsTaken(int bits) throws Exception {
    Output output = run(VECTORS, "-Dlanewise.lanes=" + bits);
    if (Integer.parseInt(run(VECTORS).after("lanes")) >= bits) {
      assertEquals("" + bits, output.after("lanes"));
      assertEquals(DIGEST, output.after("digest"));
    } else {
      assertRefused(output, "lanewise.lanes=" + bits);
    }
  }

  /** Not NoClassDefFoundError on the second call, and not only where one asks. */
  private static void assertRefused(Output output, String... parts) {
    List<String> refusals =
        output.lines().stream().filter(line -> line.startsWith("refused ")).toList();
    assertEquals(4, refusals.size(), () -> "printed " + output.lines());
    for (String refusal : refusals) {
      for (String part : parts) {
        assertTrue(refusal.contains(part), refusal);
      }
    }
  }

  @Test
  void whatCannotBeHadIsRefusedOnEveryCall() throws Exception {
    assertRefused(run("-Dlanewise.lanes=256"), "256", "--add-modules jdk.incubator.vector");
    assertRefused(run(VECTORS, "-Dlanewise.lanes=512", "-XX:MaxVectorSize=32"), "512", "256 bits");
    assertRefused(run(VECTORS, "-Dlanewise.lanes=128", "-XX:-UseFMA"), "128", "UseFMA");
    assertRefused(run(VECTORS, "-Dlanewise.lanes=128", "-Xint"), "128", "-Xint");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "scalar", "Vector", "trial "})
  void whatIsNoStartIsRefused(String text) throws Exception {
    Output output = run(VECTORS, "-Dlanewise.start=" + text);
    assertRefused(output, "\"" + text + "\"", "lanewise.start", "trial, vector");
  }

  @ParameterizedTest
  @ValueSource(strings = {"64", "1024", "", "many", " 256", "-1"})
  void whatIsNoWidthIsRefused(String text) throws Exception {
    Output output = run(VECTORS, "-Dlanewise.lanes=" + text);
    assertRefused(output, "\"" + text + "\"", "0 (scalar), 128, 256, 512");
  }
}
