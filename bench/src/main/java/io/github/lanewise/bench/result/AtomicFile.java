package io.github.lanewise.bench.result;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files that are there as a whole or not at all, the former content being kept then. */
final class AtomicFile {
  private AtomicFile() {}

  /**
   * Replaces a file; its folder is created.
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
        try (OutputStream out = Files.newOutputStream(temporary)) {
          out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        move(temporary, target);
      } catch (IOException e) {
        deleteQuietly(temporary, e);
        throw e;
      }
    } catch (IOException e) {
      throw new Failure("cannot write " + target + ": " + reason(e), e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void deleteQuietly(Path file, IOException because) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** The reason in words: the message of a file system's exception is often only a path. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (e instanceof NoSuchFileException none) {
      return "there is no " + none.getFile();
    }
    if (e instanceof FileSystemException f) {
      String reason = f.getReason();
      return reason == null
          ? f.getClass().getSimpleName() + " of " + f.getFile()
          : reason + " (" + f.getFile() + ")";
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
