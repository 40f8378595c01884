package io.github.lanewise.bench;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class in a JVM of its own, with the options and the class path of this one. */
public final class ChildJvm {
  private ChildJvm() {}

  /** The java of this process. */
  public static String ownJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * Returns what it printed.
   *
   * @param java the program with what stands before it, such as taskset, or any other that takes
   *     java's arguments
   * @param options added to those of this process; of two that contradict, the last one counts
   * @throws Failure with what it said if it fails
   */
  public static String run(
      List<String> java, List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>(java);
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    try {
      Path errors = Files.createTempFile("lanewise-bench", ".log");
      try {
        return output(command, errors);
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new Failure("a process cannot be started: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
  }

  private static String output(List<String> command, Path errors)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new Failure("a process failed: " + Files.readString(errors).strip());
      }
      return output;
    } finally {
      process.destroy(); // an interrupted wait leaves nothing behind
    }
  }
}
