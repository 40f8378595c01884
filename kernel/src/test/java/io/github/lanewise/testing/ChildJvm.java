package io.github.lanewise.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import io.github.lanewise.reference.AttentionShape;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A process of its own: this JVM's java, and on its path the library, its tests and the oracle. */
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

  /** The options by which another process runs the lanes of this one. */
  public static List<String> sameLanes() {
    int bits = Lanewise.implementation().laneBits();
    String lanes = "-Dlanewise.lanes=" + bits;
    return bits > 0 ? List.of(VECTORS, lanes) : List.of(lanes);
  }

  /** Runs it to its end, which must be good. */
  public static Output run(Class<?> main, List<String> options, String... arguments)
      throws Exception {
    return run(List.of(), main, options, arguments);
  }

  /** Runs it with these on the path as well. */
  public static Output run(
      List<Class<?>> path, Class<?> main, List<String> options, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    Set<String> roots = new LinkedHashSet<>();
    for (Class<?> type : List.of(Lanewise.class, main, AttentionShape.class)) {
      roots.add(root(type).toString());
    }
    path.forEach(type -> roots.add(root(type).toString()));
    command.add(String.join(File.pathSeparator, roots));
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
        assertTrue(process.waitFor(20, TimeUnit.MINUTES), () -> "no end of " + command);
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
    String root = url.substring(0, url.length() - file.length());
    return Path.of(URI.create(root.replaceFirst("^jar:(.*)!/$", "$1")));
  }
}
