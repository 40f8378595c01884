package io.github.lanewise.bench.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files by which Linux tells about itself; elsewhere they are missing, which is no error. */
final class SystemFiles {
  private SystemFiles() {}

  /** Returns the text of a file, empty if it cannot be read. */
  static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1); // whatever a vendor wrote
    } catch (IOException | SecurityException e) {
      return "";
    }
  }
}
