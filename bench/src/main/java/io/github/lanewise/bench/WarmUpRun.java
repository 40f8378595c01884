package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Mask;
import io.github.lanewise.attention.Attention;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls of attention of 512 rows x 64 in a fresh process, from the first on; times count from the
 * start of its JVM.
 *
 * @param warmedMillis when {@link Lanewise#warmUp} had ended, if there was one
 * @param calls in order, at least one
 */
public record WarmUpRun(double warmedMillis, List<Call> calls) {
  private static final int LENGTH = 512;
  private static final int DIM = 64;

  /**
   * One call.
   *
   * @param endMillis when it ended
   * @param millis how long it took
   * @param processorMillis processor time of all threads of the process until then
   */
  public record Call(double endMillis, double millis, double processorMillis) {}

  /**
   * Measures in a process of its own, with the options of this JVM.
   *
   * @param warmUpMillis 0 for no warm-up
   * @param runMillis for how long it calls, after the warm-up
   * @throws IOException if the process fails
   */
  public static WarmUpRun fork(boolean causal, long warmUpMillis, long runMillis)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            WarmUpRun.class.getName(),
            Boolean.toString(causal),
            Long.toString(warmUpMillis),
            Long.toString(runMillis)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output;
    try {
      output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException("a process failed: " + command);
      }
    } finally {
      process.destroy(); // an interrupted wait leaves nothing behind
    }
    return parse(output);
  }

  /** Reads what {@link #main} printed. */
  static WarmUpRun parse(String output) {
    List<String> lines = output.lines().toList();
    List<Call> calls = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] numbers = line.split(" ", -1);
      calls.add(
          new Call(
              Double.parseDouble(numbers[0]),
              Double.parseDouble(numbers[1]),
              Double.parseDouble(numbers[2])));
    }
    return new WarmUpRun(Double.parseDouble(lines.get(0)), calls);
  }

  /** Is the process. */
  public static void main(String[] args) {
    boolean causal = Boolean.parseBoolean(args[0]);
    long warmUpMillis = Long.parseLong(args[1]);
    long runNanos = Long.parseLong(args[2]) * 1_000_000;
    long jvmStart = ManagementFactory.getRuntimeMXBean().getStartTime();
    if (warmUpMillis > 0) {
      Lanewise.warmUp(Duration.ofMillis(warmUpMillis));
    }
    double warmed = System.currentTimeMillis() - jvmStart;
    FloatTensor q = FloatTensor.of(Inputs.normal(LENGTH * DIM, 1), 1, 1, LENGTH, DIM);
    FloatTensor k = FloatTensor.of(Inputs.normal(LENGTH * DIM, 2), 1, 1, LENGTH, DIM);
    FloatTensor v = FloatTensor.of(Inputs.normal(LENGTH * DIM, 3), 1, 1, LENGTH, DIM);
    FloatTensor out = FloatTensor.allocate(1, 1, LENGTH, DIM);
    Attention attention = Attention.builder().mask(causal ? Mask.causal() : Mask.none()).build();
    List<long[]> calls = new ArrayList<>();
    double begun = System.currentTimeMillis() - jvmStart;
    long start = System.nanoTime();
    long end = start;
    do {
      long before = System.nanoTime();
      attention.forward(q, k, v, out);
      end = System.nanoTime();
      calls.add(new long[] {end - start, end - before, processorNanos()});
    } while (end - start < runNanos);
    StringBuilder output = new StringBuilder().append(warmed).append('\n');
    for (long[] call : calls) {
      output.append(begun + call[0] / 1e6).append(' ').append(call[1] / 1e6);
      output.append(' ').append(call[2] / 1e6).append('\n');
    }
    System.out.print(output);
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Time of a call at steady speed: a quarter of the calls are at least that fast. */
  public double steadyMillis() {
    double[] sorted = calls.stream().mapToDouble(Call::millis).sorted().toArray();
    return sorted[sorted.length / 4];
  }

  /** The first call at that share of steady speed. */
  public Call firstAt(double share) {
    double enough = steadyMillis() / share;
    return calls.stream().filter(call -> call.millis() <= enough).findFirst().orElseThrow();
  }
}
