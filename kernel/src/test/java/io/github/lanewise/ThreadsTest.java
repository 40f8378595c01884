package io.github.lanewise;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Operations on threads: no thread outlives its workers, a failed call leaves nothing behind, and
 * any number of callers at once get the bits of one alone.
 */
class ThreadsTest {

  /** Operations that are worth being cut for several threads. */
  private static final FloatTensor SCORES = tensor("scores", 4, 40, 300);

  private static final FloatTensor LONG_ROW = tensor("long", 70_000);
  private static final FloatTensor Q = tensor("q", 2, 4, 130, 16);
  private static final FloatTensor K = tensor("k", 2, 2, 300, 16);
  private static final FloatTensor V = tensor("v", 2, 2, 300, 16);
  private static final Attention ATTENTION = Attention.builder().mask(Mask.causal()).build();

  private static FloatTensor tensor(String name, long... shape) {
    return Floats.tensor(name, FloatKind.LOGITS, shape);
  }

  /** Every operation that takes workers. */
  enum Work {
    SOFTMAX(
        workers -> {
          FloatTensor y = FloatTensor.allocate(SCORES.shape());
          Softmax.standard().apply(SCORES, Mask.causal(), y, RowStatistics.none(), workers);
          return y;
        }),
    SPLIT_ROW(
        workers -> {
          FloatTensor y = FloatTensor.allocate(LONG_ROW.shape());
          Softmax.standard().apply(LONG_ROW, Mask.none(), y, RowStatistics.none(), workers);
          return y;
        }),
    SOFTMAX_BACKWARD(
        workers -> {
          FloatTensor y = FloatTensor.allocate(SCORES.shape());
          Softmax.standard().apply(SCORES, y);
          FloatTensor dx = FloatTensor.allocate(SCORES.shape());
          Softmax.standard().backward(y, SCORES, dx, workers);
          return dx;
        }),
    ATTENTION_FORWARD(
        workers -> {
          FloatTensor out = FloatTensor.allocate(Q.shape());
          ATTENTION.forward(Q, K, V, out, RowStatistics.none(), workers);
          return out;
        }),
    ATTENTION_WEIGHTS(
        workers -> {
          FloatTensor p = FloatTensor.allocate(2, 4, 130, 300);
          ATTENTION.weights(Q, K, p, workers);
          return p;
        }),
    MATMUL(
        workers -> {
          FloatTensor c = FloatTensor.allocate(4, 40, 40);
          Matmul.multiplyTransposed(0.1f, SCORES, SCORES, c, workers);
          return c;
        });

    @SuppressWarnings("ImmutableEnumChecker") // captures nothing
    private final Function<Workers, FloatTensor> work;

    Work(Function<Workers, FloatTensor> work) {
      this.work = work;
    }

    float[] by(Workers workers) {
      return work.apply(workers).toArray();
    }
  }

  private static Set<Thread> libraryThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lanewise-"))
        .collect(Collectors.toSet());
  }

  private static Set<Thread> threadsSince(Set<Thread> before) {
    Set<Thread> now = libraryThreads();
    now.removeAll(before);
    return now;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void noThreadIsLeftAfterClose(int count) {
    Set<Thread> before = libraryThreads();
    Workers workers = Workers.threads(count);
    for (Work work : Work.values()) {
      work.by(workers);
    }
    Set<Thread> during = threadsSince(before);
    assertEquals(count - 1, during.size(), during.toString());
    workers.close();
    assertEquals(Set.of(), threadsSince(before));
    for (Thread thread : during) {
      assertFalse(thread.isAlive(), thread.toString());
    }
    workers.close();
    for (Work work : Work.values()) {
      assertThrows(IllegalStateException.class, () -> work.by(workers), work.toString());
    }
  }

  @ParameterizedTest
  @EnumSource(Work.class)
  void callerNeverStartsAThread(Work work) {
    Set<Thread> before = libraryThreads();
    Workers.caller().close();
    work.by(Workers.caller());
    assertEquals(Set.of(), threadsSince(before));
  }

  @ParameterizedTest
  @EnumSource(Work.class)
  void aCallAfterAFailedOneWorks(Work work) {
    float[] expected = work.by(Workers.caller());
    InternalError broken = new InternalError("of the JVM, met by the executor");
    AtomicInteger left = new AtomicInteger(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    Executor failing =
        task -> {
          threads.execute(task);
          if (left.getAndDecrement() > 0) {
            throw broken; // although the task is on its way
          }
        };
    try (threads;
        Workers workers = Workers.on(failing, 3)) {
      assertSame(broken, assertThrows(InternalError.class, () -> work.by(workers)));
      for (int n = 0; n < 3; n++) {
        Floats.assertBits(expected, work.by(workers), "after a failed call");
      }
    }
    assertTrue(threads.isTerminated());
    Floats.assertBits(expected, work.by(Workers.caller()), "on the caller");
  }

  /** Each second task is thrown back, and half of these are on their way nevertheless. */
  @ParameterizedTest
  @EnumSource(Work.class)
  void anExecutorThatThrowsChangesNoBit(Work work) {
    float[] expected = work.by(Workers.caller());
    AtomicInteger asked = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    Executor throwing =
        task -> {
          int number = asked.getAndIncrement();
          if (number % 4 != 0) {
            threads.execute(task);
          }
          if (number % 2 == 0) {
            throw new OutOfMemoryError("unable to create native thread");
          }
        };
    try (threads;
        Workers workers = Workers.on(throwing, 3)) {
      for (int n = 0; n < 8; n++) {
        Floats.assertBits(expected, work.by(workers), "call " + n);
      }
    }
    assertTrue(asked.get() >= 8, asked + " tasks");
  }

  @ParameterizedTest
  @EnumSource(Work.class)
  void aRefusedCallLeavesTheWorkersAsTheyWere(Work work) {
    float[] expected = work.by(Workers.caller());
    Set<Thread> before = libraryThreads();
    try (Workers workers = Workers.threads(3)) {
      for (int n = 0; n < 50; n++) {
        FloatTensor wrong = FloatTensor.allocate(1, 1, 1, 1);
        assertThrows(
            IllegalArgumentException.class,
            () -> ATTENTION.forward(Q, K, V, wrong, none(), workers));
        Mask mask = Mask.keyLengths(7, 8, 9); // seen as wrong only when the call is under way
        FloatTensor y = FloatTensor.allocate(SCORES.shape());
        assertThrows(
            IllegalArgumentException.class,
            () -> Softmax.standard().apply(SCORES, mask, y, none(), workers));
        Attention masked = Attention.builder().mask(mask).build();
        FloatTensor out = FloatTensor.allocate(Q.shape());
        assertThrows(
            IllegalArgumentException.class, () -> masked.forward(Q, K, V, out, none(), workers));
      }
      Floats.assertBits(expected, work.by(workers), "after refused calls");
      assertEquals(2, threadsSince(before).size());
    }
    assertEquals(Set.of(), threadsSince(before));
  }

  private static RowStatistics none() {
    return RowStatistics.none();
  }

  /** Executors that help, hinder, or run the tasks on the caller. */
  @ParameterizedTest
  @EnumSource(Work.class)
  void anyExecutorGivesTheSameBits(Work work) throws Exception {
    float[] expected = work.by(Workers.caller());
    List<Runnable> never = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(2);
        ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      Executor[] executors = {pool, virtual, Runnable::run, never::add};
      for (Executor executor : executors) {
        try (Workers workers = Workers.on(executor, 3)) {
          Floats.assertBits(expected, work.by(workers), executor.toString());
        }
      }
      // from within the executor's own threads, all of them at once
      try (Workers workers = Workers.on(pool, 2)) {
        List<CompletableFuture<float[]>> results = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
          results.add(CompletableFuture.supplyAsync(() -> work.by(workers), pool));
        }
        for (CompletableFuture<float[]> result : results) {
          Floats.assertBits(expected, result.get(60, SECONDS), "from within");
        }
      }
    }
    never.forEach(Runnable::run); // tickets that come too late do nothing
  }

  @ParameterizedTest
  @EnumSource(Work.class)
  void manyCallersOfOneOperationGetTheSameBits(Work work) throws Exception {
    float[] expected = work.by(Workers.caller());
    try (Workers two = Workers.threads(2);
        Workers three = Workers.threads(3)) {
      Workers[] shared = {Workers.caller(), two, three, two};
      atOnce(
          shared.length,
          thread -> {
            for (int n = 0; n < 10; n++) {
              Floats.assertBits(expected, work.by(shared[thread]), "thread " + thread);
            }
          });
    }
  }

  @Test
  void differentOperationsAtOnceDoNotDisturbEachOther() throws Exception {
    Work[] works = Work.values();
    List<float[]> expected = new ArrayList<>();
    for (Work work : works) {
      expected.add(work.by(Workers.caller()));
    }
    try (Workers three = Workers.threads(3)) {
      atOnce(
          works.length,
          thread -> {
            for (int n = 0; n < 10; n++) {
              int turn = (thread + n) % works.length;
              Workers workers = n % 2 == 0 ? three : Workers.caller();
              Floats.assertBits(
                  expected.get(turn), works[turn].by(workers), works[turn].toString());
            }
          });
    }
  }

  /** Runs the body on so many threads that start together; throws what any of them throws. */
  private static void atOnce(int count, Consumer<Integer> body) throws Exception {
    CyclicBarrier start = new CyclicBarrier(count);
    try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
      List<CompletableFuture<Void>> results = new ArrayList<>();
      for (int t = 0; t < count; t++) {
        int thread = t;
        results.add(
            CompletableFuture.runAsync(
                () -> {
                  awaitUnchecked(start);
                  body.accept(thread);
                },
                threads));
      }
      for (CompletableFuture<Void> result : results) {
        result.get(60, SECONDS);
      }
    }
  }

  private static void awaitUnchecked(CyclicBarrier barrier) {
    try {
      barrier.await(60, SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
