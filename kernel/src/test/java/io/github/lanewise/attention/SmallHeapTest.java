package io.github.lanewise.attention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cache shows after memory has really run out, in processes of 64 MB. */
@Tag("once")
class SmallHeapTest {

  /** 9.5 is the mean of the tokens 0 to 19; 376.25 that of 0 to 4 and three times 1000. */
  private static final List<String> EXPECTED =
      List.of(
          "first append: no memory",
          "second append: no memory",
          "filled: done",
          "cache 20 9.5",
          "cache 8 376.25",
          "fork 20 9.5",
          "third append: no memory",
          "filled: done",
          "closed: done",
          "step of all: no memory",
          "step of all: no memory",
          "step of all: no memory",
          "filled: done",
          "cache 1 3.0",
          "sequence 99 holds 0");

  @TempDir Path directory;

  /** Where a collector is missing, the JVM takes its own choice. */
  @ParameterizedTest
  @ValueSource(strings = {"UseG1GC", "UseZGC"})
  void aFailedAppendLeavesNothingBehind(String collector) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+" + collector));
    int bits = Lanewise.implementation().laneBits();
    if (bits > 0) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    command.add("-Dlanewise.lanes=" + bits);
    command.add("-cp");
    command.add(root(Lanewise.class) + File.pathSeparator + root(SmallHeapMain.class));
    command.add(SmallHeapMain.class.getName());
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "no end of " + command);
    String warnings = Files.readString(err.toPath(), UTF_8);
    assertEquals(0, process.exitValue(), () -> command + " failed: " + warnings);
    assertEquals(EXPECTED, Files.readAllLines(out.toPath(), UTF_8));
  }

  /** The directory or jar that a class was loaded from, also if it patches a module. */
  private static Path root(Class<?> type) throws Exception {
    String file = type.getName().replace('.', '/') + ".class";
    String url = Objects.requireNonNull(type.getResource("/" + file)).toString();
    return Path.of(java.net.URI.create(url.substring(0, url.length() - file.length())));
  }
}
