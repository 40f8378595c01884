package io.github.lanewise;

import static io.github.lanewise.testing.Refused.closedWorkers;
import static io.github.lanewise.testing.Refused.nothing;
import static io.github.lanewise.testing.WrongCall.all;
import static io.github.lanewise.testing.WrongCall.closed;
import static io.github.lanewise.testing.WrongCall.illegal;
import static io.github.lanewise.testing.WrongCall.missing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import io.github.lanewise.testing.WrongCall;
import io.github.lanewise.testing.WrongCall.Operand;
import java.lang.foreign.Arena;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong argument of a product is refused with the right words before anything is written. */
class MatmulArgumentsTest {

  /** Right arguments of both products: k is 4, and b has room for either. */
  private static final class Arguments {
    final Sandbox sandbox;
    FloatTensor a;
    FloatTensor b;
    FloatTensor bTransposed;
    FloatTensor c;
    Workers workers = Workers.caller();

    void twoWorkers() {
      workers = TestWorkers.TWO;
    }

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      a = sandbox.anyInput(2, 3, 4);
      b = sandbox.anyInput(2, 4, 5);
      bTransposed = sandbox.anyInput(2, 5, 4);
      c = sandbox.output(2, 3, 5);
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

  private static Operand<Arguments> operand(
      String name, BiConsumer<Arguments, FloatTensor> replace, long... shape) {
    return new Operand<>(name, replace, Arguments::twoWorkers, shape);
  }

  static Stream<WrongCall<Arguments>> multiply() {
    return all(operand("b", (a, t) -> a.b = t, 2, 4, 5).asInput(), both());
  }

  static Stream<WrongCall<Arguments>> multiplyTransposed() {
    return all(operand("b", (a, t) -> a.bTransposed = t, 2, 5, 4).asInput(), both());
  }

  private static Stream<WrongCall<Arguments>> both() {
    return all(
        operand("a", (a, t) -> a.a = t, 2, 3, 4).asInput(),
        operand("c", (a, t) -> a.c = t, 2, 3, 5).asOutput(),
        shapes());
  }

  private static Stream<WrongCall<Arguments>> shapes() {
    return Stream.of(
        missing("workers", a -> a.workers = nothing()),
        illegal("a of rank 1", a -> a.a = a.sandbox.anyInput(4), "a.rank() is 1", "2"),
        illegal("a of rank 2", a -> a.a = a.sandbox.anyInput(3, 4), "b.rank() is 3", "2"),
        illegal("c of rank 4", a -> a.c = a.sandbox.output(1, 2, 3, 5), "c.rank() is 4", "3"),
        illegal(
            "b's batch", a -> a.b(a.sandbox.anyInput(1, 4, 4)), "b.size(0) is 1", "a.size(0) is 2"),
        illegal("c's batch", a -> c(a, 3, 3, 5), "c.size(0) is 3", "a.size(0) is 2"),
        illegal("c's rows", a -> c(a, 2, 4, 5), "c.size(1) is 4", "a.size(1) is 3"),
        illegal("c's columns", a -> c(a, 2, 3, 4), "c.size(2) is 4", " is 5"),
        illegal("k", a -> a.a = a.sandbox.anyInput(2, 3, 6), " is 4", "a.size(2) is 6"),
        closed("closed workers", a -> a.workers = closedWorkers(), "closed"),
        illegal("c in a", a -> square(a, 0), "c ", "a "),
        illegal("c in b", a -> square(a, 1), "c ", "b "));
  }

  private static void c(Arguments a, long... shape) {
    a.c = a.sandbox.output(shape);
  }

  /** All three 4 x 4, so that even exactly in place would be possible; it is not allowed. */
  private static void square(Arguments a, int operand) {
    a.a = a.sandbox.anyInput(2, 4, 4);
    a.b(a.sandbox.anyInput(2, 4, 4));
    a.c = operand == 0 ? a.a : a.b;
  }

  @ParameterizedTest
  @MethodSource("multiply")
  void multiplyRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::multiply);
  }

  @ParameterizedTest
  @MethodSource("multiplyTransposed")
  void multiplyTransposedRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::multiplyTransposed);
  }

  @Test
  void theRightArgumentsAreTaken() {
    Arguments arguments = new Arguments(new Sandbox(Layout.ARRAY));
    arguments.multiply();
    arguments.multiplyTransposed();
  }

  /** Rows that no array can hold packed are refused rather than cut short. */
  @Test
  void refusesAnInnerAxisThatCannotBePacked() {
    long most = 67_108_861;
    try (Arena arena = Arena.ofConfined()) {
      FloatTensor a = FloatTensor.allocate(arena, 1, most + 1);
      FloatTensor c = FloatTensor.allocate(1, 1);
      c.fill(7f);
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> Matmul.multiplyTransposed(1f, a, a, c));
      assertEquals("a.size(1) is 67108862, but must be at most 67108861", refused.getMessage());
      assertEquals(7f, c.get(0, 0));
    }
    FloatTensor none = FloatTensor.allocate(0, 1L << 40);
    Matmul.multiplyTransposed(1f, none, none, FloatTensor.allocate(0, 0));
  }
}
