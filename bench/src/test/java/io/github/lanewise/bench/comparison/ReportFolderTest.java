package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk is full where {@code /dev/full} is written to. */
class ReportFolderTest {
  private static final Path FULL = Path.of("/dev/full");

  @TempDir private Path folder;

  private static String message(Failure failure) {
    return String.valueOf(failure.getMessage());
  }

  @Test
  void aFolderIsMadeAndNothingLeftInIt() throws IOException {
    ReportFolder report = ReportFolder.writable(folder.resolve("a/b"));
    try (var files = Files.list(report.path())) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aFullDiskIsToldBeforeMeasuring() throws IOException {
    assertTrue(Files.exists(FULL), "a full disk is played by /dev/full, which is missing here");
    Files.createSymbolicLink(folder.resolve("probe.tmp"), FULL);
    Failure failure = assertThrows(Failure.class, () -> ReportFolder.writable(folder));
    assertTrue(message(failure).contains(folder + ", cannot be written"), message(failure));
    assertTrue(message(failure).contains("No space left on device"), message(failure));
    assertTrue(message(failure).contains("--report names another"), message(failure));
  }

  @Test
  void whatWasMeasuredIsKeptWhenTheDiskIsFullAtTheEnd() throws IOException {
    assertTrue(Files.exists(FULL), "a full disk is played by /dev/full, which is missing here");
    ReportFolder report = ReportFolder.writable(folder);
    Files.createSymbolicLink(folder.resolve("result"), FULL);
    Failure failure =
        assertThrows(
            Failure.class,
            () -> report.write(to -> Files.writeString(to.resolve("result"), "figures")));
    assertTrue(message(failure).contains("Not written to " + folder), message(failure));
    assertTrue(message(failure).contains("No space left on device"), message(failure));
    Matcher rescue = Pattern.compile("is in (\\S+) instead").matcher(message(failure));
    assertTrue(rescue.find(), message(failure));
    Path rescued = Path.of(rescue.group(1)).resolve("result");
    assertEquals("figures", Files.readString(rescued));
    Files.delete(rescued);
    Files.delete(rescued.getParent());
  }

  @Test
  void ifNothingCanBeWrittenBothFoldersAreTold() {
    ReportFolder report = ReportFolder.writable(folder);
    Failure failure =
        assertThrows(
            Failure.class,
            () ->
                report.write(
                    to -> {
                      throw new IOException("cannot write " + to);
                    }));
    assertTrue(message(failure).contains("cannot write " + folder), message(failure));
    assertTrue(message(failure).contains("Nor to the folder for temporary"), message(failure));
    assertFalse(message(failure).contains("instead"), message(failure));
  }
}
