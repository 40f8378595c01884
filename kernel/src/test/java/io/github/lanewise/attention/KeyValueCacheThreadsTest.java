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
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers while one thread changes the cache. Every key is 0, so that a row is the mean of the
 * values that it sees; token t holds the value t + 1 in every sequence, so that the mean tells how
 * many there were, and any other number shows a mixture of two moments.
 */
class KeyValueCacheThreadsTest {

  private static final int BATCH = 3;
  private static final int DIM = 4;
  private static final int MOST = 120; // (n + 1) / 2 is exact in every storage's arithmetic
  private static final int CHANGES = 3000;

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

  private static void assertConsistent(KeyValueCache cache) {
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int reader = 0; reader < 2; reader++) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      readers.add(end);
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  while (!done.get()) {
                    read(cache);
                    reads.incrementAndGet();
                  }
                  end.complete(null);
                } catch (Throwable failure) {
                  end.completeExceptionally(failure);
                }
              });
    }
    try {
      SplittableRandom random = new SplittableRandom(9);
      for (int n = 0; n < CHANGES || reads.get() < 200; n++) {
        change(cache, random);
      }
    } finally {
      done.set(true);
    }
    readers.forEach(CompletableFuture::join);
    cache.close();
  }

  private static void change(KeyValueCache cache, SplittableRandom random) {
    int length = (int) cache.length();
    if (random.nextInt(4) == 0 || length == MOST) {
      cache.truncate(random.nextInt(length + 1));
    } else if (random.nextInt(8) == 0) {
      KeyValueCache fork = cache.fork();
      append(fork, length, 1 + random.nextInt(20), -1000); // must not be seen by anybody else
      fork.close();
    } else {
      append(cache, length, 1 + random.nextInt(Math.min(20, MOST - length)), 1);
    }
  }

  private static void append(KeyValueCache cache, int length, int tokens, int first) {
    FloatTensor k = FloatTensor.allocate(BATCH, 1, tokens, DIM);
    FloatTensor v = FloatTensor.allocate(BATCH, 1, tokens, 1);
    for (int b = 0; b < BATCH; b++) {
      for (int t = 0; t < tokens; t++) {
        v.set(length + t + first, b, 0, t, 0);
      }
    }
    cache.append(k, v);
  }

  private static void read(KeyValueCache cache) {
    FloatTensor q = FloatTensor.allocate(BATCH, 1, 1, DIM);
    FloatTensor out = FloatTensor.allocate(BATCH, 1, 1, 1);
    FloatTensor sum = FloatTensor.allocate(BATCH, 1, 1);
    Attention.builder()
        .build()
        .forward(q, cache, out, new RowStatistics(sum, null, null), Workers.caller());
    double seen = Math.exp(sum.get(0, 0, 0)); // every weight is 1: their number
    long count = Math.round(seen);
    assertTrue(count <= MOST, () -> "sees " + seen + " tokens");
    for (int b = 0; b < BATCH; b++) {
      assertEquals(sum.get(0, 0, 0), sum.get(b, 0, 0), "sequences of different moments");
      float mean = count == 0 ? 0f : (count + 1) / 2f;
      assertEquals(mean, out.get(b, 0, 0, 0), 1e-4f * MOST, () -> "of " + count + " tokens");
    }
  }
}
