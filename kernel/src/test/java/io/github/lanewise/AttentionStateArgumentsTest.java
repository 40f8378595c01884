package io.github.lanewise;

import static io.github.lanewise.testing.Refused.closedWorkers;
import static io.github.lanewise.testing.Refused.nothing;
import static io.github.lanewise.testing.WrongCall.all;
import static io.github.lanewise.testing.WrongCall.closed;
import static io.github.lanewise.testing.WrongCall.illegal;
import static io.github.lanewise.testing.WrongCall.missing;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.AttentionState;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.ShardedCall;
import io.github.lanewise.testing.TestWorkers;
import io.github.lanewise.testing.WrongCall;
import io.github.lanewise.testing.WrongCall.Operand;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong argument of partial, merge and writeTo is refused before anything has changed. */
class AttentionStateArgumentsTest {

  /** Right arguments, to be made wrong one by one: the state holds keys 0 to 4. */
  private static final class Arguments {
    final Sandbox sandbox;
    final AttentionState held = AttentionState.empty(2, 4, 3, 6);
    Attention.Builder builder = Attention.builder();
    FloatTensor q;
    FloatTensor k;
    FloatTensor v;
    long firstKey = 5;
    AttentionState state = held;
    Workers workers = Workers.caller();

    void twoWorkers() {
      workers = TestWorkers.TWO;
    }

    FloatTensor out;
    FloatTensor logSumExp;
    FloatTensor entropy;
    FloatTensor maxWeight;

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      q = sandbox.anyInput(2, 4, 3, 8);
      k = sandbox.anyInput(2, 2, 5, 8);
      v = sandbox.anyInput(2, 2, 5, 6);
      out = sandbox.output(2, 4, 3, 6);
      logSumExp = sandbox.output(2, 4, 3);
      entropy = sandbox.output(2, 4, 3);
      maxWeight = sandbox.output(2, 4, 3);
      builder.build().partial(q, k, v, 0, held, workers);
      sandbox.keep(() -> ShardedCall.bytes(held));
    }

    void partial() {
      builder.build().partial(q, k, v, firstKey, state, workers);
    }

    void writeTo() {
      state.writeTo(out, new RowStatistics(logSumExp, entropy, maxWeight));
    }
  }

  @Test
  void theRightArgumentsAreTaken() {
    Sandbox sandbox = new Sandbox(Layout.ARRAY);
    Arguments arguments = new Arguments(sandbox);
    // Arrays may end with the shard or go on, and one column stands for all.
    arguments.builder.mask(
        Mask.allowed(new boolean[3 * 12], 3, 12)
            .and(Mask.allowed(new boolean[3], 3, 1))
            .and(Mask.keyLengths(2, 100))
            .and(Mask.causal(3)));
    arguments.builder.bias(sandbox.anyInput(1, 11)).alibi(1, 2, 3, 4);
    arguments.partial();
    arguments.writeTo();
    sandbox.assertIntact("writeTo");
  }

  private static Operand<Arguments> operand(
      String name, BiConsumer<Arguments, FloatTensor> replace, long... shape) {
    return new Operand<>(name, replace, Arguments::twoWorkers, shape);
  }

  static Stream<WrongCall<Arguments>> wrongShards() {
    return all(
        operand("q", (a, t) -> a.q = t, 2, 4, 3, 8).asInput(),
        operand("k", (a, t) -> a.k = t, 2, 2, 5, 8).asInput(),
        operand("v", (a, t) -> a.v = t, 2, 2, 5, 6).asInput(),
        operand("bias", (a, t) -> a.builder.bias(t), 10).unreadable(),
        wrongShapesOfShards());
  }

  private static Stream<WrongCall<Arguments>> wrongShapesOfShards() {
    long end = 1L << 61;
    return Stream.of(
        missing("state", a -> a.state = nothing()),
        missing("workers", a -> a.workers = nothing()),
        illegal("q's batch", a -> resized(a, 1, 4, 3), "q.size(0) is 1", "batch is 2"),
        illegal("q's heads", a -> resized(a, 2, 2, 3), "q.size(1) is 2", "queryHeads is 4"),
        illegal("q's length", a -> resized(a, 2, 4, 4), "q.size(2) is 4", "queryLength is 3"),
        illegal(
            "v's dim",
            a -> a.v = a.sandbox.anyInput(2, 2, 5, 7),
            "v.size(3) is 7",
            "valueDim is 6"),
        illegal(
            "v's length",
            a -> a.v = a.sandbox.anyInput(2, 2, 4, 6),
            "v.size(2) is 4",
            "k.size(2) is 5"),
        illegal(
            "k's headDim",
            a -> a.k = a.sandbox.anyInput(2, 2, 5, 7),
            "k.size(3) is 7",
            "q.size(3) is 8"),
        illegal("firstKey -1", a -> a.firstKey = -1, "firstKey is -1", "0"),
        illegal("firstKey at the end", a -> a.firstKey = end - 4, "" + (end - 4), "" + (end - 5)),
        illegal("firstKey beyond", a -> a.firstKey = Long.MAX_VALUE, "" + Long.MAX_VALUE),
        illegal("a key twice", a -> a.firstKey = 4, "keys 4 to 8", "0 to 4"),
        illegal("3 sinks", a -> a.builder.sinks(1, 2, 3), "3 sinks", "4"),
        illegal("other sinks", a -> a.builder.sinks(1, 2, 3, 4), "[1.0, 2.0, 3.0, 4.0]", "none"),
        illegal("causal()", a -> a.builder.mask(Mask.causal()), "causal()", "offset"),
        illegal("window", a -> a.builder.mask(Mask.window(2, 1)), "window(2, 1)", "offset"),
        illegal(
            "window in a union",
            a -> a.builder.mask(Mask.prefix(4).or(Mask.window(2, 1))),
            "window(2, 1)"),
        illegal(
            "causal() beside an offset",
            a -> a.builder.mask(Mask.causal(3).and(Mask.keyLengths(5, 5)).and(Mask.causal())),
            "causal()"),
        illegal("ALiBi without offset", a -> a.builder.alibi(1, 2, 3, 4), "ALiBi", "offset"),
        illegal("temperature 0", a -> a.builder.temperature(1, 0, 1, 1), "temperature is 0"),
        illegal("mask's keys", a -> a.builder.mask(Mask.allowed(new boolean[27], 3, 9)), "9", "10"),
        illegal("mask's bits", a -> a.builder.mask(Mask.allowedBits(new long[3], 3, 9)), "9", "10"),
        illegal(
            "mask's queries", a -> a.builder.mask(Mask.allowed(new boolean[20], 2, 10)), "2", "3"),
        illegal("1 key length", a -> a.builder.mask(Mask.keyLengths(5)), "1", "2"),
        illegal(
            "bias' keys", a -> a.builder.bias(a.sandbox.anyInput(1, 9)), "bias.size(1) is 9", "10"),
        illegal(
            "bias' queries",
            a -> a.builder.bias(a.sandbox.anyInput(2, 10)),
            "bias.size(0) is 2",
            "3"),
        closed("closed workers", a -> a.workers = closedWorkers(), "closed"));
  }

  private static void resized(Arguments a, long batch, long heads, long length) {
    a.q = a.sandbox.anyInput(batch, heads, length, 8);
    a.k = a.sandbox.anyInput(batch, 2, 5, 8);
    a.v = a.sandbox.anyInput(batch, 2, 5, 6);
  }

  private static Operand<Arguments> result(
      String name, BiConsumer<Arguments, FloatTensor> replace, long... shape) {
    return new Operand<>(name, replace, null, shape);
  }

  static Stream<WrongCall<Arguments>> wrongResults() {
    return all(
        result("out", (a, t) -> a.out = t, 2, 4, 3, 6).asOutput(),
        result("logSumExp", (a, t) -> a.logSumExp = t, 2, 4, 3).asStatistic(),
        result("entropy", (a, t) -> a.entropy = t, 2, 4, 3).asStatistic(),
        result("maxWeight", (a, t) -> a.maxWeight = t, 2, 4, 3).asStatistic(),
        wrongShapesOfResults());
  }

  private static Stream<WrongCall<Arguments>> wrongShapesOfResults() {
    return Stream.of(
        illegal("out of rank 3", a -> out(a, 4, 3, 6), "out.rank() is 3", "4"),
        illegal("out's batch", a -> out(a, 3, 4, 3, 6), "out.size(0) is 3", "batch is 2"),
        illegal("out's heads", a -> out(a, 2, 2, 3, 6), "out.size(1) is 2", "queryHeads is 4"),
        illegal("out's length", a -> out(a, 2, 4, 5, 6), "out.size(2) is 5", "queryLength is 3"),
        illegal("out's dim", a -> out(a, 2, 4, 3, 8), "out.size(3) is 8", "valueDim is 6"),
        illegal("statistic's batch", a -> a.logSumExp = a.sandbox.output(1, 4, 3), "1", "2"),
        illegal("statistic's heads", a -> a.entropy = a.sandbox.output(2, 3, 3), "3", "4"),
        illegal("statistic's length", a -> a.maxWeight = a.sandbox.output(2, 4, 4), "4", "3"),
        illegal("statistic's rank", a -> a.entropy = a.sandbox.output(2, 4), "2", "3"),
        illegal("logSumExp is entropy", a -> a.logSumExp = a.entropy, "logSumExp", "entropy"),
        illegal("maxWeight in out", a -> a.maxWeight = part(a.out), "maxWeight", "out"));
  }

  private static void out(Arguments a, long... shape) {
    a.out = a.sandbox.output(shape);
  }

  private static FloatTensor part(FloatTensor t) {
    return t.select(2, 1).slice(2, 0, 3);
  }

  @ParameterizedTest
  @MethodSource("wrongShards")
  void partialRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::partial);
  }

  @ParameterizedTest
  @MethodSource("wrongResults")
  void writeToRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::writeTo);
  }

  static Stream<WrongCall<AttentionState>> wrongStates() {
    return Stream.of(
        illegal("batch", s -> s.merge(AttentionState.empty(1, 4, 3, 6)), "batch is 1", "2"),
        illegal("heads", s -> s.merge(AttentionState.empty(2, 5, 3, 6)), "queryHeads is 5", "4"),
        illegal("length", s -> s.merge(AttentionState.empty(2, 4, 4, 6)), "queryLength is 4", "3"),
        illegal("width", s -> s.merge(AttentionState.empty(2, 4, 3, 1)), "valueDim is 1", "6"),
        illegal("negative batch", s -> AttentionState.empty(-1, 1, 1, 1), "batch is -1", "0"),
        illegal("negative heads", s -> AttentionState.empty(1, -2, 1, 1), "queryHeads is -2", "0"),
        illegal("negative length", s -> AttentionState.empty(1, 1, -3, 1), "queryLength is -3"),
        illegal("negative width", s -> AttentionState.empty(1, 1, 1, -4), "valueDim is -4"),
        illegal("wide", s -> AttentionState.empty(1, 1, 1, 1L << 31), "1 rows", "" + (1L << 31)),
        illegal("long", s -> AttentionState.empty(1, 1, 1L << 30, 0), "" + (1L << 30)),
        illegal("huge", s -> AttentionState.empty(1L << 40, 1L << 40, 1L << 40, 1), "too large"));
  }

  @ParameterizedTest
  @MethodSource("wrongStates")
  void statesThatDoNotFitAreRefused(WrongCall<AttentionState> wrong) {
    wrong.assertRefused(AttentionState.empty(2, 4, 3, 6));
  }
}
