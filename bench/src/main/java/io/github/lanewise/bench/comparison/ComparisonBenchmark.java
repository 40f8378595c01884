package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.stage.Failure;
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
 * One contender at one question. {@link ForkRunner} starts it, and reads the note that it leaves;
 * JMH's own command line reads none: {@code mvn -Pjmh -Djmh.args="ComparisonBenchmark -p
 * question='qk 128x1536x384' -p contender=Lanewise -prof perfnorm"}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ComparisonBenchmark {
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
    QuestionData data = QuestionData.of(asked);
    OracleCheck check = new OracleCheck(asked, data);
    try {
      run = answering.prepare(asked, data);
      note.put(ForkNote.ERROR, Double.toString(check.run(run)));
    } catch (Exception | Error e) {
      String key = isLinkage(e) ? ForkNote.UNLOADABLE : ForkNote.MISSING;
      note.put(key, reason(e));
      throw new IllegalStateException(e);
    }
    boolean planned = Boolean.getBoolean(ForkPlan.SINGLE);
    double nanos = SteadyState.settle(run::run);
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
    ForkNote.ofThisJvm().put(ForkNote.BYTES, Double.toString(SteadyState.bytesPerCall(run::run)));
    run.close();
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
