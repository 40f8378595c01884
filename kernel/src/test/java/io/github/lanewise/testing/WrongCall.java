package io.github.lanewise.testing;

import static io.github.lanewise.testing.Refused.nothing;

import io.github.lanewise.FloatTensor;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One way to call an operation wrongly.
 *
 * @param change makes right arguments wrong
 * @param says what the message has to contain: both numbers, as a rule
 */
public record WrongCall<A>(
    String what, Class<? extends RuntimeException> type, Consumer<A> change, List<String> says) {

  /** An IllegalArgumentException is due. */
  public static <A> WrongCall<A> illegal(String what, Consumer<A> change, String... says) {
    return new WrongCall<>(what, IllegalArgumentException.class, change, List.of(says));
  }

  /** A NullPointerException is due. */
  public static <A> WrongCall<A> missing(String what, Consumer<A> change) {
    return new WrongCall<>(what, NullPointerException.class, change, List.of(what));
  }

  /** An IllegalStateException is due. */
  public static <A> WrongCall<A> closed(String what, Consumer<A> change, String... says) {
    return new WrongCall<>(what, IllegalStateException.class, change, List.of(says));
  }

  /**
   * A tensor among the arguments.
   *
   * @param shape its right shape
   * @param twoWorkers makes the call one of two workers; null if it takes none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Operand<A>(
      String name,
      BiConsumer<A, FloatTensor> replace,
      @Nullable Consumer<A> twoWorkers,
      long... shape) {

    /** A tensor of the right shape that may not be read. */
    public Stream<WrongCall<A>> unreadable() {
      WrongCall<A> closed =
          closed("closed " + name, with(Refused::closedTensor), "arena of " + name);
      WrongCall<A> foreign =
          illegal("another thread's " + name, with(Refused::confinedElsewhere), "arena of " + name);
      Consumer<A> two = twoWorkers;
      return two == null
          ? Stream.of(closed, foreign)
          : Stream.of(
              closed,
              foreign,
              illegal(
                  "this thread's " + name + " and two workers",
                  with(Refused::confined).andThen(two),
                  "arena of " + name));
    }

    /** That, or none at all. */
    public Stream<WrongCall<A>> asInput() {
      return Stream.concat(
          Stream.of(missing(name, a -> replace.accept(a, nothing()))), unreadable());
    }

    /** That, or one that may not be written. */
    public Stream<WrongCall<A>> asStatistic() {
      WrongCall<A> readOnly =
          illegal("read-only " + name, with(Refused::readOnly), name, "read-only");
      return Stream.concat(Stream.of(readOnly), unreadable());
    }

    /** That, or none at all. */
    public Stream<WrongCall<A>> asOutput() {
      return Stream.concat(
          Stream.of(missing(name, a -> replace.accept(a, nothing()))), asStatistic());
    }

    private Consumer<A> with(Function<long[], FloatTensor> maker) {
      return a -> replace.accept(a, maker.apply(shape));
    }
  }

  /** One stream of all. */
  @SafeVarargs
  @SuppressWarnings("varargs") // read only
  public static <A> Stream<WrongCall<A>> all(Stream<WrongCall<A>>... parts) {
    return Stream.of(parts).flatMap(part -> part);
  }

  /** Checks the exception, and that nothing has been written anywhere. */
  public void assertRefused(Function<Sandbox, A> right, Consumer<A> operation) {
    for (Layout layout : List.of(Layout.ARRAY, Layout.STRIDED_NATIVE)) {
      Sandbox sandbox = new Sandbox(layout);
      A arguments = right.apply(sandbox);
      change.accept(arguments);
      Refused.assertRefused(type, () -> operation.accept(arguments), says.toArray(String[]::new));
      sandbox.assertUntouched(what);
    }
  }

  /** Checks the exception of the change itself. */
  public void assertRefused(A arguments) {
    Refused.assertRefused(type, () -> change.accept(arguments), says.toArray(String[]::new));
  }

  @Override
  public String toString() {
    return what;
  }
}
