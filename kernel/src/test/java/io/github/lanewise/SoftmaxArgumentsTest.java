package io.github.lanewise;

import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static io.github.lanewise.testing.Refused.closedWorkers;
import static io.github.lanewise.testing.Refused.confined;
import static io.github.lanewise.testing.Refused.nothing;
import static io.github.lanewise.testing.Refused.readOnly;
import static io.github.lanewise.testing.WrongCall.all;
import static io.github.lanewise.testing.WrongCall.closed;
import static io.github.lanewise.testing.WrongCall.illegal;
import static io.github.lanewise.testing.WrongCall.missing;

import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import io.github.lanewise.testing.WrongCall;
import io.github.lanewise.testing.WrongCall.Operand;
import java.util.function.Consumer;
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
      x = sandbox.anyInput(2, 3, 5);
      y = sandbox.output(2, 3, 5);
      logSumExp = sandbox.output(2, 3);
      entropy = sandbox.output(2, 3);
      maxWeight = sandbox.output(2, 3);
      dy = sandbox.anyInput(2, 3, 5);
      dx = sandbox.output(2, 3, 5);
    }

    void apply() {
      RowStatistics statistics = new RowStatistics(logSumExp, entropy, maxWeight);
      Softmax.standard().apply(x, mask, y, statistics, workers);
    }

    void backward() {
      Softmax.standard().backward(y, dy, dx);
    }

    void twoWorkers() {
      workers = TestWorkers.TWO;
    }
  }

  @Test
  void theRightArgumentsAreTaken() {
    Arguments a = new Arguments(new Sandbox(Layout.ARRAY));
    a.apply();
    a.backward();
    a.mask = Mask.allowed(new boolean[15], 1, 3, 5);
    a.x = readOnly(2, 3, 5);
    a.y = confined(2, 3, 5);
    a.apply();
    a.dy = readOnly(2, 3, 5);
    a.dx = confined(2, 3, 5);
    a.backward();
  }

  static Stream<WrongCall<Arguments>> apply() {
    Consumer<Arguments> two = Arguments::twoWorkers;
    return all(
        new Operand<Arguments>("x", (a, t) -> a.x = t, two, 2, 3, 5).asInput(),
        new Operand<Arguments>("y", (a, t) -> a.y = t, two, 2, 3, 5).asOutput(),
        new Operand<Arguments>("logSumExp", (a, t) -> a.logSumExp = t, two, 2, 3).asStatistic(),
        new Operand<Arguments>("entropy", (a, t) -> a.entropy = t, two, 2, 3).asStatistic(),
        new Operand<Arguments>("maxWeight", (a, t) -> a.maxWeight = t, two, 2, 3).asStatistic(),
        shapes());
  }

  private static Stream<WrongCall<Arguments>> shapes() {
    return Stream.of(
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
        closed("closed workers", a -> a.workers = closedWorkers(), "closed"),
        illegal("logSumExp is entropy", a -> a.logSumExp = a.entropy, "logSumExp", "entropy"),
        illegal("logSumExp is maxWeight", a -> a.maxWeight = a.logSumExp, "logSumExp", "maxW"),
        illegal(
            "maxWeight in y", a -> a.maxWeight = a.y.slice(2, 1, 4).select(1, 2), "maxWeight", "y"),
        illegal("entropy in x", a -> a.entropy = a.x.slice(2, 0, 3).select(1, 0), "entropy", "x"));
  }

  private static void oneRow(Arguments a) {
    a.x = a.sandbox.anyInput(5);
    a.y = a.sandbox.output(5);
    a.logSumExp = a.sandbox.output(2);
    a.entropy = a.sandbox.output(1);
    a.maxWeight = a.sandbox.output(1);
  }

  static Stream<WrongCall<Arguments>> backward() {
    return all(
        new Operand<Arguments>("y", (a, t) -> a.y = t, null, 2, 3, 5).asInput(),
        new Operand<Arguments>("dy", (a, t) -> a.dy = t, null, 2, 3, 5).asInput(),
        new Operand<Arguments>("dx", (a, t) -> a.dx = t, null, 2, 3, 5).asOutput(),
        Stream.of(
            illegal("dy's rank", a -> a.dy = a.sandbox.anyInput(6, 5), "[6, 5]", "[2, 3, 5]"),
            illegal("dy's rows", a -> a.dy = a.sandbox.anyInput(2, 4, 5), "[2, 4, 5]", "[2, 3, 5]"),
            illegal(
                "dx' length", a -> a.dx = a.sandbox.output(2, 3, 6), "[2, 3, 6]", "[2, 3, 5]")));
  }

  @ParameterizedTest
  @MethodSource("apply")
  void applyRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::apply);
  }

  @ParameterizedTest
  @MethodSource("backward")
  void backwardRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::backward);
  }

  @ParameterizedTest
  @CsvSource({"-1, 3", "0, 8", "4, 3", "8, 8", "-2147483648, 2147483647", "2147483647, 3"})
  void rangesOutsideOfTheArrayAreRefused(int from, int to) {
    float[] x = Floats.of("x", FloatKind.NORMAL, 7);
    float[] before = x.clone();
    assertOutOfBounds(() -> Softmax.standard().apply(x, from, to), "" + from, "" + to, "7");
    Floats.assertBits(before, x, "the array");
  }
}
