package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import java.lang.foreign.Arena;

/**
 * Appends more than the heap can hold, and prints what the cache and its forks show afterwards. All
 * queries are 0, so that attention is the mean of the values.
 */
final class SmallHeapMain {
  private static final int DIM = 16;
  private static final int SEQUENCES = 3000;

  private SmallHeapMain() {}

  /** No arguments. */
  public static void main(String[] arguments) {
    try (Arena arena = Arena.ofConfined()) {
      tooManyTokens(arena);
    }
    tooManySequences();
  }

  private static void tooManyTokens(Arena arena) {
    FloatTensor many = FloatTensor.allocate(arena, 1, 1, 800_000, DIM); // the heap stays free
    KeyValueCache cache = KeyValueCache.builder(1, 1, DIM, DIM).build();
    for (int token = 0; token < 20; token++) {
      FloatTensor row = rows(token, 1, 1, 1, DIM);
      cache.append(row, row);
    }
    print("first append", () -> cache.append(many, many));
    print("second append", () -> cache.append(0, many.select(0, 0), many.select(0, 0)));
    print("filled", SmallHeapMain::mostOfTheHeap);
    System.out.println("cache " + cache.length() + " " + mean(cache, 0));
    KeyValueCache fork = cache.fork();
    cache.truncate(5);
    FloatTensor three = rows(1000, 1, 1, 3, DIM);
    cache.append(three, three);
    System.out.println("cache " + cache.length() + " " + mean(cache, 0));
    System.out.println("fork " + fork.length() + " " + mean(fork, 0));
    print("third append", () -> fork.append(many, many));
    cache.close();
    fork.close();
    print("filled", SmallHeapMain::mostOfTheHeap);
    // Both are still there: what a closed cache holds on to would not be collected.
    print("closed", () -> requireSame(cache.pageLength(), fork.pageLength()));
  }

  private static void requireSame(int one, int other) {
    if (one != other) {
      throw new AssertionError(one + " and " + other);
    }
  }

  private static void tooManySequences() {
    try (KeyValueCache cache = KeyValueCache.builder(SEQUENCES, 1, DIM, DIM).build()) {
      FloatTensor step = rows(7, SEQUENCES, 1, 1, DIM);
      print("step of all", () -> cache.append(step, step));
      print("step of all", () -> cache.append(step, step));
      FloatTensor row = rows(3, 1, 1, DIM);
      for (int sequence = 0; sequence < SEQUENCES; sequence += 100) {
        cache.append(sequence, row, row);
      }
      print("step of all", () -> cache.append(step, step));
      print("filled", SmallHeapMain::halfOfTheHeap);
      System.out.println("cache " + cache.length() + " " + mean(cache, 100));
      System.out.println("sequence 99 holds " + cache.length(99));
    }
  }

  private static void print(String what, Runnable call) {
    String outcome = "done";
    try {
      call.run();
    } catch (OutOfMemoryError e) {
      outcome = "no memory";
    } catch (RuntimeException e) {
      outcome = e.toString();
    }
    System.out.println(what + ": " + outcome);
  }

  private static void mostOfTheHeap() {
    fill(45);
  }

  private static void halfOfTheHeap() {
    fill(32);
  }

  /** In arrays as small as pages: collectors place larger ones less densely. */
  private static void fill(int megabytes) {
    byte[][] blocks = new byte[megabytes << 6][];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new byte[(1 << 14) - 16];
    }
    if (blocks[blocks.length - 1].length == 0) {
      throw new AssertionError();
    }
  }

  private static FloatTensor rows(float value, long... shape) {
    FloatTensor tensor = FloatTensor.allocate(shape);
    tensor.fill(value);
    return tensor;
  }

  private static float mean(KeyValueCache cache, int sequence) {
    FloatTensor out = FloatTensor.allocate(cache.batch(), 1, 1, DIM);
    FloatTensor q = FloatTensor.allocate(cache.batch(), 1, 1, DIM);
    Attention.builder().build().forward(q, cache, out, RowStatistics.none(), Workers.caller());
    return out.get(sequence, 0, 0, 0);
  }
}
