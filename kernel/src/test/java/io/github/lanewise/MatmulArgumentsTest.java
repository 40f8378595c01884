package io.github.lanewise;

import static io.github.lanewise.WrongCall.closed;
import static io.github.lanewise.WrongCall.illegal;
import static io.github.lanewise.WrongCall.missing;
import static io.github.lanewise.WrongCall.nothing;

import io.github.lanewise.testing.FloatKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong argument of a product is refused with the right words before anything is written. */
class MatmulArgumentsTest {

  private static final Workers TWO = Workers.threads(2);

  @AfterAll
  static void close() {
    TWO.close();
  }

  /** Right arguments of both products: k is 4, and b has room for either. */
  private static final class Arguments {
    final Sandbox sandbox;
    FloatTensor a;
    FloatTensor b;
    FloatTensor bTransposed;
    FloatTensor c;
    Workers workers = Workers.caller();

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      a = input(2, 3, 4);
      b = input(2, 4, 5);
      bTransposed = input(2, 5, 4);
      c = sandbox.output(2, 3, 5);
    }

    FloatTensor input(long... shape) {
      return sandbox.input(Floats.of("input", FloatKind.NORMAL, shape), shape);
    }

    void b(FloatTensor both) {
      b = both;
      bTransposed = both;
    }

    void multiply() {
      Matmul.multiply(1f, a, b, c, workers);
    }

    void multiplyTransposed() {
      Matmul.multiplyTransposed(1f, a, bTransposed, c, workers);
    }
  }

  static Stream<WrongCall<Arguments>> both() {
    return Stream.of(
        missing("a", a -> a.a = nothing()),
        missing("b", a -> a.b(nothing())),
        missing("c", a -> a.c = nothing()),
        missing("workers", a -> a.workers = nothing()),
        illegal("a of rank 1", a -> a.a = a.input(4), "a.rank() is 1", "2"),
        illegal("a of rank 2", a -> a.a = a.input(3, 4), "b.rank() is 3", "2"),
        illegal("c of rank 4", a -> a.c = a.sandbox.output(1, 2, 3, 5), "c.rank() is 4", "3"),
        illegal("b's batch", a -> a.b(a.input(1, 4, 4)), "b.size(0) is 1", "a.size(0) is 2"),
        illegal("c's batch", a -> c(a, 3, 3, 5), "c.size(0) is 3", "a.size(0) is 2"),
        illegal("c's rows", a -> c(a, 2, 4, 5), "c.size(1) is 4", "a.size(1) is 3"),
        illegal("c's columns", a -> c(a, 2, 3, 4), "c.size(2) is 4", " is 5"),
        illegal("k", a -> a.a = a.input(2, 3, 6), " is 4", "a.size(2) is 6"),
        closed("closed a", a -> a.a = WrongCall.closedTensor(2, 3, 4), "arena of a"),
        closed("closed b", a -> closedB(a), "arena of b"),
        closed("closed c", a -> a.c = WrongCall.closedTensor(2, 3, 5), "arena of c"),
        closed("closed workers", a -> a.workers = WrongCall.closedWorkers(), "closed"),
        illegal("read-only c", a -> a.c = WrongCall.readOnly(2, 3, 5), "c", "read-only"),
        illegal(
            "another thread's a", a -> a.a = WrongCall.confinedElsewhere(2, 3, 4), "arena of a"),
        illegal(
            "another thread's c", a -> a.c = WrongCall.confinedElsewhere(2, 3, 5), "arena of c"),
        illegal("this thread's a and two workers", a -> confinedA(a), "arena of a"),
        illegal("this thread's c and two workers", a -> confinedC(a), "arena of c"),
        illegal("c in a", a -> square(a, 0), "c ", "a "),
        illegal("c in b", a -> square(a, 1), "c ", "b "));
  }

  private static void c(Arguments a, long... shape) {
    a.c = a.sandbox.output(shape);
  }

  private static void closedB(Arguments a) {
    a.b = WrongCall.closedTensor(2, 4, 5);
    a.bTransposed = WrongCall.closedTensor(2, 5, 4);
  }

  private static void confinedA(Arguments a) {
    a.a = WrongCall.confined(2, 3, 4);
    a.workers = TWO;
  }

  private static void confinedC(Arguments a) {
    a.c = WrongCall.confined(2, 3, 5);
    a.workers = TWO;
  }

  /** All three 4 x 4, so that even exactly in place would be possible; it is not allowed. */
  private static void square(Arguments a, int operand) {
    a.a = a.input(2, 4, 4);
    a.b(a.input(2, 4, 4));
    a.c = operand == 0 ? a.a : a.b;
  }

  @ParameterizedTest
  @MethodSource("both")
  void multiplyRefuses(WrongCall<Arguments> wrong) {
    for (Layout layout : List.of(Layout.ARRAY, Layout.STRIDED_NATIVE)) {
      try (Sandbox sandbox = new Sandbox(layout)) {
        wrong.assertRefused(sandbox, new Arguments(sandbox), Arguments::multiply);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void multiplyTransposedRefuses(WrongCall<Arguments> wrong) {
    for (Layout layout : List.of(Layout.ARRAY, Layout.STRIDED_NATIVE)) {
      try (Sandbox sandbox = new Sandbox(layout)) {
        wrong.assertRefused(sandbox, new Arguments(sandbox), Arguments::multiplyTransposed);
      }
    }
  }

  @Test
  void theRightArgumentsAreTaken() {
    try (Sandbox sandbox = new Sandbox(Layout.ARRAY)) {
      Arguments arguments = new Arguments(sandbox);
      arguments.multiply();
      arguments.multiplyTransposed();
    }
  }
}
