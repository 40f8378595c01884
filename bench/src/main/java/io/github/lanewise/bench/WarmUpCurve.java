package io.github.lanewise.bench;

import io.github.lanewise.Lanewise;
import java.io.IOException;
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
  private static final double SHARE = 0.8;

  /** After the warm-up, if there was one. */
  private static final long RUN_MILLIS = 3000;

  private WarmUpCurve() {}

  /** Runs all processes. */
  public static void main(String[] args) throws IOException, InterruptedException {
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
      WarmUpRun run = WarmUpRun.fork(shape.equals("causal"), warmUpMillis, RUN_MILLIS);
      WarmUpRun.Call fast = run.firstAt(SHARE);
      figures[f] =
          new double[] {
            run.warmedMillis(),
            run.calls().getFirst().millis(),
            fast.endMillis(),
            fast.processorMillis(),
            1e3 * run.steadyMillis()
          };
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
}
