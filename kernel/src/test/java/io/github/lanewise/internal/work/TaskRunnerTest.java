package io.github.lanewise.internal.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.internal.work.TaskRunner.CallerWorkers;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.testing.Allocated;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every runner promises. */
@Timeout(300)
@Tag("once")
class TaskRunnerTest {
  private static final Workspace.Floats KEY = Workspace.floats();

  private static final ExecutorService THREADS = Executors.newFixedThreadPool(3);
  private static final ExecutorService VIRTUAL = Executors.newVirtualThreadPerTaskExecutor();

  static Stream<TaskRunner> runners() {
    return Stream.of(
        CallerWorkers.INSTANCE,
        ThreadWorkers.start(1),
        ThreadWorkers.start(2),
        ThreadWorkers.start(5),
        new ExecutorWorkers(THREADS, 1),
        new ExecutorWorkers(THREADS, 4),
        new ExecutorWorkers(VIRTUAL, 3),
        new ExecutorWorkers(ForkJoinPool.commonPool(), 3),
        new ExecutorWorkers(Runnable::run, 3),
        new ExecutorWorkers(task -> {}, 3));
  }

  @AfterAll
  static void endExecutors() {
    THREADS.shutdownNow();
    VIRTUAL.shutdownNow();
  }

  static void run(TaskRunner runner, int tasks, Task task) {
    try (Workspace own = runner.acquire()) {
      runner.run(tasks, task, own);
    }
  }

  @ParameterizedTest
  @MethodSource("runners")
  void everyTaskRunsOnce(TaskRunner runner) {
    for (int tasks : new int[] {0, 1, 2, 3, 7, 1000}) {
      AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
      int[] written = new int[tasks]; // without synchronisation: run makes it visible
      run(
          runner,
          tasks,
          (index, workspace) -> {
            runs.incrementAndGet(index);
            written[index] = index + 1;
          });
      for (int index = 0; index < tasks; index++) {
        assertEquals(1, runs.get(index));
        assertEquals(index + 1, written[index]);
      }
    }
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void nobodySharesAWorkspace(TaskRunner runner) {
    Set<Workspace> inUse = ConcurrentHashMap.newKeySet();
    AtomicInteger clashes = new AtomicInteger();
    for (int call = 0; call < 50; call++) {
      run(
          runner,
          40,
          (index, workspace) -> {
            clashes.addAndGet(inUse.add(workspace) ? 0 : 1);
            Thread.onSpinWait();
            inUse.remove(workspace);
          });
    }
    assertEquals(0, clashes.get());
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void noMoreThreadsWorkThanPromised(TaskRunner runner) {
    AtomicInteger working = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    run(
        runner,
        200,
        (index, workspace) -> {
          most.accumulateAndGet(working.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          working.decrementAndGet();
        });
    assertTrue(most.get() <= runner.parallelism(), most + " of " + runner.parallelism());
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void anExceptionArrivesWhenNobodyIsAtWork(TaskRunner runner) {
    for (int call = 0; call < 30; call++) {
      AtomicInteger working = new AtomicInteger();
      AtomicInteger begun = new AtomicInteger();
      IllegalArithmetic thrown = new IllegalArithmetic();
      int bad = call;
      Exception caught =
          assertThrows(
              IllegalArithmetic.class,
              () ->
                  run(
                      runner,
                      500_000,
                      (index, workspace) -> {
                        working.incrementAndGet();
                        begun.incrementAndGet();
                        try {
                          if (index == bad) {
                            throw thrown;
                          }
                        } finally {
                          working.decrementAndGet();
                        }
                      }));
      assertSame(thrown, caught);
      assertEquals(0, working.get());
      assertTrue(begun.get() < 500_000, "no further task begins");
    }
    AtomicInteger runs = new AtomicInteger();
    run(runner, 10, (index, workspace) -> runs.incrementAndGet());
    assertEquals(10, runs.get(), "the next call works");
    runner.close();
  }

  private static final class IllegalArithmetic extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @MethodSource("runners")
  void errorsAndSeveralExceptionsArriveToo(TaskRunner runner) {
    Error thrown =
        assertThrows(
            Error.class,
            () ->
                run(
                    runner,
                    8,
                    (index, workspace) -> {
                      throw new StackOverflowError("task " + index);
                    }));
    assertTrue(String.valueOf(thrown.getMessage()).startsWith("task "));
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void tasksMayCallTheSameRunner(TaskRunner runner) {
    AtomicInteger leaves = new AtomicInteger();
    run(
        runner,
        6,
        (a, outer) ->
            run(runner, 5, (b, middle) -> run(runner, 4, (c, inner) -> leaves.incrementAndGet())));
    assertEquals(120, leaves.get());
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void manyMayCallAtOnce(TaskRunner runner) throws InterruptedException {
    int callers = 6;
    int[] sums = new int[callers];
    List<Thread> threads = new ArrayList<>();
    for (int c = 0; c < callers; c++) {
      int caller = c;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int call = 0; call < 200; call++) {
                      int[] done = new int[20];
                      run(runner, 20, (index, workspace) -> done[index] = index + 1);
                      for (int value : done) {
                        sums[caller] += value;
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    int[] expected = new int[callers];
    Arrays.fill(expected, 200 * 210);
    assertArrayEquals(expected, sums);
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void anInterruptLosesNoWorkAndStaysSet(TaskRunner runner) {
    AtomicInteger runs = new AtomicInteger();
    Thread.currentThread().interrupt();
    run(
        runner,
        60,
        (index, workspace) -> {
          runs.incrementAndGet();
          spin(100_000); // long enough for the caller to wait for somebody
        });
    assertTrue(Thread.interrupted());
    assertEquals(60, runs.get());
    assertFalse(Thread.interrupted());
    runner.close();
  }

  @Test
  void anInterruptOfAWaitingCallerLosesNoWork() throws InterruptedException {
    TaskRunner runner = ThreadWorkers.start(2);
    CountDownLatch helperIsIn = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger finished = new AtomicInteger();
    boolean[] stillSet = new boolean[1];
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread self = Thread.currentThread();
                  run(
                      runner,
                      2,
                      (index, workspace) -> {
                        if (Thread.currentThread() == self) {
                          await(helperIsIn); // leaves the other task to the helper
                        } else {
                          helperIsIn.countDown();
                          await(goOn);
                        }
                        finished.incrementAndGet();
                      });
                  stillSet[0] = Thread.currentThread().isInterrupted();
                });
    await(helperIsIn);
    while (caller.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    Thread.sleep(20);
    // Not in a loop of parks that return at once, as they do for an interrupted thread.
    assertEquals(Thread.State.WAITING, caller.getState());
    goOn.countDown();
    caller.join();
    assertEquals(2, finished.get());
    assertTrue(stillSet[0]);
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void workspacesAreReused(TaskRunner runner) {
    Workspace first = runner.acquire();
    Workspace second = runner.acquire();
    assertTrue(first != second);
    float[] buffer = first.get(KEY, 100);
    first.close();
    Workspace third = runner.acquire();
    assertSame(first, third);
    assertSame(buffer, third.get(KEY, 100));
    third.close();
    second.close();
    runner.close();
  }

  @ParameterizedTest
  @MethodSource("runners")
  void closedRunnersRefuse(TaskRunner runner) {
    Workspace underWay = runner.acquire();
    runner.close();
    runner.close();
    AtomicInteger runs = new AtomicInteger();
    runner.run(5, (index, workspace) -> runs.incrementAndGet(), underWay);
    assertEquals(5, runs.get(), "a call that is under way is completed");
    underWay.close();
    if (runner == CallerWorkers.INSTANCE) {
      runner.acquire().close();
    } else {
      assertEquals(
          "these workers are closed",
          assertThrows(IllegalStateException.class, runner::acquire).getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("runners")
  void dispatchAllocatesLittle(TaskRunner runner) {
    boolean alone = runner.parallelism() == 1;
    // Whoever runs tickets in the caller, or stores them, does its own allocation.
    Task task = (index, workspace) -> workspace.get(KEY, 64)[0]++;
    long most = alone ? 0 : 1024;
    double bytes = Allocated.bytesPerCall(() -> run(runner, 4, task), most);
    assertTrue(bytes <= most, bytes + " bytes");
    runner.close();
  }

  /** Every task runs once, by whomever. */
  static void assertRuns(TaskRunner runner, int tasks) {
    AtomicInteger runs = new AtomicInteger();
    run(runner, tasks, (index, workspace) -> runs.incrementAndGet());
    assertEquals(tasks, runs.get());
  }

  /** Waits until as many have come as the latch counts. */
  static void meet(CountDownLatch latch) {
    latch.countDown();
    await(latch);
  }

  static void spin(long nanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      Thread.onSpinWait();
    }
  }

  static void await(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
