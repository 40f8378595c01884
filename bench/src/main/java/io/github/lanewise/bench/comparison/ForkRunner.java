package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Lets one contender answer one question in a JVM of its own, which JMH starts with the options of
 * this one and those that the contender needs. Whatever becomes of that JVM, this one goes on.
 */
final class ForkRunner {
  private final PrintStream log;
  private final long mostSeconds;

  /**
   * A runner.
   *
   * @param log gets JMH's output, and that of the measured JVMs
   * @param mostSeconds after which a JVM is ended
   */
  ForkRunner(PrintStream log, long mostSeconds) {
    this.log = log;
    this.mostSeconds = mostSeconds;
    // one more JVM at the start, which finds out how results are consumed; call() has none
    System.setProperty("jmh.blackhole.autoDetect", "false");
    // the lock is one file for all users of the machine; how disturbed a run was is told anyway
    System.setProperty("jmh.ignoreLock", "true");
  }

  /**
   * How long a JVM measures. Calls of microseconds fill iterations of some milliseconds; calls so
   * long that they would overfill them are single shots, as many as there is time for.
   *
   * @param warmUps iterations before
   * @param warmUpMillis length of each
   * @param iterations that count
   * @param millis length of each
   * @param single whether an iteration is one call, whatever the lengths
   */
  record Plan(int warmUps, int warmUpMillis, int iterations, int millis, boolean single) {
    /** Calls longer than this are single shots. */
    static final double SLOW_NANOS = 50e6;

    /** The contender is compiled by then, see {@link ComparisonBenchmark}: JMH's loop is not. */
    static final Plan USUAL = new Plan(3, 100, 8, 60, false);

    /** Shows that everything works. */
    static final Plan QUICK = new Plan(2, 40, 4, 25, false);

    private static final double SINGLE_SHOTS_NANOS = 1e9;
    private static final int FEWEST_SHOTS = 3;

    /** The plan for calls of so many nanoseconds. */
    Plan forCall(double nanos) {
      if (nanos <= SLOW_NANOS) {
        return this;
      }
      int affordable = (int) (SINGLE_SHOTS_NANOS / nanos);
      int shots = affordable == 0 ? 1 : Math.max(FEWEST_SHOTS, Math.min(iterations, affordable));
      return new Plan(1, warmUpMillis, shots, millis, true);
    }
  }

  /**
   * What became of it: a fork, or the time of a call that needs another plan, or the reason why
   * there is neither.
   *
   * @param unloadable whether the reason holds for all questions
   */
  record Outcome(
      BenchResult.@Nullable Fork fork,
      double largestError,
      double slowNanos,
      String reason,
      boolean unloadable) {
    static Outcome missing(String reason, boolean unloadable) {
      return new Outcome(null, Double.NaN, Double.NaN, reason, unloadable);
    }
  }

  /** Measures. */
  Outcome run(int round, Question question, Contender contender, Plan plan) {
    try {
      Path file = Files.createTempFile("lanewise-bench", ".properties");
      try {
        log.printf("%n## round %d, %s, %s%n", round + 1, question.id(), contender.name());
        return run(round, options(question, contender, plan, file), file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new Failure(
          "A temporary file cannot be written in "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static Options options(Question question, Contender contender, Plan plan, Path note) {
    List<String> jvm = new ArrayList<>(contender.jvmArguments());
    jvm.add("-D" + Note.FILE + "=" + note);
    jvm.add("-D" + Note.SINGLE + "=" + plan.single());
    // threads of a native library that do not end must not be waited for
    jvm.add("-Djmh.shutdownTimeout=1");
    return new OptionsBuilder()
        .include("^" + ComparisonBenchmark.class.getName().replace(".", "\\.") + "\\.call$")
        .param("question", question.id())
        .param("contender", contender.name())
        .addProfiler(LimitProfiler.class)
        .forks(1)
        .threads(1)
        .syncIterations(false)
        .shouldFailOnError(true)
        .jvmArgsAppend(jvm.toArray(String[]::new))
        .mode(plan.single() ? Mode.SingleShotTime : Mode.AverageTime)
        .warmupIterations(plan.warmUps())
        .warmupTime(TimeValue.milliseconds(plan.warmUpMillis()))
        .measurementIterations(plan.iterations())
        .measurementTime(TimeValue.milliseconds(plan.millis()))
        .build();
  }

  private Outcome run(int round, Options options, Path note) throws IOException {
    RunResult result = null;
    AtomicBoolean struck = new AtomicBoolean();
    CountDownLatch over = new CountDownLatch(1);
    watch(over, struck);
    try {
      result =
          new Runner(options, OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL))
              .run().stream().findFirst().orElse(null);
    } catch (RunnerException e) {
      e.printStackTrace(log);
    } finally {
      over.countDown();
    }
    log.flush();
    String failure =
        struck.get()
            ? Text.format("it did not end within %d s", mostSeconds)
            : "its JVM ended early; measured.log has its output";
    return outcome(round, Note.read(note), result, failure);
  }

  /** Ends the JVMs that are started from now on, when the time is over before the latch is open. */
  private void watch(CountDownLatch over, AtomicBoolean struck) {
    Set<ProcessHandle> others = ProcessHandle.current().children().collect(Collectors.toSet());
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                if (!over.await(mostSeconds, TimeUnit.SECONDS)) {
                  struck.set(true);
                  ProcessHandle.current()
                      .children()
                      .filter(child -> !others.contains(child))
                      .forEach(ProcessHandle::destroyForcibly);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static Outcome outcome(
      int round, Map<Note, String> note, @Nullable RunResult result, String failure) {
    String unloadable = note.get(Note.UNLOADABLE);
    if (unloadable != null) {
      return Outcome.missing("cannot be loaded: " + unloadable, true);
    }
    String missing = note.get(Note.MISSING);
    if (missing != null) {
      return Outcome.missing(missing, false);
    }
    String slow = note.get(Note.SLOW);
    if (slow != null) {
      String wavering = "its calls take now more, now less than 50 ms";
      return new Outcome(null, Double.NaN, Double.parseDouble(slow), wavering, false);
    }
    String bytes = note.get(Note.BYTES);
    if (result == null || bytes == null) {
      return Outcome.missing(failure, false);
    }
    List<Double> nanos = new ArrayList<>();
    List<Double> limits = new ArrayList<>();
    for (IterationResult iteration :
        result.getBenchmarkResults().iterator().next().getIterationResults()) {
      nanos.add(iteration.getPrimaryResult().getScore());
      limits.add(
          Objects.requireNonNull(iteration.getSecondaryResults().get(LimitProfiler.LIMIT))
              .getScore());
    }
    return new Outcome(
        new BenchResult.Fork(round, nanos, limits, Double.parseDouble(bytes)),
        Double.parseDouble(note.getOrDefault(Note.ERROR, "NaN")),
        Double.NaN,
        "",
        false);
  }

  /**
   * What a measured JVM tells besides its times, in lines of a file: they stay where JMH's own
   * connection breaks, as the JVM of a native library may end at any time.
   */
  enum Note {
    /** The largest error that the check saw. */
    ERROR,
    /** Bytes on the heap per call. */
    BYTES,
    /** Nanoseconds of a call that is too slow for how it was to be measured. */
    SLOW,
    /** Why the contender cannot be measured at this question. */
    MISSING,
    /** Why it cannot be measured at any question. */
    UNLOADABLE;

    /** Property of the measured JVM: the file; none under JMH's own command line. */
    private static final String FILE = "lanewise.bench.note";

    /** Property of the measured JVM: whether a slow call was planned for. */
    static final String SINGLE = "lanewise.bench.single";

    /** Writes a line. */
    void tell(Object value) {
      String file = System.getProperty(FILE);
      if (file == null) {
        return; // nobody reads it
      }
      try {
        Files.writeString(Path.of(file), name() + "=" + value + "\n", StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    static Map<Note, String> read(Path file) throws IOException {
      Map<Note, String> all = new EnumMap<>(Note.class);
      for (String line : Files.readAllLines(file)) {
        int end = line.indexOf('=');
        all.put(valueOf(line.substring(0, end)), line.substring(end + 1));
      }
      return all;
    }
  }
}
