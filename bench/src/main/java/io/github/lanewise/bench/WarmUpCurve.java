package io.github.lanewise.bench;

import io.github.lanewise.bench.WarmUpRun.Call;
import io.github.lanewise.bench.WarmUpRun.Plan;
import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.stage.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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
  private static final List<String> SETTINGS = List.of("two", "one", "two-busy", "one-busy");

  /** Runs with one kind of kernels: calls without a pause, callers that wait, and warmed ones. */
  private record Runs(
      String start, List<WarmUpRun> flatOut, List<WarmUpRun> waiting, List<WarmUpRun> warmed) {
    Runs(String start) {
      this(start, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    void fork(List<String> prefix) {
      boolean trial = start.equals("trial");
      flatOut.add(WarmUpRun.fork(prefix, plan(0, false, FLAT_OUT_MILLIS, 20)));
      waiting.add(WarmUpRun.fork(prefix, plan(0, trial, 0, 1)));
      if (!start.equals("scalar")) {
        warmed.add(WarmUpRun.fork(prefix, plan(WARM_UP_MILLIS, false, 0, WARMED_CALLS)));
      }
    }

    private Plan plan(long warmUp, boolean waits, long runMillis, int calls) {
      return new Plan(start, HEADS, warmUp, waits, runMillis, calls);
    }
  }

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
    List<Runs> starts = List.of(new Runs("scalar"), new Runs("vector"), new Runs("trial"));
    try {
      for (int jvm = 0; jvm < jvms; jvm++) {
        starts.forEach(runs -> runs.fork(prefix));
      }
    } finally {
      if (neighbour != null) {
        neighbour.destroyForcibly().waitFor();
      }
    }
    System.out.println(
        Text.format("%n%s, medians of %d processes: scalar, vector, trial", setting, jvms));
    print(starts);
  }

  private static void print(List<Runs> of) {
    row("first call, ms", of, Runs::flatOut, run -> first(run).millis());
    row("sum of the first 12 calls, ms", of, Runs::flatOut, run -> sum(run, 12, Call::millis));
    row(
        "allocated by the caller in its first 20 calls, KB",
        of,
        Runs::flatOut,
        run -> sum(run, 20, Call::bytes) / 1024);
    row(
        "processor time until the first call has ended, ms",
        of,
        Runs::flatOut,
        run -> first(run).processorMillis());
    row(
        "vector kernels serve a caller that waits after, ms",
        of,
        Runs::waiting,
        run -> run.attention().millis());
    row(
        "vector kernels serve a caller that does not wait after, ms",
        of,
        Runs::flatOut,
        run -> run.attention().millis());
    row(
        "processor time until then, the caller waiting, ms",
        of,
        Runs::waiting,
        run -> run.attention().processorMillis());
    row(
        "processor time until everything is settled, ms",
        of,
        Runs::waiting,
        run -> run.everything().processorMillis());
    row("steady call, ms", of, Runs::flatOut, WarmUpRun::steadyMillis);
    row("warmUp is complete after, ms", of, Runs::warmed, WarmUpRun::warmedMillis);
    row("first call after warmUp, ms", of, Runs::warmed, run -> first(run).millis());
    row("median of 2000 calls after warmUp, ms", of, Runs::warmed, WarmUpCurve::median);
    row(
        "first call after warmUp / median",
        of,
        Runs::warmed,
        run -> first(run).millis() / median(run));
    row(
        "slowest of 2000 calls after warmUp / median",
        of,
        Runs::warmed,
        run -> Statistics.quantile(1, run.callMillis()) / median(run));
  }

  private static void row(
      String what,
      List<Runs> starts,
      Function<Runs, List<WarmUpRun>> kind,
      ToDoubleFunction<WarmUpRun> figure) {
    StringBuilder line = new StringBuilder(Text.format("%-62s", what));
    for (Runs start : starts) {
      double[] figures = kind.apply(start).stream().mapToDouble(figure).sorted().toArray();
      line.append(
          figures.length == 0
              ? " ".repeat(31)
              : Text.format(
                  " %10.2f (%7.2f-%8.2f)",
                  figures[figures.length / 2], figures[0], figures[figures.length - 1]));
    }
    System.out.println(line);
  }

  private static Call first(WarmUpRun run) {
    return run.calls().getFirst();
  }

  private static double sum(WarmUpRun run, int calls, ToDoubleFunction<Call> figure) {
    return run.calls().stream().limit(calls).mapToDouble(figure).sum();
  }

  private static double median(WarmUpRun run) {
    return Statistics.median(run.callMillis());
  }

  /** A process that never rests. */
  private static Process neighbour() throws IOException {
    return new ProcessBuilder("sh", "-c", "while :; do :; done").start();
  }
}
