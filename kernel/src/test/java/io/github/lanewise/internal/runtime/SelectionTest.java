package io.github.lanewise.internal.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which implementation a process gets under which options, each in a process of its own. */
@Tag("once")
class SelectionTest {
  private static final String VECTORS = "--add-modules=jdk.incubator.vector";

  /** What {@link SelectionMain} computes in this process, and has to compute in any other. */
  private static final String DIGEST = "digest " + SelectionMain.digest();

  @TempDir Path directory;

  /** What a process printed. */
  private record Output(List<String> lines, String warnings) {
    String line(String start) {
      return lines.stream().filter(l -> l.startsWith(start)).findFirst().orElse("no " + start);
    }

    int bits() {
      return Integer.parseInt(line("lanes ").substring(6));
    }
  }

  private Output run(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(root(Lanewise.class) + File.pathSeparator + root(SelectionMain.class));
    command.add(SelectionMain.class.getName());
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "no end of " + command);
    String warnings = Files.readString(err.toPath(), UTF_8);
    assertEquals(0, process.exitValue(), () -> command + " failed: " + warnings);
    return new Output(Files.readAllLines(out.toPath(), UTF_8), warnings);
  }

  private static Path root(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static void assertScalarWithAdvice(Output output, String advice) {
    assertEquals("lanes 0", output.line("lanes"));
    assertEquals(DIGEST, output.line("digest"));
    assertTrue(output.warnings().contains(advice), output.warnings());
    int first = output.warnings().indexOf("scalar kernels");
    assertEquals(first, output.warnings().lastIndexOf("scalar kernels"), "warned twice");
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
      assertEquals(full.line("lanes"), small.line("lanes"));
      assertEquals(DIGEST, small.line("digest"));
    }
  }

  @Test
  void vectorsAreAsWideAsTheMachineOffers() throws Exception {
    Output output = run(VECTORS, "-Dlanewise.start=vector");
    assertEquals(DIGEST, output.line("digest"));
    assertFalse(output.warnings().contains("scalar kernels"), output.warnings());
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
    assertEquals(DIGEST, output.line("digest"));
  }

  @Test
  void zeroAsksForTheFallbackAndSilencesTheWarning() throws Exception {
    for (String modules : new String[] {VECTORS, "-Dnothing"}) {
      Output output = run(modules, "-Dlanewise.lanes=0");
      assertEquals("lanes 0", output.line("lanes"));
      assertEquals(DIGEST, output.line("digest"));
      assertEquals("reason asked for by lanewise.lanes=0", output.line("reason"));
      assertFalse(output.warnings().contains("scalar kernels"), output.warnings());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void aWidthThatIsThereIsTaken(int bits) throws Exception {
    Output output = run(VECTORS, "-Dlanewise.lanes=" + bits);
    if (run(VECTORS).bits() >= bits) {
      assertEquals("lanes " + bits, output.line("lanes"));
      assertEquals(DIGEST, output.line("digest"));
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
