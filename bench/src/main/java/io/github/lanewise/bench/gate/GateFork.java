package io.github.lanewise.bench.gate;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.Served;
import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process that measures at one lane width: what the compiler made of a kernel by accident is gone
 * with it.
 */
final class GateFork {
  private static final Duration WARM_UP = Duration.ofSeconds(20);
  private static final String LANES = "lanes";
  private static final String SEPARATOR = "\t";

  private GateFork() {}

  /**
   * In the process: patience in milliseconds, then pairs of a work and the ratio it has to reach.
   * After all works the {@link Ruler} may be asked for, too.
   */
  public static void main(String[] args) {
    System.out.println(LANES + SEPARATOR + Lanewise.implementation().laneBits());
    Served.requireComplete();
    Lanewise.warmUp(WARM_UP);
    Measurer measurer = new Measurer(Long.parseLong(args[0]) * 1_000_000);
    List<Work> works = Works.all();
    for (int i = 1; i < args.length; i += 2) {
      String name = args[i];
      double enough = Double.parseDouble(args[i + 1]);
      Measurement seen =
          name.equals(Ruler.NAME) ? measurer.ruler() : measurer.measure(work(works, name), enough);
      System.out.println(name + SEPARATOR + seen.ratio() + SEPARATOR + seen.bytes());
    }
  }

  private static Work work(List<Work> works, String name) {
    return works.stream().filter(work -> work.name().equals(name)).findFirst().orElseThrow();
  }

  /** Starts a process in this one's JDK. */
  static List<Measurement> run(int lanes, Duration patience, Map<String, Double> enough) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return run(java.toString(), lanes, patience, enough);
  }

  /**
   * Starts a process with this one's options, and waits for it.
   *
   * @param java the program, or any other that takes its arguments
   * @param lanes width of its vectors in bits; 0 for scalar code
   * @param enough the works, each with the ratio from which on it need not be measured any longer
   * @return what it measured, in order; fewer than asked for if it came to a bad end
   * @throws Failure if it has other lanes, or none, or ends before the first measurement
   */
  static List<Measurement> run(
      String java, int lanes, Duration patience, Map<String, Double> enough) {
    List<String> command = new ArrayList<>();
    command.add(java);
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-Dlanewise.lanes=" + lanes);
    // Vector kernels from the first call on, not only when they are trained.
    command.add("-Dlanewise.start=vector");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), GateFork.class.getName()));
    command.add(Long.toString(patience.toMillis()));
    enough.forEach((work, ratio) -> command.addAll(List.of(work, Double.toString(ratio))));
    try {
      Path errors = Files.createTempFile("lanewise-gate", ".log");
      try {
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return parse(out, lanes, errors);
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new Failure("a process that measures cannot be started: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
  }

  private static List<Measurement> parse(String out, int lanes, Path errors) throws IOException {
    List<Measurement> measurements = new ArrayList<>();
    int found = -1;
    for (String line : out.lines().toList()) {
      String[] cells = line.split(SEPARATOR, -1);
      if (cells.length == 2 && cells[0].equals(LANES)) {
        found = Integer.parseInt(cells[1]);
      } else if (cells.length == 3) {
        measurements.add(
            new Measurement(cells[0], Double.parseDouble(cells[1]), Double.parseDouble(cells[2])));
      }
    }
    if (found != lanes || measurements.isEmpty()) {
      String said = Files.readString(errors).strip();
      throw new Failure(
          "a process with lanes of "
              + lanes
              + " bits cannot be had"
              + (found < 0 || found == lanes ? "" : ", it has " + found)
              + (said.isEmpty() ? "" : ":\n" + said));
    }
    return measurements;
  }
}
