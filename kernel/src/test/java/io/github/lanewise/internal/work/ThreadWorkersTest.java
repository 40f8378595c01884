package io.github.lanewise.internal.work;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ThreadWorkersTest {

  /** Brings every thread of the runner into a task at the same time, and returns the helpers. */
  private static Set<Thread> helpers(TaskRunner runner) {
    int count = runner.parallelism();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(count);
    TaskRunnerTest.run(
        runner,
        count,
        (index, workspace) -> {
          threads.add(Thread.currentThread());
          TaskRunnerTest.meet(all);
        });
    assertTrue(threads.remove(Thread.currentThread()));
    assertEquals(count - 1, threads.size());
    return threads;
  }

  @Test
  void theThreadsAreItsOwnAndEndWithIt() {
    TaskRunner runner = ThreadWorkers.start(4);
    Set<Thread> threads = helpers(runner);
    Set<String> names = new HashSet<>();
    for (Thread thread : threads) {
      assertTrue(thread.getName().matches("lanewise-worker-\\d+"), thread.getName());
      assertTrue(thread.isDaemon());
      names.add(thread.getName());
    }
    assertEquals(3, names.size());
    assertEquals(threads, helpers(runner));
    runner.close();
    for (Thread thread : threads) {
      assertFalse(thread.isAlive());
    }
  }

  @Test
  void threadsThatParkedWakeUp() throws InterruptedException {
    TaskRunner runner = ThreadWorkers.start(3);
    Set<Thread> threads = helpers(runner);
    for (int round = 0; round < 20; round++) {
      for (Thread thread : threads) {
        while (thread.getState() != Thread.State.WAITING) {
          Thread.sleep(1);
        }
      }
      helpers(runner);
    }
    // Of an interrupt from outside they take no notice, and do not turn to spinning either.
    for (Thread thread : threads) {
      thread.interrupt();
    }
    helpers(runner);
    for (Thread thread : threads) {
      while (thread.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
    }
    runner.close();
  }

  @Test
  void anInterruptThatATaskLeavesBehindIsGoneForTheNext() {
    TaskRunner runner = ThreadWorkers.start(2);
    for (int round = 0; round < 10; round++) {
      CountDownLatch both = new CountDownLatch(2);
      Thread caller = Thread.currentThread();
      TaskRunnerTest.run(
          runner,
          2,
          (index, workspace) -> {
            TaskRunnerTest.meet(both);
            if (Thread.currentThread() != caller) {
              assertFalse(Thread.currentThread().isInterrupted());
              Thread.currentThread().interrupt();
            }
          });
    }
    runner.close();
  }

  @Test
  void oneThreadIsTheCallers() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    TaskRunner runner = ThreadWorkers.start(1);
    Set<Thread> after = new HashSet<>(Thread.getAllStackTraces().keySet());
    after.removeAll(before);
    after.removeIf(thread -> !thread.getName().startsWith("lanewise"));
    assertEquals(Set.of(), after);
    assertEquals(1, runner.parallelism());
    runner.close();
  }

  @Test
  void wrongCountsAreRefused() {
    for (int count : new int[] {0, -1, Integer.MIN_VALUE, 4097, Integer.MAX_VALUE}) {
      assertIllegal(() -> ThreadWorkers.start(count), "count is " + count);
    }
  }

  @Test
  void ifTheSystemHasNoMoreThreadsThoseThatWereStartedEnd() {
    List<Thread> started = new ArrayList<>();
    OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
    Consumer<Thread> starter =
        thread -> {
          if (started.size() == 3) {
            throw none;
          }
          thread.start();
          started.add(thread);
        };
    assertSame(none, assertThrows(OutOfMemoryError.class, () -> ThreadWorkers.start(8, starter)));
    assertEquals(3, started.size());
    for (Thread thread : started) {
      assertFalse(thread.isAlive());
    }
  }

  @Test
  void nothingIsInheritedFromTheMaker() {
    InheritableThreadLocal<String> secret = new InheritableThreadLocal<>();
    secret.set("secret");
    Thread.currentThread().setContextClassLoader(new ClassLoader() {});
    try {
      TaskRunner runner = ThreadWorkers.start(2);
      for (Thread thread : helpers(runner)) {
        assertEquals(ClassLoader.getSystemClassLoader(), thread.getContextClassLoader());
      }
      AtomicReference<String> seen = new AtomicReference<>("nothing");
      CountDownLatch both = new CountDownLatch(2);
      Thread caller = Thread.currentThread();
      TaskRunnerTest.run(
          runner,
          2,
          (index, workspace) -> {
            TaskRunnerTest.meet(both);
            if (Thread.currentThread() != caller) {
              seen.set(secret.get());
            }
          });
      assertNull(seen.get());
      runner.close();
    } finally {
      Thread.currentThread().setContextClassLoader(ClassLoader.getSystemClassLoader());
      secret.remove();
    }
  }

  @Test
  void oneOfItsThreadsCannotCloseIt() {
    TaskRunner runner = ThreadWorkers.start(2);
    CountDownLatch both = new CountDownLatch(2);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller = Thread.currentThread();
    TaskRunnerTest.run(
        runner,
        2,
        (index, workspace) -> {
          TaskRunnerTest.meet(both);
          if (Thread.currentThread() != caller) {
            thrown.set(assertThrows(IllegalStateException.class, runner::close));
          }
        });
    assertTrue(String.valueOf(thrown.get()).contains("own threads"));
    assertEquals(1, helpers(runner).size(), "it is still open");
    runner.close();
  }

  @Test
  void aTaskOfTheCallerMayCloseIt() {
    TaskRunner runner = ThreadWorkers.start(2);
    AtomicInteger runs = new AtomicInteger();
    Thread caller = Thread.currentThread();
    Workspace own = runner.acquire();
    runner.run(
        500,
        (index, workspace) -> {
          runs.incrementAndGet();
          if (Thread.currentThread() == caller) {
            runner.close();
          }
        },
        own);
    own.close();
    assertEquals(500, runs.get());
  }

  @Test
  void closingDuringCallsCompletesThem() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      TaskRunner runner = ThreadWorkers.start(3);
      AtomicInteger wrong = new AtomicInteger();
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        AtomicInteger runs = new AtomicInteger();
                        TaskRunnerTest.run(
                            runner, 30, (index, workspace) -> runs.incrementAndGet());
                        wrong.addAndGet(30 - runs.get());
                      }
                    } catch (IllegalStateException closed) {
                      // as promised
                    }
                  });
      TaskRunnerTest.spin(500_000);
      runner.close();
      caller.join();
      assertEquals(0, wrong.get());
    }
  }

  @Test
  void anInterruptDoesNotKeepItFromClosing() {
    TaskRunner runner = ThreadWorkers.start(3);
    Set<Thread> threads = helpers(runner);
    Thread.currentThread().interrupt();
    runner.close();
    assertTrue(Thread.interrupted());
    for (Thread thread : threads) {
      assertFalse(thread.isAlive());
    }
  }

  @Test
  void everyExceptionIsKept() {
    TaskRunner runner = ThreadWorkers.start(3);
    CountDownLatch all = new CountDownLatch(3);
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                TaskRunnerTest.run(
                    runner,
                    3,
                    (index, workspace) -> {
                      TaskRunnerTest.meet(all);
                      throw new IllegalStateException("task " + index);
                    }));
    assertEquals(2, thrown.getSuppressed().length);
    runner.close();
  }
}
