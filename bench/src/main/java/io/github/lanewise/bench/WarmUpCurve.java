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

  private final List<Runs> starts =
      List.of(new Runs("scalar"), new Runs("vector"), new Runs("trial"));

  private WarmUpCurve() {}

  /** Runs all processes. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int jvms = args.length > 0 ? Integer.parseInt(args[0]) : 9;
    List<String> settings = args.length > 1 ? List.of(args).subList(1, args.length) : SETTINGS;
    for (String setting : settings) {
      WarmUpCurve curve = new WarmUpCurve();
      curve.measure(setting, jvms);
      System.out.println(
          Text.format("%n%s, medians of %d processes: scalar, vector, trial", setting, jvms));
      curve.print();
    }
  }

  private void measure(String setting, int jvms) throws IOException, InterruptedException {
    List<String> prefix = List.of("taskset", "-c", setting.startsWith("one") ? "0" : "0,1");
    Process neighbour = setting.endsWith("busy") ? neighbour() : null;
    try {
      for (int jvm = 0; jvm < jvms; jvm++) {
        starts.forEach(runs -> runs.fork(prefix));
      }
    } finally {
      if (neighbour != null) {
        neighbour.destroyForcibly().waitFor();
      }
    }
  }

  /** A process that never rests. */
  private static Process neighbour() throws IOException {
    return new ProcessBuilder("sh", "-c", "while :; do :; done").start();
  }

  private void print() {
    flatOut("first call, ms", r -> first(r).millis());
    flatOut("sum of the first 12 calls, ms", r -> sum(r, 12, Call::millis));
    flatOut(
        "allocated by the caller in its first 20 calls, KB", r -> sum(r, 20, Call::bytes) / 1024);
    flatOut("processor time until the first call has ended, ms", r -> first(r).processorMillis());
    waiting("vector kernels serve a caller that waits after, ms", r -> r.attention().millis());
    flatOut(
        "vector kernels serve a caller that does not wait after, ms", r -> r.attention().millis());
    waiting(
        "processor time until then, the caller waiting, ms", r -> r.attention().processorMillis());
    waiting(
        "processor time until everything is settled, ms", r -> r.everything().processorMillis());
    flatOut("steady call, ms", WarmUpRun::steadyMillis);
    warmed("warmUp is complete after, ms", WarmUpRun::warmedMillis);
    warmed("first call after warmUp, ms", r -> first(r).millis());
    warmed("median of 2000 calls after warmUp, ms", r -> share(r, 0.5));
    warmed("first call after warmUp / median", r -> first(r).millis() / share(r, 0.5));
    warmed("slowest of 2000 calls after warmUp / median", r -> share(r, 1) / share(r, 0.5));
  }

  private void flatOut(String what, ToDoubleFunction<WarmUpRun> figure) {
    row(what, Runs::flatOut, figure);
  }

  private void waiting(String what, ToDoubleFunction<WarmUpRun> figure) {
    row(what, Runs::waiting, figure);
  }

  private void warmed(String what, ToDoubleFunction<WarmUpRun> figure) {
    row(what, Runs::warmed, figure);
  }

  private void row(
      String what, Function<Runs, List<WarmUpRun>> kind, ToDoubleFunction<WarmUpRun> figure) {
    StringBuilder line = new StringBuilder(Text.format("%-62s", what));
    for (Runs start : starts) {
      double[] figures = kind.apply(start).stream().mapToDouble(figure).sorted().toArray();
      int n = figures.length;
      line.append(
          n == 0
              ? " ".repeat(31)
              : Text.format(" %10.2f (%7.2f-%8.2f)", figures[n / 2], figures[0], figures[n - 1]));
    }
    System.out.println(line);
  }

  private static Call first(WarmUpRun run) {
    return run.calls().getFirst();
  }

  private static double sum(WarmUpRun run, int calls, ToDoubleFunction<Call> figure) {
    return run.calls().stream().limit(calls).mapToDouble(figure).sum();
  }

  /** The time within which that share of all calls ends. */
  private static double share(WarmUpRun run, double share) {
    return Statistics.quantile(share, run.callMillis());
  }
}
