package io.github.lanewise.bench.comparison;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.github.lanewise.bench.stage.Failure;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One contender at one question. It is started by {@link ForkRunner} only, which reads the note
 * that this leaves.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ComparisonBenchmark {
  private static final long QUIET_NANOS = 200_000_000;
  private static final long LONG_QUIET_NANOS = 1_000_000_000;
  private static final int STEADY_CALLS = 3;
  private static final long MOST_SETTLE_NANOS = 5_000_000_000L;
  private static final long ALLOCATION_NANOS = 5_000_000;
  private static final int ALLOCATION_SAMPLES = 3;

  /** Its id. */
  @Param("")
  public String question;

  /** Its name. */
  @Param("")
  public String contender;

  private Contender.Run run;

  /** Prepares, checks the result, and finds out whether a call is too slow for the plan. */
  @Setup(Level.Trial)
  public void prepare() {
    ForkNote note = ForkNote.ofThisJvm();
    Question asked =
        QuestionText.parse(question).orElseThrow(() -> new Failure("no question: " + question));
    Contender answering = Contenders.byName(contender);
    Data data = Data.of(asked);
    Check check = new Check(asked, data);
    try {
      run = answering.prepare(asked, data);
      note.put(ForkNote.ERROR, Double.toString(check.run(run)));
    } catch (Exception | Error e) {
      String key = isLinkage(e) ? ForkNote.UNLOADABLE : ForkNote.MISSING;
      note.put(key, reason(e));
      throw new IllegalStateException(e);
    }
    boolean planned = Boolean.getBoolean(ForkPlan.SINGLE);
    double nanos = settle();
    if (!planned && nanos > ForkPlan.SLOW_NANOS) {
      note.put(ForkNote.SLOW, Double.toString(nanos));
      run.close();
      throw new IllegalStateException("a call takes " + nanos / 1e6 + " ms: another plan is due");
    }
  }

  /** The call. */
  @Benchmark
  public void call() {
    run.run();
  }

  /** Counts what a call allocates, which would disturb the times. */
  @TearDown(Level.Trial)
  public void finish() {
    ForkNote.ofThisJvm().put(ForkNote.BYTES, Double.toString(bytesPerCall()));
    run.close();
  }

  /**
   * Calls until the compilers have had nothing to do for a while, and calls do not become faster.
   * That while is one of this process's own time: a busy machine takes longer than any number of
   * iterations fixed beforehand.
   *
   * @return the time of the fastest call
   */
  private double settle() {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    double best = Double.MAX_VALUE;
    long compiled = -1;
    long quietCpu = 0;
    int steady = 0;
    long begin = System.nanoTime();
    long quietSince = begin;
    long now = begin;
    boolean quiet = false;
    while (!(quiet && steady >= STEADY_CALLS) && now - begin < MOST_SETTLE_NANOS) {
      long start = System.nanoTime();
      call();
      now = System.nanoTime();
      steady = now - start < 0.9 * best ? 0 : steady + 1;
      best = Math.min(best, (double) (now - start));
      long total = compilers == null ? 0 : compilers.getTotalCompilationTime();
      if (total != compiled) {
        compiled = total;
        quietSince = now;
        quietCpu = processNanos();
      }
      long wall = now - quietSince;
      // who waits for others' threads uses no time, or theirs: a second is enough for them, too
      quiet =
          wall > LONG_QUIET_NANOS
              || (wall > QUIET_NANOS && processNanos() - quietCpu > QUIET_NANOS);
    }
    return best;
  }

  private static long processNanos() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : System.nanoTime();
  }

  /**
   * Of all threads, as a contender may have some of its own; the least of some samples, as those of
   * the JVM allocate now and then.
   */
  private double bytesPerCall() {
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()) {
      return Double.NaN;
    }
    double least = Double.MAX_VALUE;
    for (int sample = 0; sample < ALLOCATION_SAMPLES; sample++) {
      long calls = 0;
      long start = System.nanoTime();
      long before = threads.getTotalThreadAllocatedBytes();
      do {
        run.run();
        calls++;
      } while (System.nanoTime() - start < ALLOCATION_NANOS);
      least = Math.min(least, (double) (threads.getTotalThreadAllocatedBytes() - before) / calls);
    }
    return least;
  }

  private static boolean isLinkage(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof LinkageError) {
        return true;
      }
    }
    return false;
  }

  /** In one line, from the bottom of the causes: what wraps them says less. */
  private static String reason(Throwable thrown) {
    Throwable root = thrown;
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      root = t;
    }
    String message = root.getMessage() == null ? "" : ": " + root.getMessage();
    String what = root instanceof WrongResult ? "wrong result" : root.getClass().getSimpleName();
    return (what + message).replaceAll("\\s+", " ");
  }
}
