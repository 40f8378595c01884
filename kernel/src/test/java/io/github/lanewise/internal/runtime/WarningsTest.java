package io.github.lanewise.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.ChildJvm;
import io.github.lanewise.testing.ChildJvm.Output;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user reads who has forgotten the module, in processes of their own. */
@Tag("once")
class WarningsTest {
  /** What the JDK's back ends print first: the time, then who has called the logger. */
  private static final String HEADER = "io.github.lanewise.Lanewise warn";

  /** Whether the JDK has its logging module or not. */
  @ParameterizedTest
  @ValueSource(strings = {"java.logging", "java.base"})
  void theHeaderNamesNothingInternal(String modules) throws Exception {
    List<String> lines = warning(List.of("--limit-modules=" + modules));
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
    Output output = ChildJvm.run(WarningsMain.class, options, arguments);
    List<String> lines = output.errors().lines().toList();
    assertTrue(lines.size() > 1, output::toString);
    return lines;
  }
}
