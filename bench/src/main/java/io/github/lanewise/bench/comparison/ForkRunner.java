package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
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
  Outcome run(int round, Question question, Contender contender, ForkPlan plan) {
    try {
      Path file = Files.createTempFile("lanewise-bench", ".properties");
      try {
        return run(round, question, contender, plan, file);
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

  private Outcome run(int round, Question question, Contender contender, ForkPlan plan, Path file) {
    List<String> jvm = new ArrayList<>(contender.jvmArguments());
    jvm.add("-D" + ForkNote.FILE + "=" + file);
    jvm.add("-D" + ForkPlan.SINGLE + "=" + plan.single());
    // threads of a native library that do not end must not be waited for
    jvm.add("-Djmh.shutdownTimeout=1");
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + ComparisonBenchmark.class.getName().replace(".", "\\.") + "\\.call$")
            .param("question", question.id())
            .param("contender", contender.name())
            .addProfiler(LimitProfiler.class)
            .forks(1)
            .threads(1)
            .syncIterations(false)
            .shouldFailOnError(true)
            .jvmArgsAppend(jvm.toArray(String[]::new));
    plan.apply(options);
    log.printf("%n## round %d, %s, %s%n", round + 1, question.id(), contender.name());
    RunResult result = null;
    String failure = "";
    try (Watch watch = new Watch(mostSeconds)) {
      try {
        Collection<RunResult> results =
            new Runner(
                    options.build(),
                    OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL))
                .run();
        result = results.isEmpty() ? null : results.iterator().next();
      } catch (RunnerException e) {
        e.printStackTrace(log);
      }
      failure =
          watch.struck()
              ? Text.format("it did not end within %d s", mostSeconds)
              : "its JVM ended early; measured.log has its output";
    }
    log.flush();
    return outcome(round, new ForkNote(file).read(), result, failure);
  }

  private static Outcome outcome(
      int round, Properties note, @Nullable RunResult result, String failure) {
    String unloadable = note.getProperty(ForkNote.UNLOADABLE);
    if (unloadable != null) {
      return Outcome.missing("cannot be loaded: " + unloadable, true);
    }
    String missing = note.getProperty(ForkNote.MISSING);
    if (missing != null) {
      return Outcome.missing(missing, false);
    }
    String slow = note.getProperty(ForkNote.SLOW);
    if (slow != null) {
      String wavering = "its calls take now more, now less than 50 ms";
      return new Outcome(null, Double.NaN, Double.parseDouble(slow), wavering, false);
    }
    String bytes = note.getProperty(ForkNote.BYTES);
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
        Double.parseDouble(note.getProperty(ForkNote.ERROR, "NaN")),
        Double.NaN,
        "",
        false);
  }

  /** Ends the JVMs that were started since, when the time is over. */
  private static final class Watch implements AutoCloseable {
    private final Set<Long> others;
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicBoolean struck = new AtomicBoolean();

    Watch(long seconds) {
      others =
          ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  if (!over.await(seconds, TimeUnit.SECONDS)) {
                    struck.set(true);
                    ProcessHandle.current()
                        .children()
                        .filter(child -> !others.contains(child.pid()))
                        .forEach(ProcessHandle::destroyForcibly);
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }

    boolean struck() {
      return struck.get();
    }

    @Override
    public void close() {
      over.countDown();
    }
  }
}
