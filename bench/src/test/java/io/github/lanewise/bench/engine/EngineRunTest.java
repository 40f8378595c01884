package io.github.lanewise.bench.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Workers;
import io.github.lanewise.bench.engine.EngineRun.Memory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests that are served together get the tokens that they get alone. */
class EngineRunTest {
  private static final long MEGABYTE = 1 << 20;

  private static final DecoderShape TINY = new DecoderShape(2, 48, 4, 2, 12, 100, 300, 256);

  @Test
  void aRoundOfRequestsGetsTheTokensItGetsAlone() {
    try (EngineRun run = new EngineRun(TINY, 12, Workers.caller())) {
      run.run(0, () -> {}, () -> {});
      assertEquals(0, run.different());
      assertEquals(12, run.requests());
      assertEquals(4, run.forks());
      double rates = 0;
      for (double rate : run.tokensPerSecond(5)) {
        rates += rate / 5;
      }
      assertEquals(run.tokens() / run.seconds(), rates, 1e-6 * rates);
      assertTrue(run.nextToken(50) <= run.nextToken(99));
    }
  }

  /** Helpers that are refused, and a thread that is interrupted: no token changes for it. */
  @Test
  void refusedHelpersAndInterruptsChangeNoToken() {
    disturbed(TINY, Duration.ZERO);
  }

  /** Two minutes of it, in which memory does not grow. */
  @Tag("long")
  @Test
  void twoMinutesOfServingHoldNoMemory() {
    List<Memory> memory = disturbed(DecoderShape.small(), Duration.ofMinutes(2));
    Memory third = memory.get(memory.size() / 3);
    Memory last = memory.get(memory.size() - 1);
    System.out.printf("after %d rounds: %s, in the end %s%n", memory.size() / 3, third, last);
    assertTrue(last.heap() - third.heap() < 16 * MEGABYTE, third + ", then " + last);
    assertTrue(last.resident() - third.resident() < 128 * MEGABYTE, third + ", then " + last);
  }

  private static List<Memory> disturbed(DecoderShape shape, Duration time) {
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger steps = new AtomicInteger();
    AtomicBoolean due = new AtomicBoolean();
    Workers workers =
        Workers.on(
            task -> {
              if (asked.incrementAndGet() % 3 == 0) {
                refused.incrementAndGet();
                throw new RejectedExecutionException("no room");
              }
              Thread.ofVirtual().start(task);
            },
            2);
    try (workers;
        EngineRun run = new EngineRun(shape, 12, workers)) {
      run.run(
          time.toNanos(),
          () -> {
            assertEquals(due.get(), Thread.interrupted(), "the interrupt of a step stays");
            due.set(steps.incrementAndGet() % 5 == 0);
            if (due.get()) {
              Thread.currentThread().interrupt();
            }
          },
          () -> assertEquals(due.getAndSet(false), Thread.interrupted()));
      assertEquals(0, run.different());
      assertTrue(refused.get() > 0, "no helper was refused");
      System.out.println(run.summary());
      return run.memory();
    } finally {
      Thread.interrupted();
    }
  }
}
