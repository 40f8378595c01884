package io.github.lanewise.bench;

import io.github.lanewise.Workers;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to deal a call out to threads: tasks that do next to nothing, in calls that follow
 * each other at once, and in calls so far apart that the helpers have gone to sleep.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="DispatchBenchmark -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class DispatchBenchmark {

  /** Floats that a task passes over: some 20 ns. */
  private static final int FLOATS = 256;

  private static final Workspace.Floats TOUCHED = Workspace.floats();

  /** Twice as long as helpers spin. */
  private static final long PAUSE_NANOS = 100_000;

  @Param({"caller", "threads(2)", "on(executor, 2)"})
  public String workers;

  @Param({"1", "2", "32"})
  public int tasks;

  private ExecutorService executor;
  private TaskRunner runner;
  private Workspace own;
  private final Task task = DispatchBenchmark::touch;

  @Setup(Level.Trial)
  public void setUp() {
    executor =
        Executors.newFixedThreadPool(1, Thread.ofPlatform().daemon().name("helper").factory());
    runner =
        TaskRunner.of(
            switch (workers) {
              case "caller" -> Workers.caller();
              case "threads(2)" -> Workers.threads(2);
              default -> Workers.on(executor, 2);
            });
    own = runner.acquire();
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    own.close();
    if (runner != Workers.caller()) {
      runner.close();
    }
    executor.shutdownNow();
  }

  private static void touch(int index, Workspace workspace) {
    float[] floats = workspace.get(TOUCHED, FLOATS);
    for (int i = 0; i < FLOATS; i++) {
      floats[i] = floats[i] * 0.5f + index;
    }
  }

  @Benchmark
  public void backToBack() {
    runner.run(tasks, task, own);
  }

  /** The pause is part of the score: {@value #PAUSE_NANOS} ns are to be taken off. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  public void afterAPause() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < PAUSE_NANOS) {
      Thread.onSpinWait();
    }
    runner.run(tasks, task, own);
  }
}
