package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.PackedMatrix;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.internal.cache.FailingMemory;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.TestArena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One thread of the soak test: it changes a family of forked caches, attends to them, and meets
 * faults on the way.
 */
final class SoakActor implements AutoCloseable {
  private static final int SEQUENCES = 3;
  private static final int CAPACITY = 600;
  private static final int MOST_CACHES = 5;
  private static final int CHECKED_ONCE_IN = 100;
  private static final float SCALE = 0.05f;
  private static final Attention ATTENTION =
      Attention.builder().scale(SCALE).mask(Mask.causal()).build();

  private final SplittableRandom random;
  private final Storage storage;
  private final @Nullable TestArena arena;
  private final FaultyExecutor executor;
  private final Workers[] workers;

  /** One of the caches, for a thread that only reads. */
  private final AtomicReference<@Nullable KeyValueCache> shown;

  private final List<ModelledCache> caches = new ArrayList<>();
  private final SoakLayer layer;
  private final FailingMemory memory = new FailingMemory();
  private long nextToken;
  private int steps;

  int checked;
  int refused;
  int interrupted;
  int exhausted;

  /** Times that tokens were let go, and that attention was refused after it. */
  int letGo;

  int refusedToSee;

  /** Times that a layer was computed. */
  int layers;

  double worst;

  SoakActor(
      long seed,
      Storage storage,
      @Nullable TestArena arena,
      Executor executor,
      Workers shared,
      AtomicReference<@Nullable KeyValueCache> shown) {
    this.random = new SplittableRandom(seed);
    this.storage = storage;
    this.arena = arena;
    this.executor = new FaultyExecutor(executor);
    this.workers = new Workers[] {Workers.caller(), shared, Workers.on(this.executor, 3)};
    this.shown = shown;
    layer = new SoakLayer(PackedMatrix.Storage.valueOf(storage.name()));
    caches.add(fresh());
  }

  private ModelledCache fresh() {
    KeyValueCache.Builder builder =
        KeyValueCache.builder(
                SEQUENCES, SoakTokens.KEY_HEADS, SoakTokens.HEAD_DIM, SoakTokens.VALUE_DIM)
            .capacity(CAPACITY)
            .storage(storage)
            .memory(memory)
            .pageLength(random.nextBoolean() ? 16 : 128);
    if (arena != null) {
      builder.arena(arena);
    }
    return new ModelledCache(builder.build());
  }

  void step() {
    steps++;
    ModelledCache cache = caches.get(random.nextInt(caches.size()));
    if (steps % CHECKED_ONCE_IN == 0) {
      attend(cache);
      return;
    }
    int kind = random.nextInt(100);
    if (kind < 35) {
      append(cache);
    } else if (kind < 65) {
      attend(cache);
    } else if (kind < 72) {
      attendRagged(cache);
    } else if (kind < 75) {
      computeLayer();
    } else if (kind < 87) {
      changeWithLittleMemory(cache);
    } else if (kind < 92) {
      int sequence = random.nextInt(SEQUENCES);
      cache.truncate(sequence, random.nextInt(cache.length(sequence) + 1));
    } else if (kind < 96) {
      fork(cache);
    } else {
      close(cache);
    }
  }

  /** The rows of a layer with packed weights, among faults. */
  private void computeLayer() {
    FaultyExecutor.Fault[] faults = FaultyExecutor.Fault.values();
    executor.failNext(faults[random.nextInt(faults.length)]);
    boolean interrupt = random.nextInt(4) == 0;
    if (interrupt) {
      Thread.currentThread().interrupt();
    }
    layer.check(random, workers[random.nextInt(workers.length)]);
    executor.failNext(FaultyExecutor.Fault.NONE);
    assertEquals(interrupt, Thread.interrupted(), "the interrupt");
    layers++;
  }

  private void append(ModelledCache cache) {
    boolean interrupt = random.nextInt(20) == 0;
    if (interrupt) {
      Thread.currentThread().interrupt();
    }
    long[] tokens = new long[random.nextInt(4) == 0 ? random.nextInt(300) : 1 + random.nextInt(4)];
    Arrays.setAll(tokens, t -> nextToken++);
    int sequence = random.nextInt(SEQUENCES);
    if (cache.length(sequence) + tokens.length > CAPACITY) {
      refused++;
    }
    cache.append(sequence, tokens);
    assertEquals(interrupt, Thread.interrupted(), "the interrupt");
  }

  /** Any change of single sequences; once in three times there is not enough memory for it. */
  private void changeWithLittleMemory(ModelledCache cache) {
    if (random.nextInt(3) == 0) {
      memory.runOutAfter(random.nextInt(12));
    }
    boolean interrupt = random.nextInt(20) == 0;
    if (interrupt) {
      Thread.currentThread().interrupt();
    }
    try {
      change(cache);
    } catch (OutOfMemoryError e) {
      exhausted++;
    }
    memory.recover();
    assertEquals(interrupt, Thread.interrupted(), "the interrupt");
    cache.checkLengths();
  }

  private void change(ModelledCache cache) {
    int sequence = random.nextInt(SEQUENCES);
    switch (random.nextInt(7)) {
      case 0 -> cache.fork(sequence, random.nextInt(SEQUENCES));
      case 1 -> cache.reorder(random.ints(SEQUENCES, 0, SEQUENCES).toArray());
      case 2 -> {
        int length = cache.length(sequence);
        int from = Math.max(0, length - random.nextInt(30));
        cache.keep(
            sequence,
            from,
            LongStream.range(from, length).filter(t -> random.nextInt(3) != 0).toArray());
      }
      case 3 -> {
        ModelledCache other = caches.get(random.nextInt(caches.size()));
        cache.saveTo(sequence, other, random.nextInt(SEQUENCES));
      }
      case 4 -> cache.read(sequence, random.nextInt(cache.length(sequence) + 1));
      case 5 -> {
        int to = random.nextInt(cache.length(sequence) + 1);
        int from = random.nextInt(to + 1);
        boolean refusal =
            cache.letGoOnFork(sequence, from, to, random.nextBoolean(), ATTENTION, queries(1));
        letGo++;
        refusedToSee += refusal ? 1 : 0;
      }
      default -> {
        int[] sequences = {sequence, (sequence + 1) % SEQUENCES};
        long[][] tokens = {new long[random.nextInt(4)], new long[random.nextInt(40)]};
        for (long[] some : tokens) {
          Arrays.setAll(some, t -> nextToken++);
        }
        if (!cache.append(sequences, tokens)) {
          refused++;
        }
      }
    }
  }

  /** The last queries of some sequences in one call have the bits that they have in a dense one. */
  private void attendRagged(ModelledCache cache) {
    int count = 1 + random.nextInt(3);
    FloatTensor q = queries(count);
    FloatTensor dense = like(q);
    ATTENTION.forward(q, cache.cache, dense, none(), workers[0]);
    int[] lengths = new int[SEQUENCES];
    Arrays.setAll(lengths, s -> cache.length(s) >= count && random.nextInt(4) != 0 ? count : 0);
    RaggedBatch batch = RaggedBatch.of(new int[] {0, 1, 2}, lengths);
    FloatTensor rows =
        FloatTensor.allocate(batch.tokens(), SoakTokens.QUERY_HEADS, SoakTokens.HEAD_DIM);
    FloatTensor out =
        FloatTensor.allocate(batch.tokens(), SoakTokens.QUERY_HEADS, SoakTokens.VALUE_DIM);
    int row = 0;
    for (int s = 0; s < SEQUENCES; s++) {
      if (lengths[s] > 0) {
        rows.slice(0, row, row + count).copyFrom(q.select(0, s).permute(1, 0, 2));
        row += count;
      }
    }
    FaultyExecutor.Fault[] faults = FaultyExecutor.Fault.values();
    executor.failNext(faults[random.nextInt(faults.length)]);
    Workers chosen = workers[random.nextInt(workers.length)];
    ATTENTION.forward(rows, cache.cache, batch, out, none(), chosen);
    executor.failNext(FaultyExecutor.Fault.NONE);
    row = 0;
    for (int s = 0; s < SEQUENCES; s++) {
      if (lengths[s] > 0) {
        FloatTensor expected = dense.select(0, s).permute(1, 0, 2);
        Floats.assertBits(expected, out.slice(0, row, row + count), "sequence " + s);
        row += count;
      }
    }
  }

  private void fork(ModelledCache cache) {
    if (caches.size() == MOST_CACHES) {
      close(cache);
    } else {
      caches.add(cache.fork());
    }
    shown.set(caches.get(random.nextInt(caches.size())).cache);
  }

  private void close(ModelledCache cache) {
    if (caches.size() > 1) {
      caches.remove(cache);
    } else if (arena == null) { // who would give the pages back to it
      caches.set(0, fresh());
    } else {
      return;
    }
    shown.compareAndSet(cache.cache, null);
    cache.close();
    FloatTensor q = queries(1);
    assertThrows(
        IllegalStateException.class,
        () -> ATTENTION.forward(q, cache.cache, like(q), none(), workers[0]));
  }

  private void attend(ModelledCache cache) {
    FloatTensor q = queries(1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 2));
    FloatTensor out = like(q);
    Workers chosen = workers[random.nextInt(workers.length)];
    FaultyExecutor.Fault[] faults = FaultyExecutor.Fault.values();
    if (random.nextInt(4) == 0) {
      executor.failNext(faults[random.nextInt(faults.length)]);
    }
    boolean interrupt = random.nextInt(20) == 0;
    if (interrupt) {
      interrupted++;
      Thread.currentThread().interrupt();
    }
    ATTENTION.forward(q, cache.cache, out, none(), chosen);
    executor.failNext(FaultyExecutor.Fault.NONE);
    assertEquals(interrupt, Thread.interrupted(), "the interrupt");
    for (int sequence = 0; sequence < SEQUENCES; sequence++) {
      checkSums(out, sequence, cache.length(sequence));
    }
    if (steps % CHECKED_ONCE_IN == 0) {
      worst = Math.max(worst, cache.check(q, out, SCALE));
      checked++;
    }
  }

  /** The weights of each row that sees a key add up to 1; a row that sees none is 0. */
  private static void checkSums(FloatTensor out, int sequence, int length) {
    long queries = out.size(2);
    for (int h = 0; h < SoakTokens.QUERY_HEADS; h++) {
      for (long i = 0; i < queries; i++) {
        float sum = out.get(sequence, h, i, SoakTokens.VALUE_DIM - 1);
        float expected = length - queries + i >= 0 ? 1 : 0;
        assertTrue(Math.abs(sum - expected) < 1e-5f, "weights add up to " + sum);
      }
    }
  }

  private FloatTensor queries(int count) {
    FloatTensor q =
        FloatTensor.allocate(SEQUENCES, SoakTokens.QUERY_HEADS, count, SoakTokens.HEAD_DIM);
    for (int b = 0; b < SEQUENCES; b++) {
      for (int h = 0; h < SoakTokens.QUERY_HEADS; h++) {
        for (int i = 0; i < count; i++) {
          for (int c = 0; c < SoakTokens.HEAD_DIM; c++) {
            q.set((float) random.nextDouble(-1, 1), b, h, i, c);
          }
        }
      }
    }
    return q;
  }

  /** Room for the output of such queries, full of NaN. */
  private static FloatTensor like(FloatTensor q) {
    long[] shape = {SEQUENCES, SoakTokens.QUERY_HEADS, q.size(2), SoakTokens.VALUE_DIM};
    return Floats.filledTensor(Float.NaN, shape);
  }

  private static RowStatistics none() {
    return RowStatistics.none();
  }

  /** Tasks that the executor has thrown back at the call. */
  int broken() {
    return executor.thrown();
  }

  @Override
  public void close() {
    shown.set(null);
    caches.forEach(ModelledCache::close);
    caches.clear();
    workers[2].close();
  }
}
