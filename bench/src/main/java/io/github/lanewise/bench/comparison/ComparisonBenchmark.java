package io.github.lanewise.bench.comparison;

import com.sun.management.ThreadMXBean;
import io.github.lanewise.bench.stage.Failure;
import java.lang.management.ManagementFactory;
import java.util.List;
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
  private static final long SETTLE_NANOS = 1_000_000_000;
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
    Contender answering = Contenders.select(Contenders.all(), List.of(contender)).get(0);
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
    double nanos = settle(planned);
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

  /** Calls until one is fast, or slow calls are as fast as the compilers make them. */
  private double settle(boolean slow) {
    double best = Double.MAX_VALUE;
    long begin = System.nanoTime();
    long now = begin;
    do {
      long start = now;
      run.run();
      now = System.nanoTime();
      best = Math.min(best, now - start);
    } while ((slow || best > ForkPlan.SLOW_NANOS) && now - begin < SETTLE_NANOS);
    return best;
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
