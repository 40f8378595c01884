package io.github.lanewise.internal.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every crew promises. */
@Timeout(300)
class CrewTest {
  private static final Workspace.Floats KEY = Workspace.floats();

  private static final ExecutorService THREADS = Executors.newFixedThreadPool(3);
  private static final ExecutorService VIRTUAL = Executors.newVirtualThreadPerTaskExecutor();

  static Stream<Crew> crews() {
    return Stream.of(
        CallerCrew.INSTANCE,
        ThreadCrew.start(1),
        ThreadCrew.start(2),
        ThreadCrew.start(5),
        new ExecutorCrew(THREADS, 1),
        new ExecutorCrew(THREADS, 4),
        new ExecutorCrew(VIRTUAL, 3),
        new ExecutorCrew(ForkJoinPool.commonPool(), 3),
        new ExecutorCrew(Runnable::run, 3),
        new ExecutorCrew(task -> {}, 3));
  }

  @AfterAll
  static void endExecutors() {
    THREADS.shutdownNow();
    VIRTUAL.shutdownNow();
  }

  static void run(Crew crew, int tasks, Task task) {
    Workspace own = crew.acquire();
    try {
      crew.run(tasks, task, own);
    } finally {
      own.close();
    }
  }

  @ParameterizedTest
  @MethodSource("crews")
  void everyTaskRunsOnce(Crew crew) {
    for (int tasks : new int[] {0, 1, 2, 3, 7, 1000}) {
      AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
      int[] written = new int[tasks]; // without synchronisation: run makes it visible
      run(
          crew,
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
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void nobodySharesAWorkspace(Crew crew) {
    Set<Workspace> inUse = ConcurrentHashMap.newKeySet();
    AtomicInteger clashes = new AtomicInteger();
    for (int call = 0; call < 50; call++) {
      run(
          crew,
          40,
          (index, workspace) -> {
            clashes.addAndGet(inUse.add(workspace) ? 0 : 1);
            Thread.onSpinWait();
            inUse.remove(workspace);
          });
    }
    assertEquals(0, clashes.get());
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void noMoreThreadsWorkThanPromised(Crew crew) {
    AtomicInteger working = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    run(
        crew,
        200,
        (index, workspace) -> {
          most.accumulateAndGet(working.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          working.decrementAndGet();
        });
    assertTrue(most.get() <= crew.parallelism(), most + " of " + crew.parallelism());
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void anExceptionArrivesWhenNobodyIsAtWork(Crew crew) {
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
                      crew,
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
    run(crew, 10, (index, workspace) -> runs.incrementAndGet());
    assertEquals(10, runs.get(), "the next call works");
    crew.close();
  }

  private static final class IllegalArithmetic extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @MethodSource("crews")
  void errorsAndSeveralExceptionsArriveToo(Crew crew) {
    Error thrown =
        assertThrows(
            Error.class,
            () ->
                run(
                    crew,
                    8,
                    (index, workspace) -> {
                      throw new StackOverflowError("task " + index);
                    }));
    assertTrue(String.valueOf(thrown.getMessage()).startsWith("task "));
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void tasksMayCallTheSameCrew(Crew crew) {
    AtomicInteger leaves = new AtomicInteger();
    run(
        crew,
        6,
        (a, outer) ->
            run(crew, 5, (b, middle) -> run(crew, 4, (c, inner) -> leaves.incrementAndGet())));
    assertEquals(120, leaves.get());
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void manyMayCallAtOnce(Crew crew) throws InterruptedException {
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
                      run(crew, 20, (index, workspace) -> done[index] = index + 1);
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
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void anInterruptLosesNoWorkAndStaysSet(Crew crew) {
    AtomicInteger runs = new AtomicInteger();
    Thread.currentThread().interrupt();
    run(
        crew,
        60,
        (index, workspace) -> {
          runs.incrementAndGet();
          spin(100_000); // long enough for the caller to wait for somebody
        });
    assertTrue(Thread.interrupted());
    assertEquals(60, runs.get());
    assertFalse(Thread.interrupted());
    crew.close();
  }

  @Test
  void anInterruptOfAWaitingCallerLosesNoWork() throws InterruptedException {
    Crew crew = ThreadCrew.start(2);
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
                      crew,
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
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void workspacesAreReused(Crew crew) {
    Workspace first = crew.acquire();
    Workspace second = crew.acquire();
    assertTrue(first != second);
    float[] buffer = first.get(KEY, 100);
    first.close();
    Workspace third = crew.acquire();
    assertSame(first, third);
    assertSame(buffer, third.get(KEY, 100));
    third.close();
    second.close();
    crew.close();
  }

  @ParameterizedTest
  @MethodSource("crews")
  void closedCrewsRefuse(Crew crew) {
    Workspace underWay = crew.acquire();
    crew.close();
    crew.close();
    AtomicInteger runs = new AtomicInteger();
    crew.run(5, (index, workspace) -> runs.incrementAndGet(), underWay);
    assertEquals(5, runs.get(), "a call that is under way is completed");
    underWay.close();
    if (crew == CallerCrew.INSTANCE) {
      crew.acquire().close();
    } else {
      assertEquals(
          "these workers are closed",
          assertThrows(IllegalStateException.class, crew::acquire).getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("crews")
  void dispatchAllocatesLittle(Crew crew) {
    boolean alone = crew.parallelism() == 1;
    // Whoever runs tickets in the caller, or stores them, does its own allocation.
    Task task = (index, workspace) -> workspace.get(KEY, 64)[0]++;
    long most = alone ? 0 : 1024;
    double bytes = Allocated.bytesPerCall(() -> run(crew, 4, task), most);
    assertTrue(bytes <= most, bytes + " bytes");
    crew.close();
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
