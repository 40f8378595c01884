package io.github.lanewise.bench.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.stage.Terminal.ProgressBar;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  @Test
  void aLogGetsOneLineAtEveryQuarter() {
    assertEquals(
        """
        Work: 2/8 (25 %)
        Work: 4/8 (50 %)
        Work: 6/8 (75 %)
        Work: 8/8 (100 %)
        """,
        output(false, 8, 8).replace("\r\n", "\n"));
  }

  @Test
  void aTerminalRedrawsOneLine() {
    String output = output(true, 4, 4);
    assertEquals(1, output.lines().filter(line -> line.contains("4/4")).count());
    assertTrue(output.startsWith("\rWork [..............................]   0 %  0/4"));
    assertTrue(output.contains("\rWork [##############################] 100 %  4/4"));
    assertTrue(output.endsWith(System.lineSeparator()));
  }

  @Test
  void workThatStopsEarlyLeavesACleanLine() {
    assertTrue(output(true, 4, 1).endsWith(System.lineSeparator()));
    assertFalse(output(false, 4, 1).contains("\r\r"));
    assertEquals("", output(false, 0, 0));
  }

  private static String output(boolean interactive, int steps, int done) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Terminal terminal =
        Terminal.of(new PrintStream(bytes, true, StandardCharsets.UTF_8), interactive);
    try (ProgressBar progress = terminal.progress("Work", steps)) {
      for (int i = 0; i < done; i++) {
        progress.step();
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
