package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One way to call an operation wrongly.
 *
 * @param change makes right arguments wrong
 * @param says what the message has to contain: both numbers, as a rule
 */
record WrongCall<A>(
    String what, Class<? extends RuntimeException> type, Consumer<A> change, List<String> says) {

  static <A> WrongCall<A> illegal(String what, Consumer<A> change, String... says) {
    return new WrongCall<>(what, IllegalArgumentException.class, change, List.of(says));
  }

  static <A> WrongCall<A> missing(String what, Consumer<A> change) {
    return new WrongCall<>(what, NullPointerException.class, change, List.of(what));
  }

  static <A> WrongCall<A> closed(String what, Consumer<A> change, String... says) {
    return new WrongCall<>(what, IllegalStateException.class, change, List.of(says));
  }

  /** Checks the exception, and that nothing has been written anywhere. */
  void assertRefused(Sandbox sandbox, A arguments, Consumer<A> operation) {
    change.accept(arguments);
    assertThrown(type, says, what, () -> operation.accept(arguments));
    sandbox.assertUntouched(what);
  }

  static void assertThrown(
      Class<? extends RuntimeException> type, List<String> says, String what, Runnable call) {
    RuntimeException thrown = assertThrows(RuntimeException.class, call::run, what);
    assertEquals(type, thrown.getClass(), () -> what + " threw " + thrown);
    for (String part : says) {
      assertTrue(
          String.valueOf(thrown.getMessage()).contains(part),
          () -> what + ": the message lacks \"" + part + "\": " + thrown.getMessage());
    }
  }

  /** Nothing, where nothing is not allowed. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  static <T> T nothing() {
    return (T) null;
  }

  /** A tensor whose arena is closed. */
  static FloatTensor closedTensor(long... shape) {
    try (Arena arena = Arena.ofConfined()) {
      return FloatTensor.allocate(arena, shape);
    }
  }

  /** A tensor that only the calling thread may access. */
  static FloatTensor confined(long... shape) {
    return FloatTensor.allocate(Arena.ofConfined(), shape); // a few bytes, never freed
  }

  /** A tensor that only a thread that has ended may access. */
  static FloatTensor confinedElsewhere(long... shape) {
    return elsewhere(() -> confined(shape));
  }

  static FloatTensor readOnly(long... shape) {
    MemorySegment memory = Arena.ofAuto().allocate(Float.BYTES * (long) Floats.count(shape));
    return FloatTensor.of(memory.asReadOnly(), shape);
  }

  static Workers closedWorkers() {
    Workers workers = Workers.threads(2);
    workers.close();
    return workers;
  }

  static <T> T elsewhere(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform().start(() -> result.complete(work.get()));
    return result.join();
  }

  @Override
  public String toString() {
    return what;
  }
}
