package io.github.lanewise.internal.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a user reads who has forgotten the module, in processes of their own. */
@Tag("once")
class WarningsTest {
  /** What the JDK's back ends print first: the time, then who has called the logger. */
  private static final String HEADER = "io.github.lanewise.Lanewise warn";

  @Test
  void theHeaderNamesNothingInternal() throws Exception {
    List<String> lines = warning(List.of("--limit-modules=java.logging"));
    assertTrue(lines.get(0).endsWith(" " + HEADER), () -> "printed " + lines);
    assertTrue(lines.get(1).contains("--add-modules jdk.incubator.vector"), () -> "" + lines);
    assertEquals(2, lines.size(), () -> "printed " + lines);
  }

  @Test
  void theHeaderIsTheSameWithoutTheLoggingModule() throws Exception {
    List<String> lines = warning(List.of("--limit-modules=java.base"));
    assertTrue(lines.get(0).endsWith(" " + HEADER), () -> "printed " + lines);
    assertTrue(lines.get(1).contains("--add-modules jdk.incubator.vector"), () -> "" + lines);
    assertEquals(2, lines.size(), () -> "printed " + lines);
  }

  /** ProGuard and its like remove what nobody names. */
  @Test
  void theWarningComesEvenIfItsClassHasBeenRemoved() throws Exception {
    List<String> lines = warning(List.of(), "io.github.lanewise.Removed");
    assertTrue(lines.get(1).contains("a reason"), () -> "printed " + lines);
    assertEquals(2, lines.size(), () -> "printed " + lines);
  }

  private static List<String> warning(List<String> options, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(root(Lanewise.class) + File.pathSeparator + root(WarningsMain.class));
    command.add(WarningsMain.class.getName());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    List<String> lines =
        new String(process.getErrorStream().readAllBytes(), UTF_8).lines().toList();
    assertEquals(0, process.waitFor(), () -> command + " printed " + lines);
    assertTrue(lines.size() > 1, () -> command + " printed " + lines);
    return lines;
  }

  private static Path root(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
