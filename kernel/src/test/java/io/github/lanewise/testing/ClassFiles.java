package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The compiled classes of the library. */
public final class ClassFiles {
  private ClassFiles() {}

  /** The directory that they lie in. */
  public static Path root() throws Exception {
    return Path.of(Lanewise.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** All files below a directory whose path ends like that. */
  public static List<Path> below(Path root, String end) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(end)).toList();
      assertTrue(!found.isEmpty(), "no " + end + " below " + root);
      return found;
    }
  }

  /** What a class file says. */
  public static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
