package io.github.lanewise;

import static io.github.lanewise.WrongCall.closed;
import static io.github.lanewise.WrongCall.illegal;
import static io.github.lanewise.WrongCall.missing;
import static io.github.lanewise.WrongCall.nothing;

import io.github.lanewise.testing.FloatKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong argument of softmax is refused with the right words before anything is written. */
class SoftmaxArgumentsTest {

  /** Right arguments of apply and backward, to be made wrong one by one. */
  private static final class Arguments {
    final Sandbox sandbox;
    FloatTensor x;
    Mask mask = Mask.none();
    FloatTensor y;
    FloatTensor logSumExp;
    FloatTensor entropy;
    FloatTensor maxWeight;
    Workers workers = Workers.caller();
    FloatTensor dy;
    FloatTensor dx;

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      x = input(2, 3, 5);
      y = sandbox.output(2, 3, 5);
      logSumExp = sandbox.output(2, 3);
      entropy = sandbox.output(2, 3);
      maxWeight = sandbox.output(2, 3);
      dy = input(2, 3, 5);
      dx = sandbox.output(2, 3, 5);
    }

    FloatTensor input(long... shape) {
      return sandbox.input(Floats.of("input", FloatKind.NORMAL, shape), shape);
    }

    void apply() {
      RowStatistics statistics = new RowStatistics(logSumExp, entropy, maxWeight);
      Softmax.standard().apply(x, mask, y, statistics, workers);
    }

    void backward() {
      Softmax.standard().backward(y, dy, dx);
    }

    void twoWorkers() {
      workers = TestWorkersOfTwo.TWO;
    }
  }

  /** Daemons, for as long as the tests last. */
  private static final class TestWorkersOfTwo {
    static final Workers TWO = Workers.threads(2);
  }

  @Test
  void theRightArgumentsAreTaken() {
    try (Sandbox sandbox = new Sandbox(Layout.ARRAY)) {
      Arguments a = new Arguments(sandbox);
      a.apply();
      a.backward();
      a.mask = Mask.allowed(new boolean[15], 1, 3, 5);
      a.x = WrongCall.readOnly(2, 3, 5);
      a.y = WrongCall.confined(2, 3, 5);
      a.apply();
      a.dy = WrongCall.readOnly(2, 3, 5);
      a.dx = WrongCall.confined(2, 3, 5);
      a.backward();
    }
  }

  static Stream<WrongCall<Arguments>> apply() {
    return Stream.of(
        missing("x", a -> a.x = nothing()),
        missing("y", a -> a.y = nothing()),
        missing("mask", a -> a.mask = nothing()),
        missing("workers", a -> a.workers = nothing()),
        illegal("y's rank", a -> a.y = a.sandbox.output(6, 5), "[6, 5]", "[2, 3, 5]"),
        illegal("y's rows", a -> a.y = a.sandbox.output(2, 4, 5), "[2, 4, 5]", "[2, 3, 5]"),
        illegal("y's length", a -> a.y = a.sandbox.output(2, 3, 6), "[2, 3, 6]", "[2, 3, 5]"),
        illegal("statistic's rank", a -> a.entropy = a.sandbox.output(2, 3, 1), "3", "2"),
        illegal(
            "statistic's batch",
            a -> a.logSumExp = a.sandbox.output(1, 3),
            "logSumExp.size(0) is 1",
            "x.size(0) is 2"),
        illegal(
            "statistic's rows",
            a -> a.maxWeight = a.sandbox.output(2, 4),
            "maxWeight.size(1) is 4",
            "x.size(1) is 3"),
        illegal("statistic of one row", a -> oneRow(a), "2", "1"),
        illegal("mask's keys", a -> a.mask = Mask.allowed(new boolean[4], 4), "4", "5"),
        illegal("mask's queries", a -> a.mask = Mask.allowed(new boolean[10], 2, 5), "2", "3"),
        illegal("mask's batch", a -> a.mask = Mask.allowedBits(new long[9], 3, 3, 5), "3", "2"),
        illegal("mask's rank", a -> a.mask = Mask.allowed(new boolean[60], 4, 1, 3, 5), "4", "1"),
        illegal("1 key length", a -> a.mask = Mask.keyLengths(1), "1", "2"),
        illegal("a key length of 6", a -> a.mask = Mask.keyLengths(5, 6), "6", "5"),
        closed("closed x", a -> a.x = WrongCall.closedTensor(2, 3, 5), "arena of x"),
        closed("closed y", a -> a.y = WrongCall.closedTensor(2, 3, 5), "arena of y"),
        closed("closed entropy", a -> a.entropy = WrongCall.closedTensor(2, 3), "of entropy"),
        closed("closed workers", a -> a.workers = WrongCall.closedWorkers(), "closed"),
        illegal("read-only y", a -> a.y = WrongCall.readOnly(2, 3, 5), "y", "read-only"),
        illegal(
            "read-only entropy", a -> a.entropy = WrongCall.readOnly(2, 3), "entropy", "read-only"),
        illegal(
            "another thread's x", a -> a.x = WrongCall.confinedElsewhere(2, 3, 5), "arena of x"),
        illegal(
            "another thread's y", a -> a.y = WrongCall.confinedElsewhere(2, 3, 5), "arena of y"),
        illegal("this thread's x and two workers", a -> confinedX(a), "arena of x"),
        illegal("this thread's y and two workers", a -> confinedY(a), "arena of y"),
        illegal("this thread's entropy and two workers", a -> confinedEntropy(a), "of entropy"),
        illegal("logSumExp is entropy", a -> a.logSumExp = a.entropy, "logSumExp", "entropy"),
        illegal("logSumExp is maxWeight", a -> a.maxWeight = a.logSumExp, "logSumExp", "maxW"),
        illegal(
            "maxWeight in y", a -> a.maxWeight = a.y.slice(2, 1, 4).select(1, 2), "maxWeight", "y"),
        illegal("entropy in x", a -> a.entropy = a.x.slice(2, 0, 3).select(1, 0), "entropy", "x"));
  }

  private static void oneRow(Arguments a) {
    a.x = a.input(5);
    a.y = a.sandbox.output(5);
    a.logSumExp = a.sandbox.output(2);
    a.entropy = a.sandbox.output(1);
    a.maxWeight = a.sandbox.output(1);
  }

  private static void confinedX(Arguments a) {
    a.x = WrongCall.confined(2, 3, 5);
    a.twoWorkers();
  }

  private static void confinedY(Arguments a) {
    a.y = WrongCall.confined(2, 3, 5);
    a.twoWorkers();
  }

  private static void confinedEntropy(Arguments a) {
    a.entropy = WrongCall.confined(2, 3);
    a.twoWorkers();
  }

  static Stream<WrongCall<Arguments>> backward() {
    return Stream.of(
        missing("y", a -> a.y = nothing()),
        missing("dy", a -> a.dy = nothing()),
        missing("dx", a -> a.dx = nothing()),
        illegal("dy's rank", a -> a.dy = a.input(6, 5), "[6, 5]", "[2, 3, 5]"),
        illegal("dy's rows", a -> a.dy = a.input(2, 4, 5), "[2, 4, 5]", "[2, 3, 5]"),
        illegal("dx' length", a -> a.dx = a.sandbox.output(2, 3, 6), "[2, 3, 6]", "[2, 3, 5]"),
        closed("closed y", a -> a.y = WrongCall.closedTensor(2, 3, 5), "arena of y"),
        closed("closed dy", a -> a.dy = WrongCall.closedTensor(2, 3, 5), "arena of dy"),
        closed("closed dx", a -> a.dx = WrongCall.closedTensor(2, 3, 5), "arena of dx"),
        illegal("read-only dx", a -> a.dx = WrongCall.readOnly(2, 3, 5), "dx", "read-only"),
        illegal("another thread's dy", a -> a.dy = WrongCall.confinedElsewhere(2, 3, 5), "dy"),
        illegal("another thread's dx", a -> a.dx = WrongCall.confinedElsewhere(2, 3, 5), "dx"));
  }

  @ParameterizedTest
  @MethodSource("apply")
  void applyRefuses(WrongCall<Arguments> wrong) {
    for (Layout layout : List.of(Layout.ARRAY, Layout.STRIDED_NATIVE)) {
      try (Sandbox sandbox = new Sandbox(layout)) {
        wrong.assertRefused(sandbox, new Arguments(sandbox), Arguments::apply);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backward")
  void backwardRefuses(WrongCall<Arguments> wrong) {
    for (Layout layout : List.of(Layout.ARRAY, Layout.STRIDED_NATIVE)) {
      try (Sandbox sandbox = new Sandbox(layout)) {
        wrong.assertRefused(sandbox, new Arguments(sandbox), Arguments::backward);
      }
    }
  }

  @Test
  void theShortFormsRefuseAsTheLongOneDoes() {
    try (Sandbox sandbox = new Sandbox(Layout.ARRAY)) {
      Arguments a = new Arguments(sandbox);
      Softmax softmax = Softmax.standard();
      assertMissing("x", () -> softmax.apply(nothing(), a.y));
      assertMissing("y", () -> softmax.apply(a.x, WrongCall.<FloatTensor>nothing()));
      assertMissing("x", () -> softmax.apply(nothing(), a.mask, a.y));
      assertMissing("mask", () -> softmax.apply(a.x, nothing(), a.y));
      assertMissing("y", () -> softmax.apply(a.x, a.mask, nothing()));
      assertMissing("statistics", () -> softmax.apply(a.x, a.mask, a.y, nothing(), a.workers));
      assertMissing("x", () -> softmax.apply(nothing(), 0, 0));
      assertMissing("emptyRow", () -> Softmax.builder().emptyRow(nothing()));
      sandbox.assertUntouched("the short forms");
    }
  }

  private static void assertMissing(String name, Runnable call) {
    WrongCall.assertThrown(NullPointerException.class, List.of(name), "no " + name, call);
  }

  @ParameterizedTest
  @CsvSource({"-1, 3", "0, 8", "4, 3", "8, 8", "-2147483648, 2147483647", "2147483647, 3"})
  void rangesOutsideOfTheArrayAreRefused(int from, int to) {
    float[] x = Floats.of("x", FloatKind.NORMAL, 7);
    float[] before = x.clone();
    WrongCall.assertThrown(
        IndexOutOfBoundsException.class,
        List.of("" + from, "" + to, "7"),
        from + " to " + to,
        () -> Softmax.standard().apply(x, from, to));
    Floats.assertSameBits(before, x, "the array");
  }
}
