package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the report goes: found to be writable before minutes are spent on measuring. */
final class ReportFolder {
  /** JMH's output, and that of the measured JVMs. */
  static final String LOG = "measured.log";

  /** More than a result takes. */
  private static final int PROBE_BYTES = 2 << 20;

  private final Path folder;

  private ReportFolder(Path folder) {
    this.folder = folder;
  }

  /** Creates the folder; a file of the size of a result is written to it, and removed. */
  static ReportFolder writable(Path folder) {
    Path probe = folder.resolve("probe.tmp");
    try {
      Files.createDirectories(folder);
      try {
        Files.write(probe, new byte[PROBE_BYTES]);
      } finally {
        Files.deleteIfExists(probe);
      }
    } catch (IOException e) {
      throw new Failure(
          "The folder for the report, "
              + folder.toAbsolutePath()
              + ", cannot be written ("
              + e
              + "); --report names another.",
          e);
    }
    return new ReportFolder(folder);
  }

  Path path() {
    return folder;
  }

  PrintStream openLog() {
    Path log = folder.resolve(LOG);
    try {
      return new PrintStream(Files.newOutputStream(log), false, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new Failure("The log " + log.toAbsolutePath() + " cannot be written: " + e, e);
    }
  }

  /** Writes of a result or a picture. */
  interface Writing {
    void to(Path folder) throws IOException;
  }

  /**
   * Writes to the folder; where that fails, to one for temporary files, so that what was measured
   * is not lost.
   */
  void write(Writing writing) {
    try {
      writing.to(folder);
    } catch (IOException | Failure e) {
      String told = "Not written to " + folder.toAbsolutePath() + ": " + e.getMessage() + ".";
      throw new Failure(told + " " + rescued(writing), e);
    }
  }

  private static String rescued(Writing writing) {
    try {
      Path rescue = Files.createTempDirectory("lanewise-bench");
      writing.to(rescue);
      return "What was measured is in "
          + rescue
          + " instead; once there is room, --render draws the report from it.";
    } catch (IOException | Failure e) {
      return "Nor to the folder for temporary files: " + e.getMessage() + ".";
    }
  }
}
