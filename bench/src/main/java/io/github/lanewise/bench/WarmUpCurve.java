package io.github.lanewise.bench;

import io.github.lanewise.bench.WarmUpRun.Call;
import io.github.lanewise.bench.WarmUpRun.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The first calls of a fresh process: attention of 8 heads x 512 rows x 64, causal, with scalar
 * kernels alone, with vector kernels at once, and with the trial that is the default.
 *
 * <p>{@code mvn -Pjmh -Djmh.main=io.github.lanewise.bench.WarmUpCurve}, with {@code
 * -Djmh.args="JVMS SETTING…"}: how many processes each figure is the median of (9), and which of
 * the settings {@code two} (two processors), {@code one} (one processor), {@code two-busy} and
 * {@code one-busy} (beside a process that never rests). The processes of a setting take turns.
 * Fewer processors than there are need Linux's taskset.
 */
public final class WarmUpCurve {
  private static final int HEADS = 8;
  private static final int WARMED_CALLS = 2000;
  private static final long WARM_UP_MILLIS = 60_000;
  private static final long FLAT_OUT_MILLIS = 4000;
  private static final List<String> STARTS = List.of("scalar", "vector", "trial");
  private static final List<String> SETTINGS = List.of("two", "one", "two-busy", "one-busy");

  private WarmUpCurve() {}

  /** Runs all processes. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int jvms = args.length > 0 ? Integer.parseInt(args[0]) : 9;
    List<String> settings = args.length > 1 ? List.of(args).subList(1, args.length) : SETTINGS;
    for (String setting : settings) {
      measure(setting, jvms);
    }
  }

  private static void measure(String setting, int jvms) throws IOException, InterruptedException {
    List<String> prefix = List.of("taskset", "-c", setting.startsWith("one") ? "0" : "0,1");
    Process neighbour = setting.endsWith("busy") ? neighbour() : null;
    try {
      List<List<WarmUpRun>> flatOut = empty();
      List<List<WarmUpRun>> waiting = empty();
      List<List<WarmUpRun>> warmed = empty();
      for (int jvm = 0; jvm < jvms; jvm++) {
        for (int s = 0; s < STARTS.size(); s++) {
          String start = STARTS.get(s);
          flatOut.get(s).add(WarmUpRun.fork(prefix, plan(start, 0, false, FLAT_OUT_MILLIS, 20)));
          waiting.get(s).add(WarmUpRun.fork(prefix, plan(start, 0, start.equals("trial"), 0, 1)));
          if (!start.equals("scalar")) {
            warmed
                .get(s)
                .add(WarmUpRun.fork(prefix, plan(start, WARM_UP_MILLIS, false, 0, WARMED_CALLS)));
          }
        }
      }
      System.out.printf(
          Locale.ROOT, "%n%s, medians of %d processes: scalar, vector, trial%n", setting, jvms);
      print(flatOut, waiting, warmed);
    } finally {
      if (neighbour != null) {
        neighbour.destroyForcibly().waitFor();
      }
    }
  }

  private static Plan plan(String start, long warmUp, boolean waits, long runMillis, int calls) {
    return new Plan(start, HEADS, true, warmUp, true, waits, runMillis, calls);
  }

  private static List<List<WarmUpRun>> empty() {
    List<List<WarmUpRun>> runs = new ArrayList<>();
    STARTS.forEach(start -> runs.add(new ArrayList<>()));
    return runs;
  }

  private static void print(
      List<List<WarmUpRun>> flatOut, List<List<WarmUpRun>> waiting, List<List<WarmUpRun>> warmed) {
    row("first call, ms", flatOut, run -> run.calls().getFirst().millis());
    row("sum of the first 12 calls, ms", flatOut, run -> sum(run.first(12)));
    row("allocated by the caller in its first 20 calls, KB", flatOut, run -> bytes(run.first(20)));
    row(
        "processor time until the first call has ended, ms",
        flatOut,
        run -> run.calls().getFirst().processorMillis());
    row(
        "vector kernels serve a caller that waits after, ms",
        waiting,
        run -> run.attention().millis());
    row(
        "vector kernels serve a caller that does not wait after, ms",
        flatOut,
        run -> run.attention().millis());
    row(
        "processor time until then, the caller waiting, ms",
        waiting,
        run -> run.attention().processorMillis());
    row(
        "processor time until everything is settled, ms",
        waiting,
        run -> run.everything().processorMillis());
    row("steady call, ms", flatOut, WarmUpRun::steadyMillis);
    row("warmUp is complete after, ms", warmed, WarmUpRun::warmedMillis);
    row("first call after warmUp, ms", warmed, run -> run.calls().getFirst().millis());
    row("median of 2000 calls after warmUp, ms", warmed, WarmUpCurve::middle);
    row(
        "first call after warmUp / median",
        warmed,
        run -> run.calls().getFirst().millis() / middle(run));
    row(
        "slowest of 2000 calls after warmUp / median",
        warmed,
        run -> run.calls().stream().mapToDouble(Call::millis).max().orElseThrow() / middle(run));
  }

  private static void row(
      String what, List<List<WarmUpRun>> runs, ToDoubleFunction<WarmUpRun> figure) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-62s", what));
    for (List<WarmUpRun> of : runs) {
      double[] sorted = of.stream().mapToDouble(figure).sorted().toArray();
      line.append(
          sorted.length == 0
              ? String.format(Locale.ROOT, "%31s", "")
              : String.format(
                  Locale.ROOT,
                  " %10.2f (%7.2f-%8.2f)",
                  sorted[sorted.length / 2],
                  sorted[0],
                  sorted[sorted.length - 1]));
    }
    System.out.println(line);
  }

  private static double sum(List<Call> calls) {
    return calls.stream().mapToDouble(Call::millis).sum();
  }

  private static double bytes(List<Call> calls) {
    return calls.stream().mapToDouble(Call::bytes).sum() / 1024;
  }

  private static double middle(WarmUpRun run) {
    double[] sorted = run.calls().stream().mapToDouble(Call::millis).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** A process that never rests. */
  private static Process neighbour() throws IOException {
    return new ProcessBuilder("sh", "-c", "while :; do :; done").start();
  }
}
