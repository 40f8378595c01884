package io.github.lanewise.attention;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.TestArena;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Caches under load for long: a thread for each storage changes its own and attends to them, one
 * more only reads what they show, and all share their workers. In laps, between which the memory is
 * measured.
 */
final class CacheSoak {
  private static final int LAPS = 8;

  /** Far below what a leak of a hundred bytes a step makes of 100,000 steps. */
  private static final long HEAP_GROWTH = 6 << 20;

  private final AtomicReference<@Nullable KeyValueCache> shown = new AtomicReference<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicInteger read = new AtomicInteger();

  private CacheSoak() {}

  static void run(int steps) throws Exception {
    new CacheSoak().laps(steps);
  }

  private void laps(int steps) throws Exception {
    List<SoakActor> actors = new ArrayList<>();
    try (TestArena arena = new TestArena(Arena.ofShared());
        ExecutorService pool = Executors.newFixedThreadPool(2);
        ExecutorService threads = Executors.newCachedThreadPool();
        Workers shared = Workers.threads(3)) {
      for (Storage storage : Storage.values()) {
        TestArena own = storage == Storage.BFLOAT16 ? arena : null;
        actors.add(new SoakActor(actors.size(), storage, own, pool, shared, shown));
      }
      Future<?> reader = threads.submit(this::readAll);
      long[] heap = new long[LAPS];
      long[] offHeap = new long[LAPS];
      try {
        for (int lap = 0; lap < LAPS; lap++) {
          lap(actors, threads, steps / LAPS / actors.size());
          heap[lap] = usedHeap();
          offHeap[lap] = arena.bytes();
        }
      } finally {
        ended.set(true); // also when an actor has failed: the threads are waited for
      }
      reader.get(1, MINUTES);
      actors.forEach(SoakActor::close);
      report(actors, steps, heap, offHeap);
      // The first quarter fills caches and buffers.
      long growth = heap[LAPS - 1] - heap[LAPS / 4];
      assertTrue(growth < HEAP_GROWTH, "the heap has grown by " + growth + " bytes");
      assertTrue(
          offHeap[LAPS - 1] < 2 * offHeap[LAPS / 4],
          "the arena has grown from " + offHeap[LAPS / 4] + " to " + offHeap[LAPS - 1] + " bytes");
    }
  }

  private static void lap(List<SoakActor> actors, ExecutorService threads, int steps)
      throws Exception {
    List<Future<?>> runs = new ArrayList<>();
    for (SoakActor actor : actors) {
      runs.add(
          threads.submit(
              () -> {
                for (int step = 0; step < steps; step++) {
                  actor.step();
                }
              }));
    }
    for (Future<?> run : runs) {
      run.get(10, MINUTES);
    }
  }

  /** Attends to caches that other threads change or close. */
  private void readAll() {
    Attention attention = Attention.builder().scale(0.05f).build();
    long heads = SoakTokens.QUERY_HEADS;
    FloatTensor q = FloatTensor.allocate(3, heads, 1, SoakTokens.HEAD_DIM);
    FloatTensor out = FloatTensor.allocate(3, heads, 1, SoakTokens.VALUE_DIM);
    while (!ended.get()) {
      KeyValueCache cache = shown.get();
      if (cache == null) {
        Thread.onSpinWait();
        continue;
      }
      try {
        attention.forward(q, cache, out, RowStatistics.none(), Workers.caller());
      } catch (IllegalStateException closed) {
        continue;
      }
      for (long sequence = 0; sequence < 3; sequence++) {
        float sum = out.get(sequence, 0, 0, SoakTokens.VALUE_DIM - 1);
        assertTrue(sum == 0 || Math.abs(sum - 1) < 1e-5f, "a reader's weights add up to " + sum);
      }
      read.incrementAndGet();
    }
  }

  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int n = 0; n < 3; n++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private void report(List<SoakActor> actors, int steps, long[] heap, long[] offHeap) {
    int checked = 0;
    int refused = 0;
    int broken = 0;
    int interrupted = 0;
    int exhausted = 0;
    int letGo = 0;
    int refusedToSee = 0;
    int layers = 0;
    double worst = 0;
    for (SoakActor actor : actors) {
      checked += actor.checked;
      refused += actor.refused;
      broken += actor.broken();
      interrupted += actor.interrupted;
      exhausted += actor.exhausted;
      letGo += actor.letGo;
      refusedToSee += actor.refusedToSee;
      layers += actor.layers;
      worst = Math.max(worst, actor.worst);
    }
    System.out.printf(
        "soak: %d steps, %d checked against the oracle (off by %.1e at most), %d appends refused,"
            + " %d times tokens let go and %d times missed, %d layers, %d broken executors, %d interrupts, %d times out of memory, %d reads by a second"
            + " thread; heap %.1f MB after a quarter and %.1f at the end, off-heap %.1f and %.1f%n",
        steps,
        checked,
        worst,
        refused,
        letGo,
        refusedToSee,
        layers,
        broken,
        interrupted,
        exhausted,
        read.get(),
        heap[LAPS / 4] / 1e6,
        heap[LAPS - 1] / 1e6,
        offHeap[LAPS / 4] / 1e6,
        offHeap[LAPS - 1] / 1e6);
    assertTrue(checked >= steps / 100 - LAPS * actors.size(), checked + " checked");
    assertTrue(
        refused > 0 && broken > 0 && interrupted > 0 && exhausted > 0 && read.get() > 0,
        "a fault is missing");
    assertTrue(refusedToSee > 0 && refusedToSee < letGo && layers > 0, "a change is missing");
  }
}
