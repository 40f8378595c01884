package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.TestArena;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams: a prefix and a window over many tokens, in bounded memory and without garbage. */
class KeyValueCacheStreamTest {

  private static final int DIM = 8;
  private static final int PREFIX = 4;
  private static final int WINDOW = 300;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Attention STREAMING =
      Attention.builder().mask(Mask.prefix(PREFIX).or(Mask.window(WINDOW, 0))).build();

  private final FloatTensor q = FloatTensor.allocate(1, 2, 1, DIM);
  private final FloatTensor k = FloatTensor.allocate(1, 1, 1, DIM);
  private final FloatTensor v = FloatTensor.allocate(1, 1, 1, DIM);
  private final FloatTensor out = FloatTensor.allocate(1, 2, 1, DIM);
  private final SplittableRandom random = new SplittableRandom(5);

  private void draw() {
    for (int d = 0; d < DIM; d++) {
      q.set((float) random.nextGaussian(), 0, 0, 0, d);
      q.set((float) random.nextGaussian(), 0, 1, 0, d);
      k.set((float) random.nextGaussian(), 0, 0, 0, d);
      v.set((float) random.nextGaussian(), 0, 0, 0, d);
    }
  }

  private void step(KeyValueCache cache) {
    cache.append(k, v);
    cache.retain(PREFIX, cache.length() - WINDOW - 1);
    STREAMING.forward(q, cache, out, RowStatistics.none(), Workers.caller());
  }

  /** A million tokens in as many as the pages of a prefix and a window hold. */
  @Tag("once")
  @ParameterizedTest
  @CsvSource({"FLOAT32, 256", "FLOAT32, 16", "INT8, 64"})
  void aMillionTokensTakeAFewPages(Storage storage, int pageLength) {
    try (TestArena arena = new TestArena(Arena.ofConfined());
        KeyValueCache cache =
            KeyValueCache.builder(1, 1, DIM, DIM)
                .storage(storage)
                .pageLength(pageLength)
                .capacity(PREFIX + WINDOW + 2)
                .arena(arena)
                .build()) {
      long garbage = 0;
      for (int t = 0; t < 1_000_000; t++) {
        if (t % 997 == 0) {
          draw();
          STREAMING.forward(q, cache, out, RowStatistics.none(), Workers.caller());
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        cache.append(k, v);
        cache.retain(PREFIX, cache.length() - WINDOW - 1);
        if (t >= 100_000) {
          garbage += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
      }
      assertEquals(1_000_000, cache.length());
      int pages = (WINDOW + pageLength - 1) / pageLength + 3; // the prefix's, and both ends
      long pageBytes = 2L * pageLength * (DIM + 8) * Float.BYTES;
      long bytes = arena.bytes();
      assertTrue(bytes <= pages * pageBytes, bytes + " bytes for " + pages + " pages");
      assertTrue(garbage < 1_000_000, garbage + " bytes of garbage in 900,000 steps");
    }
  }

  /** The stream's rows have the bits of rows over a cache that never let anything go. */
  @Test
  void lettingGoChangesNoBit() {
    try (KeyValueCache stream = KeyValueCache.builder(1, 1, DIM, DIM).pageLength(32).build();
        KeyValueCache whole = KeyValueCache.builder(1, 1, DIM, DIM).build()) {
      for (int t = 0; t < 1500; t++) {
        draw();
        step(stream);
        whole.append(k, v);
        float[] streamed = out.toArray();
        STREAMING.forward(q, whole, out, RowStatistics.none(), Workers.caller());
        Floats.assertBits(out.toArray(), streamed, "token " + whole.length());
      }
    }
  }

  /** Steps that need no new page allocate nothing. */
  @ParameterizedTest
  @EnumSource(Storage.class)
  void aStepAllocatesNothing(Storage storage) {
    try (KeyValueCache cache =
        KeyValueCache.builder(1, 1, DIM, DIM).storage(storage).pageLength(4096).build()) {
      draw();
      for (int t = 0; t < 1000; t++) {
        cache.append(k, v);
      }
      RowStatistics statistics =
          new RowStatistics(FloatTensor.allocate(1, 2, 1), FloatTensor.allocate(1, 2, 1), null);
      Attention warm = Attention.builder().temperature(0f, 0.5f).build();
      Attention causal = Attention.builder().mask(Mask.causal()).build();
      double bytes =
          Allocated.bytesPerCall(
              () -> {
                cache.append(k, v);
                causal.forward(q, cache, out, statistics, Workers.caller());
                warm.forward(q, cache, out, statistics, Workers.caller());
                cache.truncate(1000);
              },
              0);
      assertEquals(0, bytes, "bytes a step");
    }
  }

  /** Nor does a mask of booleans that hides the keys which were let go, and is asked whether. */
  @Test
  void lookingForReleasedKeysAllocatesNothing() {
    int tokens = 1500;
    int firstKey = 1200;
    boolean[] allowed = new boolean[tokens];
    for (int key = 0; key < tokens; key++) {
      allowed[key] = key < PREFIX || (key >= firstKey && key % 3 > 0);
    }
    Attention masked = Attention.builder().mask(Mask.allowed(allowed, tokens)).build();
    try (KeyValueCache cache = KeyValueCache.builder(1, 1, DIM, DIM).pageLength(32).build()) {
      for (int t = 0; t < tokens; t++) {
        draw();
        cache.append(k, v);
      }
      cache.retain(PREFIX, firstKey);
      double bytes =
          Allocated.bytesPerCall(
              () -> masked.forward(q, cache, out, RowStatistics.none(), Workers.caller()), 0);
      assertEquals(0, bytes, "bytes a call");
    }
  }
}
