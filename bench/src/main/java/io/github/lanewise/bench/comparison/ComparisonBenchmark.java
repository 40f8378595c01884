package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.comparison.ForkRunner.Note;
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
    Question asked = Question.of(question);
    Contender answering =
        Contender.all().stream()
            .filter(one -> one.name().equals(contender))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("not on the class path: " + contender));
    QuestionData data = QuestionData.of(asked);
    OracleCheck check = new OracleCheck(asked, data);
    try {
      run = answering.prepare(asked, data);
      Note.ERROR.tell(check.run(run));
    } catch (Exception | Error e) {
      (isLinkage(e) ? Note.UNLOADABLE : Note.MISSING).tell(reason(e));
      throw new IllegalStateException(e);
    }
    boolean planned = Boolean.getBoolean(Note.SINGLE);
    double nanos = SteadyState.settle(run::run);
    if (!planned && nanos > ForkRunner.Plan.SLOW_NANOS) {
      Note.SLOW.tell(nanos);
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
    Note.BYTES.tell(SteadyState.bytesPerCall(run::run));
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
    String what =
        root instanceof OracleCheck.WrongResult ? "wrong result" : root.getClass().getSimpleName();
    return (what + message).replaceAll("\\s+", " ");
  }
}
