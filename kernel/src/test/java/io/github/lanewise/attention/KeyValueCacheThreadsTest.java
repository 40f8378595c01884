package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers while one thread changes the cache. Every key is 0, so that a row is the mean of the
 * values that it sees, and its logSumExp tells how many they are. Each state that the cache goes
 * through is written down before it can be seen, as count and sum: a reader that sees any other
 * pair has seen a mixture of two moments, or tokens that were overwritten under it.
 */
@Tag("once")
class KeyValueCacheThreadsTest {

  private static final int BATCH = 3;
  private static final int DIM = 4;
  private static final int MOST = 400;

  /** Values are whole numbers up to here: exact in float16, and so are their sums in float. */
  private static final int LARGEST = 2000;

  private static final int CHANGES = 20_000;
  private static final long READS = 2000;

  @ParameterizedTest
  @EnumSource(
      value = Storage.class,
      names = {"FLOAT32", "FLOAT16"})
  void readersSeeOneMoment(Storage storage) {
    try (Arena arena = Arena.ofShared()) {
      KeyValueCache.Builder builder =
          KeyValueCache.builder(BATCH, 1, DIM, 1).storage(storage).pageLength(16);
      assertConsistent(builder.build());
      assertConsistent(builder.arena(arena).build());
    }
  }

  /** The cache, and what it has held at any time. */
  private static final class Recorded {
    final KeyValueCache cache;
    final List<Integer> tokens = new ArrayList<>();
    final Set<List<Long>> states = ConcurrentHashMap.newKeySet();

    Recorded(KeyValueCache cache) {
      this.cache = cache;
      record();
    }

    void record() {
      states.add(List.of((long) tokens.size(), tokens.stream().mapToLong(v -> v).sum()));
    }
  }

  private static void assertConsistent(KeyValueCache cache) {
    Recorded recorded = new Recorded(cache);
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int reader = 0; reader < 2; reader++) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      readers.add(end);
      Runnable loop = () -> readUntil(done, recorded, reads, end);
      Thread.ofPlatform().start(loop);
    }
    try {
      SplittableRandom random = new SplittableRandom(9);
      boolean fine = true;
      for (int n = 0; fine && (n < CHANGES || reads.get() < READS); n++) {
        change(recorded, random);
        fine = readers.stream().noneMatch(CompletableFuture::isDone);
      }
    } finally {
      done.set(true);
    }
    readers.forEach(CompletableFuture::join);
    cache.close();
  }

  private static void readUntil(
      AtomicBoolean done, Recorded recorded, AtomicLong reads, CompletableFuture<Void> end) {
    try {
      while (!done.get()) {
        read(recorded);
        reads.incrementAndGet();
      }
      end.complete(null);
    } catch (RuntimeException | AssertionError failure) {
      end.completeExceptionally(failure);
    }
  }

  private static void change(Recorded recorded, SplittableRandom random) {
    KeyValueCache cache = recorded.cache;
    int length = recorded.tokens.size();
    if (random.nextInt(4) == 0 || length == MOST) {
      int shorter = random.nextInt(length + 1);
      recorded.tokens.subList(shorter, length).clear();
      recorded.record();
      cache.truncate(shorter);
    } else if (random.nextInt(8) == 0) {
      KeyValueCache fork = cache.fork();
      append(fork, List.of(-1000, -1000)); // must not be seen by anybody else
      fork.close();
    } else {
      List<Integer> values = new ArrayList<>();
      for (int t = random.nextInt(Math.min(40, MOST - length)); t >= 0; t--) {
        values.add(random.nextInt(LARGEST));
      }
      recorded.tokens.addAll(values);
      recorded.record();
      append(cache, values);
    }
  }

  private static void append(KeyValueCache cache, List<Integer> values) {
    int tokens = values.size();
    FloatTensor k = FloatTensor.allocate(BATCH, 1, tokens, DIM);
    FloatTensor v = FloatTensor.allocate(BATCH, 1, tokens, 1);
    for (int b = 0; b < BATCH; b++) {
      for (int t = 0; t < tokens; t++) {
        v.set(values.get(t), b, 0, t, 0);
      }
    }
    cache.append(k, v);
  }

  private static void read(Recorded recorded) {
    FloatTensor q = FloatTensor.allocate(BATCH, 1, 1, DIM);
    FloatTensor out = FloatTensor.allocate(BATCH, 1, 1, 1);
    FloatTensor sum = FloatTensor.allocate(BATCH, 1, 1);
    Attention.builder()
        .build()
        .forward(q, recorded.cache, out, new RowStatistics(sum, null, null), Workers.caller());
    for (int b = 0; b < BATCH; b++) {
      long count = Math.round(Math.exp(sum.get(b, 0, 0))); // every weight is 1
      long total = Math.round(count * (double) out.get(b, 0, 0, 0));
      assertEquals(sum.get(0, 0, 0), sum.get(b, 0, 0), "sequences of different moments");
      assertTrue(
          recorded.states.contains(List.of(count, total)),
          () -> count + " tokens of " + total + " in all have never been there");
    }
  }
}
