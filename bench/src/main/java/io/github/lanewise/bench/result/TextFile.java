package io.github.lanewise.bench.result;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** Files of text in UTF-8, with an error that says which file and why. */
final class TextFile {
  private TextFile() {}

  /**
   * Returns the text of a file.
   *
   * @throws Failure with the file and the reason
   */
  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new Failure("cannot read " + file.toAbsolutePath() + ": " + reason(e), e);
    }
  }

  /**
   * Replaces a file as a whole, or not at all: its former content is kept then. Its folder is
   * created.
   *
   * @throws Failure with the file and the reason
   */
  static void write(Path file, String text) {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null) {
      throw new Failure("cannot write " + target + ": it is no file");
    }
    Path temporary = folder.resolve(target.getFileName() + ".tmp");
    try {
      Files.createDirectories(folder);
      try {
        Files.writeString(temporary, text);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE); // within the folder
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new Failure("cannot write " + target + ": " + reason(e), e);
    }
  }

  /** The reason in words: the message of a file system's exception is often only a path. */
  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case NoSuchFileException none -> "there is no " + none.getFile();
      case FileSystemException other ->
          Objects.requireNonNullElse(other.getReason(), other.getClass().getSimpleName())
              + " ("
              + other.getFile()
              + ")";
      default -> Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    };
  }
}
