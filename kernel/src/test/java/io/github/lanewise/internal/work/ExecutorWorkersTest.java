package io.github.lanewise.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(300)
class ExecutorWorkersTest {

  @Test
  void theExecutorsThreadsHelp() {
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      TaskRunner runner = new ExecutorWorkers(executor, 3);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      CountDownLatch all = new CountDownLatch(3);
      TaskRunnerTest.run(
          runner,
          3,
          (index, workspace) -> {
            threads.add(Thread.currentThread());
            TaskRunnerTest.meet(all); // only three threads at once get past this
          });
      assertEquals(3, threads.size());
      runner.close();
    }
  }

  @Test
  void noMoreHelpersAreAskedForThanThereAreTasks() {
    List<Runnable> tickets = new ArrayList<>();
    TaskRunner runner = new ExecutorWorkers(tickets::add, 8);
    TaskRunnerTest.run(runner, 1, (index, workspace) -> {});
    assertEquals(0, tickets.size());
    TaskRunnerTest.run(runner, 3, (index, workspace) -> {});
    assertEquals(2, tickets.size());
    TaskRunnerTest.run(runner, 100, (index, workspace) -> {});
    assertEquals(9, tickets.size());
    runner.close();
  }

  @Test
  void aTicketThatStartsTooLateDoesNothingAndHoldsNothing() throws InterruptedException {
    List<Runnable> tickets = new ArrayList<>();
    TaskRunner runner = new ExecutorWorkers(tickets::add, 3);
    AtomicInteger runs = new AtomicInteger();
    WeakReference<Object> operand = callWithOperand(runner, runs);
    for (int n = 0; n < 50 && operand.get() != null; n++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(operand.get());
    assertEquals(2, tickets.size());
    tickets.forEach(Runnable::run);
    assertEquals(5, runs.get());
    runner.close();
  }

  private static WeakReference<Object> callWithOperand(TaskRunner runner, AtomicInteger runs) {
    Object operand = new Object();
    TaskRunnerTest.run(
        runner,
        5,
        (index, workspace) -> {
          assertTrue(operand.hashCode() == operand.hashCode());
          runs.incrementAndGet();
        });
    return new WeakReference<>(operand);
  }

  @Test
  void aBusyExecutorIsNotWaitedFor() {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      CountDownLatch end = new CountDownLatch(1);
      executor.execute(() -> TaskRunnerTest.await(end));
      TaskRunner runner = new ExecutorWorkers(executor, 2);
      TaskRunnerTest.assertRuns(runner, 50);
      end.countDown();
      runner.close();
    }
  }

  @Test
  void itMayBeUsedOnItsOwnExecutor() throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      TaskRunner runner = new ExecutorWorkers(executor, 4);
      int runs =
          executor
              .submit(
                  () -> {
                    AtomicInteger count = new AtomicInteger();
                    TaskRunnerTest.run(runner, 50, (index, workspace) -> count.incrementAndGet());
                    return count.get();
                  })
              .get();
      assertEquals(50, runs);
      runner.close();
    }
  }

  @Test
  void aRejectionIsNoError() {
    AtomicInteger asked = new AtomicInteger();
    TaskRunner runner =
        new ExecutorWorkers(
            ticket -> {
              asked.incrementAndGet();
              throw new RejectedExecutionException();
            },
            4);
    TaskRunnerTest.assertRuns(runner, 50);
    assertEquals(1, asked.get());
    ExecutorService ended = Executors.newFixedThreadPool(2);
    ended.shutdown();
    TaskRunnerTest.assertRuns(new ExecutorWorkers(ended, 3), 50);
    runner.close();
  }

  static Stream<Throwable> whatCostsTheHelpersOnly() {
    return Stream.of(
        new RejectedExecutionException("full"),
        new IllegalStateException("stopping"),
        new NullPointerException("broken"),
        new OutOfMemoryError("unable to create native thread"),
        new NoClassDefFoundError("a class of the executor's"),
        new AssertionError("broken"),
        new IOException("not declared"));
  }

  @ParameterizedTest
  @MethodSource("whatCostsTheHelpersOnly")
  void anExecutorThatThrowsCostsTheHelpersOnly(Throwable thrown) {
    AtomicInteger asked = new AtomicInteger();
    TaskRunner runner =
        new ExecutorWorkers(
            ticket -> {
              asked.incrementAndGet();
              throw ExecutorWorkersTest.<RuntimeException>undeclared(thrown);
            },
            4);
    Thread caller = Thread.currentThread();
    AtomicInteger runs = new AtomicInteger();
    for (int call = 1; call <= 2; call++) {
      TaskRunnerTest.run(
          runner,
          50,
          (index, workspace) -> {
            assertSame(caller, Thread.currentThread());
            runs.incrementAndGet();
          });
      assertEquals(50 * call, runs.get());
      assertEquals(call, asked.get(), "is asked again at the next call only");
    }
    runner.close();
  }

  /** As a thread factory does that runs into the system's limit at the second thread. */
  @Test
  void theHelpersThatCameBeforeItThrewStay() {
    try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
      AtomicInteger asked = new AtomicInteger();
      TaskRunner runner =
          new ExecutorWorkers(
              ticket -> {
                if (asked.incrementAndGet() == 2) {
                  throw new OutOfMemoryError("unable to create native thread");
                }
                executor.execute(ticket);
              },
              4);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      CountDownLatch both = new CountDownLatch(2);
      TaskRunnerTest.run(
          runner,
          2 + 3,
          (index, workspace) -> {
            threads.add(Thread.currentThread());
            TaskRunnerTest.meet(both); // only two threads at once get past this
          });
      assertEquals(2, threads.size());
      assertEquals(2, asked.get());
      runner.close();
    }
  }

  @Test
  void anInterruptThatAnExecutorThrowsStaysSet() {
    TaskRunner runner =
        new ExecutorWorkers(
            ticket -> {
              Thread.interrupted(); // as whatever throws the exception does
              throw ExecutorWorkersTest.<RuntimeException>undeclared(new InterruptedException());
            },
            4);
    AtomicInteger runs = new AtomicInteger();
    Thread.currentThread().interrupt();
    TaskRunnerTest.run(runner, 50, (index, workspace) -> runs.incrementAndGet());
    assertTrue(Thread.interrupted());
    assertEquals(50, runs.get());
    runner.close();
  }

  static Stream<Error> whatEndsTheCall() {
    return Stream.of(new InternalError("the JVM"), new StackOverflowError());
  }

  @ParameterizedTest
  @MethodSource("whatEndsTheCall")
  void anErrorOfTheVirtualMachineEndsTheCall(Error error) {
    TaskRunner runner =
        new ExecutorWorkers(
            ticket -> {
              throw error;
            },
            4);
    AtomicInteger runs = new AtomicInteger();
    assertSame(
        error,
        assertThrows(
            error.getClass(),
            () -> TaskRunnerTest.run(runner, 50, (index, workspace) -> runs.incrementAndGet())));
    assertEquals(0, runs.get());
    runner.close();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T undeclared(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void wrongArgumentsAreRefused() {
    assertThrows(NullPointerException.class, () -> new ExecutorWorkers(null, 2));
    for (int parallelism : new int[] {0, -1, Integer.MIN_VALUE}) {
      Exception thrown =
          assertThrows(
              IllegalArgumentException.class,
              () -> new ExecutorWorkers(Runnable::run, parallelism));
      assertTrue(String.valueOf(thrown.getMessage()).contains("" + parallelism));
    }
    new ExecutorWorkers(Runnable::run, Integer.MAX_VALUE).close();
  }
}
