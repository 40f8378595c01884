package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.FailingMemory;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.TestArena;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A cache of two sequences with a fork, spare pages and perhaps a reader, in memory that can run
 * out. What it shows is written down step by step, so that two of them can be compared.
 */
final class CacheWorld implements AutoCloseable {
  /** Where pages lie, and how: each is another path through the code. */
  record Kind(Storage storage, boolean offHeap, boolean isRead) {
    static List<Kind> all() {
      List<Kind> kinds = new ArrayList<>();
      for (Storage storage : Storage.values()) {
        for (int n = 0; n < 4; n++) {
          kinds.add(new Kind(storage, n % 2 == 1, n / 2 == 1));
        }
      }
      return kinds;
    }
  }

  private static final int HEADS = 2;
  private static final int KEY_DIM = 5;
  private static final int VALUE_DIM = 3;
  private static final Mask FIRST_AND_LAST = Mask.prefix(4).or(Mask.window(3, 0));

  final FailingMemory memory = new FailingMemory();
  final TestArena arena = new TestArena(Arena.ofConfined());
  final KeyValueCache cache;
  final KeyValueCache fork;

  /** What the operation under test has made. */
  @Nullable KeyValueCache made;

  private final CacheSnapshot snapshot = new CacheSnapshot();
  private final Arena tensors = Arena.ofConfined();
  private final FloatTensor q = tensor(1, 2, HEADS, 1, KEY_DIM);
  private final FloatTensor out = FloatTensor.allocate(2, HEADS, 1, VALUE_DIM);
  private Attention attention = Attention.builder().build();
  private long pagesBefore;
  private byte[] saved = new byte[0];

  CacheWorld(Kind kind) {
    KeyValueCache.Builder builder =
        KeyValueCache.builder(2, HEADS, KEY_DIM, VALUE_DIM)
            .storage(kind.storage)
            .pageLength(16)
            .capacity(150)
            .memory(memory);
    cache = kind.offHeap ? builder.arena(arena).build() : builder.build();
    append(cache, 2, 80);
    cache.truncate(40);
    appendNative(cache, 1, 3, 5);
    fork = cache.fork();
    if (kind.isRead) {
      snapshot.open(cache.pages());
    }
  }

  /** From now on only keys are asked for that retain(4, length - 4) keeps. */
  void hideTheMiddle() {
    attention = Attention.builder().mask(FIRST_AND_LAST).build();
  }

  private static FloatTensor tensor(int seed, long... shape) {
    return FloatTensor.of(Floats.normal(new SplittableRandom(seed), Floats.count(shape)), shape);
  }

  /** Appends drawn tokens to both sequences. */
  static void append(KeyValueCache cache, int seed, int tokens) {
    cache.append(
        tensor(seed, 2, HEADS, tokens, KEY_DIM), tensor(~seed, 2, HEADS, tokens, VALUE_DIM));
  }

  /** Appends drawn tokens to one sequence, from tensors that have to be staged. */
  void appendNative(KeyValueCache cache, int sequence, int seed, int tokens) {
    cache.append(
        sequence,
        offHeap(tensor(seed, HEADS, tokens, KEY_DIM)),
        offHeap(tensor(~seed, HEADS, tokens, VALUE_DIM)));
  }

  /** Appends drawn tokens to both sequences, of which each gets as many as is said. */
  void appendBatch(KeyValueCache cache, int seed, int first, int second) {
    int tokens = first + second;
    cache.append(
        RaggedBatch.of(new int[] {1, 0}, new int[] {second, first}),
        offHeap(tensor(seed, tokens, HEADS, KEY_DIM)),
        offHeap(tensor(~seed, tokens, HEADS, VALUE_DIM)));
  }

  /** Saves a sequence with a gap, to be loaded. */
  void save() {
    hideTheMiddle();
    fork.release(1, 5, 36);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      fork.save(1, out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    saved = out.toByteArray();
  }

  /** Loads what was saved. */
  void load(int sequence) {
    try {
      cache.load(sequence, new ByteArrayInputStream(saved));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private FloatTensor offHeap(FloatTensor tensor) {
    FloatTensor copy = FloatTensor.allocate(tensors, tensor.shape());
    Floats.copy(tensor.toArray(), copy);
    return copy;
  }

  /** Lengths and the bits of attention of all caches that are open. */
  List<int[]> look() {
    List<int[]> seen = new ArrayList<>();
    look(cache, seen);
    look(fork, seen);
    if (made != null) {
      look(made, seen);
    }
    return seen;
  }

  private void look(KeyValueCache shown, List<int[]> seen) {
    seen.add(new int[] {(int) shown.length(0), (int) shown.length(1), (int) shown.length()});
    attention.forward(q, shown, out, RowStatistics.none(), Workers.caller());
    seen.add(Floats.bits(out.toArray()));
  }

  /** From now on {@link #pages} counts those that are made. */
  void beginToCountPages() {
    pagesBefore = memory.pages();
  }

  long pages() {
    return memory.pages() - pagesBefore;
  }

  /** What may come later, and what is seen of it. */
  List<int[]> live() {
    List<int[]> seen = new ArrayList<>();
    append(fork, 11, 1);
    append(cache, 12, 3);
    cache.truncate(cache.length(0) - 2);
    snapshot.close();
    try (KeyValueCache third = cache.fork()) {
      appendNative(cache, 0, 13, 20);
      append(third, 14, 1);
      look(third, seen);
    }
    append(cache, 15, 17);
    if (made != null) {
      append(made, 16, 30);
    }
    seen.addAll(look());
    return seen;
  }

  static void assertSame(List<int[]> expected, List<int[]> actual, String message) {
    assertArrayEquals(expected.toArray(), actual.toArray(), message);
  }

  /** Ends the reader that was there from the beginning. */
  void stopReading() {
    snapshot.close();
  }

  @Override
  public void close() {
    snapshot.close();
    cache.close();
    fork.close();
    if (made != null) {
      made.close();
    }
    arena.close();
    tensors.close();
  }
}
