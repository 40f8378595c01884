package io.github.lanewise.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A process of its own, with this JVM's java, the library and its tests on the class path. */
public final class ChildJvm {
  /** The option that users give on the class path. */
  public static final String VECTORS = "--add-modules=jdk.incubator.vector";

  private ChildJvm() {}

  /** What a process printed. */
  public record Output(List<String> lines, String errors) {
    /** What stands behind the word on the first line that begins with it. */
    public String after(String word) {
      return lines.stream()
          .filter(line -> line.startsWith(word + " "))
          .map(line -> line.substring(word.length() + 1))
          .findFirst()
          .orElse("no " + word + " in " + lines + errors);
    }
  }

  /** Runs it to its end, which must be good. */
  public static Output run(Class<?> main, List<String> options, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(root(Lanewise.class) + File.pathSeparator + root(main));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Path directory = Files.createTempDirectory("lanewise-test");
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      try {
        assertTrue(process.waitFor(5, TimeUnit.MINUTES), () -> "no end of " + command);
      } finally {
        process.destroyForcibly();
      }
      String errors = Files.readString(err, UTF_8);
      assertEquals(0, process.exitValue(), () -> command + " failed: " + errors);
      return new Output(Files.readAllLines(out, UTF_8), errors);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
      Files.deleteIfExists(directory);
    }
  }

  /** The directory or jar that a class was loaded from, also if it patches a module. */
  private static Path root(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    String url = Objects.requireNonNull(type.getResource("/" + file), file).toString();
    return Path.of(URI.create(url.substring(0, url.length() - file.length())));
  }
}
