package io.github.lanewise.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.OracleCheck;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Questions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** When native libraries are loaded, and what happens without: in JVMs of their own. */
class NativeLibrariesTest {
  private static final Question SOFTMAX = Question.of("softmax 3x20");

  @TempDir Path directory;

  @Test
  @EnabledOnOs(OS.LINUX)
  void askingLoadsNothing() throws Exception {
    assertEquals(List.of("loaded []"), run(Asking.class, "1"));
  }

  @Test
  void withoutItsLibraryTheReasonIsClearAndTheRestGoesOn() throws Exception {
    List<String> lines = run(Failing.class, "1", "-Donnxruntime.native.path=/nonexistent");
    assertEquals(3, lines.size(), lines::toString);
    for (String line : lines.subList(0, 2)) { // the second time, too
      assertTrue(
          line.startsWith("LinkageError: ONNX Runtime's native library cannot be loaded: "), line);
    }
    assertTrue(lines.get(0).contains("/nonexistent"), lines::toString);
    assertEquals("Jlama answers", lines.get(2));
  }

  @Test
  void whereItWouldReportItsUseItIsNotLoaded() throws Exception {
    List<String> lines = run(Failing.class, "0");
    assertTrue(lines.get(0).startsWith("IllegalStateException: "), lines::toString);
    assertTrue(lines.get(0).contains("set ORT_DISABLE_TELEMETRY=1"), lines::toString);
    assertEquals("Jlama answers", lines.get(2));
  }

  /** The lines that a main class writes to its standard output. */
  private List<String> run(Class<?> main, String disableTelemetry, String... options)
      throws Exception {
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    builder.command().addAll(List.of("--add-modules", "jdk.incubator.vector"));
    builder.command().add("--enable-native-access=ALL-UNNAMED");
    builder.command().addAll(List.of(options));
    builder.command().add(main.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("ORT_DISABLE_TELEMETRY", disableTelemetry);
    builder.redirectOutput(output.toFile());
    builder.redirectError(directory.resolve("error").toFile());
    Process process = builder.start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(main + " does not end");
    }
    assertEquals(0, process.exitValue(), () -> text(directory.resolve("error")));
    return Files.readAllLines(output);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Makes all contenders and asks them everything. */
  static final class Asking {
    private Asking() {}

    public static void main(String[] args) throws IOException {
      Set<String> before = libraries();
      for (Contender contender : ServiceLoader.load(Contender.class)) {
        for (Question question : Questions.all()) {
          contender.answers(question);
        }
        if (contender.name().isEmpty() || contender.description().isEmpty()) {
          System.out.println("no name or description: " + contender);
        }
        contender.jvmArguments();
      }
      Set<String> loaded = libraries();
      loaded.removeAll(before);
      // The JDK's own come with its classes.
      loaded.removeIf(library -> library.startsWith(System.getProperty("java.home")));
      System.out.println("loaded " + loaded);
    }

    private static Set<String> libraries() throws IOException {
      Set<String> libraries = new TreeSet<>();
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        if (line.contains(".so")) {
          libraries.add(line.substring(line.indexOf('/')));
        }
      }
      return libraries;
    }
  }

  /** Asks twice for what cannot be had, and for something else. */
  static final class Failing {
    private Failing() {}

    public static void main(String[] args) throws Exception {
      QuestionData data = QuestionData.of(SOFTMAX);
      for (int i = 0; i < 2; i++) {
        try (Contender.Run run = new OnnxRuntimeContender().prepare(SOFTMAX, data)) {
          System.out.println(run + " is ready");
        } catch (LinkageError e) {
          System.out.println("LinkageError: " + e.getMessage());
        } catch (IllegalStateException e) {
          System.out.println("IllegalStateException: " + e.getMessage());
        }
      }
      try (Contender.Run run = new JlamaContender().prepare(SOFTMAX, data)) {
        new OracleCheck(SOFTMAX, data).run(run);
        System.out.println("Jlama answers");
      }
    }
  }
}
