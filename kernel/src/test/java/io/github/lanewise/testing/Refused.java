package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.function.Executable;

/** Calls that are refused, with words that say why; and what to refuse. */
public final class Refused {
  private Refused() {}

  /** Fails unless the call throws just that, with all these words in its message. */
  public static void assertRefused(
      Class<? extends Throwable> type, Executable call, String... says) {
    assertSays(assertThrowsExactly(type, call), says);
  }

  /** Fails unless the call throws an IllegalArgumentException with all these words. */
  public static void assertIllegal(Executable call, String... says) {
    assertRefused(IllegalArgumentException.class, call, says);
  }

  /** Fails unless the call throws an IllegalStateException with all these words. */
  public static void assertIllegalState(Executable call, String... says) {
    assertRefused(IllegalStateException.class, call, says);
  }

  /** Fails unless the call throws an IndexOutOfBoundsException, or a kind of it. */
  public static void assertOutOfBounds(Executable call, String... says) {
    assertSays(assertThrows(IndexOutOfBoundsException.class, call), says);
  }

  /** Fails unless the message has all these words. */
  public static void assertSays(Throwable thrown, String... says) {
    for (String part : says) {
      assertTrue(String.valueOf(thrown.getMessage()).contains(part), () -> part + " in " + thrown);
    }
  }

  /** Fails unless the call throws a NullPointerException with that name and nothing else. */
  public static void assertMissing(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call, name).getMessage());
  }

  /** Nothing, where nothing is not allowed. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  public static <T> T nothing() {
    return (T) null;
  }

  /** A tensor whose arena is closed. */
  public static FloatTensor closedTensor(long... shape) {
    try (Arena arena = Arena.ofConfined()) {
      return FloatTensor.allocate(arena, shape);
    }
  }

  /** A tensor that only the calling thread may access. */
  public static FloatTensor confined(long... shape) {
    return FloatTensor.allocate(Arena.ofConfined(), shape); // a few bytes, never freed
  }

  /** A tensor that only a thread that has ended may access. */
  public static FloatTensor confinedElsewhere(long... shape) {
    return elsewhere(() -> confined(shape));
  }

  /** A tensor that no thread may write to. */
  public static FloatTensor readOnly(long... shape) {
    MemorySegment memory = Arena.ofAuto().allocate(Float.BYTES * (long) Floats.count(shape));
    return FloatTensor.of(memory.asReadOnly(), shape);
  }

  /** Workers that are closed. */
  public static Workers closedWorkers() {
    Workers workers = Workers.threads(2);
    workers.close();
    return workers;
  }

  /** What another thread makes, which has ended then. */
  public static <T> T elsewhere(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform().start(() -> result.complete(work.get()));
    return result.join();
  }
}
