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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How long a fresh process takes until attention of 512 rows x 64 runs at 80 % of its own steady
 * speed, counted from the start of the JVM, with and without {@link Lanewise#warmUp}.
 *
 * <p>{@code mvn -Pjmh -Djmh.main=io.github.lanewise.bench.WarmUpCurve}. Each figure is the median
 * of {@value #FORKS} processes; the processor time of all threads until that moment is printed
 * beside it, as it does not suffer from whatever else the machine does.
 */
public final class WarmUpCurve {

  private static final int FORKS = 5;
  private static final int LENGTH = 512;
  private static final int DIM = 64;
  private static final double SHARE = 0.8;

  /** After the warm-up, if there was one. */
  private static final long RUN_NANOS = 3_000_000_000L;

  private WarmUpCurve() {}

  /** Without arguments: runs all processes. With arguments: is one of them. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0) {
      measure(args[0].equals("causal"), Long.parseLong(args[1]));
      return;
    }
    for (String shape : List.of("full", "causal")) {
      for (long warmUpMillis : new long[] {0, 1000, 20_000}) {
        report(shape, warmUpMillis);
      }
    }
  }

  private static void report(String shape, long warmUpMillis)
      throws IOException, InterruptedException {
    double[][] figures = new double[FORKS][];
    for (int f = 0; f < FORKS; f++) {
      figures[f] = fork(shape, Long.toString(warmUpMillis));
    }
    System.out.printf(
        Locale.ROOT,
        "%-6s warmUp(%5d ms): warm-up ends at %5.0f ms, first call takes %6.1f ms, 80 %% of peak at"
            + " %5.0f ms, %5.0f ms of processor time; steady %.0f us%n",
        shape,
        warmUpMillis,
        median(figures, 0),
        median(figures, 1),
        median(figures, 2),
        median(figures, 3),
        median(figures, 4));
  }

  private static double median(double[][] figures, int which) {
    return Arrays.stream(figures).mapToDouble(f -> f[which]).sorted().toArray()[FORKS / 2];
  }

  private static double[] fork(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), WarmUpCurve.class.getName()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("a process failed: " + command);
    }
    return Arrays.stream(output.trim().split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static void measure(boolean causal, long warmUpMillis) {
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
    while (end - start < RUN_NANOS) {
      long before = System.nanoTime();
      attention.forward(q, k, v, out);
      end = System.nanoTime();
      calls.add(new long[] {end - before, end - start, processorNanos()});
    }
    long[] sorted = calls.stream().mapToLong(call -> call[0]).sorted().toArray();
    double steady = sorted[sorted.length / 4]; // a quarter of the calls are at least that fast
    for (long[] call : calls) {
      if (call[0] * SHARE <= steady) {
        System.out.printf(
            Locale.ROOT,
            "%f %f %f %f %f%n",
            warmed,
            calls.getFirst()[0] / 1e6,
            begun + call[1] / 1e6,
            call[2] / 1e6,
            steady / 1e3);
        return;
      }
    }
  }

  private static long processorNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
