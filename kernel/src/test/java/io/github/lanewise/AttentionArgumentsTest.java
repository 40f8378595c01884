package io.github.lanewise;

import static io.github.lanewise.testing.Refused.closedWorkers;
import static io.github.lanewise.testing.Refused.confined;
import static io.github.lanewise.testing.Refused.nothing;
import static io.github.lanewise.testing.Refused.readOnly;
import static io.github.lanewise.testing.WrongCall.all;
import static io.github.lanewise.testing.WrongCall.closed;
import static io.github.lanewise.testing.WrongCall.illegal;
import static io.github.lanewise.testing.WrongCall.missing;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import io.github.lanewise.testing.WrongCall;
import io.github.lanewise.testing.WrongCall.Operand;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong argument of attention is refused with the right words before anything is written. */
class AttentionArgumentsTest {

  /** Right arguments of forward and weights, to be made wrong one by one. */
  private static final class Arguments {
    final Sandbox sandbox;
    Attention.Builder builder = Attention.builder();
    FloatTensor q;
    FloatTensor k;
    FloatTensor v;
    FloatTensor out;
    FloatTensor p;
    FloatTensor logSumExp;
    FloatTensor entropy;
    FloatTensor maxWeight;
    Workers workers = Workers.caller();

    void twoWorkers() {
      workers = TestWorkers.TWO;
    }

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      q = sandbox.anyInput(2, 4, 3, 8);
      k = sandbox.anyInput(2, 2, 5, 8);
      v = sandbox.anyInput(2, 2, 5, 6);
      out = sandbox.output(2, 4, 3, 6);
      p = sandbox.output(2, 4, 3, 5);
      logSumExp = sandbox.output(2, 4, 3);
      entropy = sandbox.output(2, 4, 3);
      maxWeight = sandbox.output(2, 4, 3);
    }

    void forward() {
      Attention attention = builder.build();
      attention.forward(q, k, v, out, new RowStatistics(logSumExp, entropy, maxWeight), workers);
    }

    void weights() {
      builder.build().weights(q, k, p, workers);
    }
  }

  @Test
  void theRightArgumentsAreTaken() {
    Sandbox sandbox = new Sandbox(Layout.ARRAY);
    new Arguments(sandbox).forward();
    new Arguments(sandbox).weights();
    Arguments arguments = new Arguments(sandbox);
    arguments.q = readOnly(2, 4, 3, 8);
    arguments.k = confined(2, 2, 5, 8);
    arguments.out = confined(2, 4, 3, 6);
    arguments.forward();
    arguments.weights();
  }

  private static Operand<Arguments> operand(
      String name, BiConsumer<Arguments, FloatTensor> replace, long... shape) {
    return new Operand<>(name, replace, Arguments::twoWorkers, shape);
  }

  /** What is wrong for forward and weights alike. */
  static Stream<WrongCall<Arguments>> queriesAndKeys() {
    return all(
        operand("q", (a, t) -> a.q = t, 2, 4, 3, 8).asInput(),
        operand("k", (a, t) -> a.k = t, 2, 2, 5, 8).asInput(),
        operand("bias", (a, t) -> a.builder.bias(t), 5).unreadable(),
        shapesOfQueriesAndKeys());
  }

  private static Stream<WrongCall<Arguments>> shapesOfQueriesAndKeys() {
    return Stream.of(
        missing("workers", a -> a.workers = nothing()),
        illegal("q of rank 3", a -> a.q = a.sandbox.anyInput(4, 3, 8), "q.rank() is 3", "4"),
        illegal("k of rank 1", a -> a.k = a.sandbox.anyInput(8), "k.rank() is 1", "4"),
        illegal(
            "k's batch",
            a -> a.k = a.sandbox.anyInput(3, 2, 5, 8),
            "k.size(0) is 3",
            "q.size(0) is 2"),
        illegal(
            "k's headDim",
            a -> a.k = a.sandbox.anyInput(2, 2, 5, 7),
            "k.size(3) is 7",
            "q.size(3) is 8"),
        illegal("3 key heads", a -> keyHeads(a, 3), "q.size(1) is 4", "k.size(1)", "3"),
        illegal("8 key heads", a -> keyHeads(a, 8), "q.size(1) is 4", "k.size(1)", "8"),
        illegal("no key heads", a -> keyHeads(a, 0), "q.size(1) is 4", "k.size(1)", "0"),
        illegal("headDim 0", AttentionArgumentsTest::headDimZero, "q.size(3) is 0", "1"),
        illegal("3 slopes", a -> a.builder.alibi(1, 2, 3), "3 ", "q.size(1) is 4"),
        illegal("1 slope", a -> a.builder.alibi(1), "1 ", "q.size(1) is 4"),
        illegal("5 sinks", a -> a.builder.sinks(1, 2, 3, 4, 5), "5 ", "q.size(1) is 4"),
        illegal("no sinks", a -> a.builder.sinks(), "0 ", "q.size(1) is 4"),
        illegal("2 temperatures", a -> a.builder.temperature(1, 2), "2 ", "q.size(1) is 4"),
        illegal("mask's keys", a -> a.builder.mask(Mask.allowed(new boolean[12], 3, 4)), "4", "5"),
        illegal(
            "mask's queries", a -> a.builder.mask(Mask.allowed(new boolean[10], 2, 5)), "2", "3"),
        illegal(
            "mask's heads", a -> a.builder.mask(Mask.allowed(new boolean[30], 2, 3, 5)), "2", "4"),
        illegal(
            "mask's batch",
            a -> a.builder.mask(Mask.allowedBits(new long[9], 3, 1, 3, 5)),
            "3",
            "2"),
        illegal(
            "a part of the mask",
            a -> a.builder.mask(Mask.causal().and(Mask.allowed(new boolean[4], 4))),
            "4",
            "5"),
        illegal("1 key length", a -> a.builder.mask(Mask.keyLengths(5)), "1", "2"),
        illegal("3 key lengths", a -> a.builder.mask(Mask.keyLengths(5, 5, 5)), "3", "2"),
        illegal("a key length of 6", a -> a.builder.mask(Mask.keyLengths(1, 6)), "6", "5"),
        illegal(
            "bias' keys", a -> a.builder.bias(a.sandbox.anyInput(1, 4)), "bias.size(1) is 4", "5"),
        illegal(
            "bias' queries",
            a -> a.builder.bias(a.sandbox.anyInput(2, 5)),
            "bias.size(0) is 2",
            "3"),
        illegal(
            "bias' heads",
            a -> a.builder.bias(a.sandbox.anyInput(2, 1, 1)),
            "bias.size(0) is 2",
            "4"),
        illegal(
            "bias' batch",
            a -> a.builder.bias(a.sandbox.anyInput(3, 1, 1, 5)),
            "bias.size(0) is 3",
            "2"),
        closed("closed workers", a -> a.workers = closedWorkers(), "closed"));
  }

  private static void keyHeads(Arguments a, long heads) {
    a.k = a.sandbox.anyInput(2, heads, 5, 8);
    a.v = a.sandbox.anyInput(2, heads, 5, 6);
  }

  private static void headDimZero(Arguments a) {
    a.q = a.sandbox.anyInput(2, 4, 3, 0);
    a.k = a.sandbox.anyInput(2, 2, 5, 0);
  }

  static Stream<WrongCall<Arguments>> forwardOnly() {
    return all(
        operand("v", (a, t) -> a.v = t, 2, 2, 5, 6).asInput(),
        operand("out", (a, t) -> a.out = t, 2, 4, 3, 6).asOutput(),
        operand("logSumExp", (a, t) -> a.logSumExp = t, 2, 4, 3).asStatistic(),
        operand("entropy", (a, t) -> a.entropy = t, 2, 4, 3).asStatistic(),
        operand("maxWeight", (a, t) -> a.maxWeight = t, 2, 4, 3).asStatistic(),
        shapesOfValuesAndResults());
  }

  private static Stream<WrongCall<Arguments>> shapesOfValuesAndResults() {
    return Stream.of(
        illegal("v of rank 2", a -> a.v = a.sandbox.anyInput(5, 6), "v.rank() is 2", "4"),
        illegal(
            "v's batch",
            a -> a.v = a.sandbox.anyInput(1, 2, 5, 6),
            "v.size(0) is 1",
            "k.size(0) is 2"),
        illegal(
            "v's heads",
            a -> a.v = a.sandbox.anyInput(2, 4, 5, 6),
            "v.size(1) is 4",
            "k.size(1) is 2"),
        illegal(
            "v's length",
            a -> a.v = a.sandbox.anyInput(2, 2, 6, 6),
            "v.size(2) is 6",
            "k.size(2) is 5"),
        illegal("out of rank 3", a -> a.out = a.sandbox.output(4, 3, 6), "out.rank() is 3", "4"),
        illegal("out's batch", a -> out(a, 3, 4, 3, 6), "out.size(0) is 3", "q.size(0) is 2"),
        illegal("out's heads", a -> out(a, 2, 2, 3, 6), "out.size(1) is 2", "q.size(1) is 4"),
        illegal("out's length", a -> out(a, 2, 4, 5, 6), "out.size(2) is 5", "q.size(2) is 3"),
        illegal("out's dim", a -> out(a, 2, 4, 3, 8), "out.size(3) is 8", "v.size(3) is 6"),
        illegal("statistic's batch", a -> a.logSumExp = a.sandbox.output(1, 4, 3), "1", "2"),
        illegal("statistic's heads", a -> a.entropy = a.sandbox.output(2, 3, 3), "3", "4"),
        illegal("statistic's length", a -> a.maxWeight = a.sandbox.output(2, 4, 4), "4", "3"),
        illegal("statistic's rank", a -> a.entropy = a.sandbox.output(2, 4), "2", "3"),
        illegal("out within v", a -> outInValues(a), "out ", "v "),
        illegal("out within q", a -> a.out = a.q.slice(3, 1, 7), "out ", "q "),
        illegal("logSumExp is entropy", a -> a.logSumExp = a.entropy, "logSumExp", "entropy"),
        illegal("entropy is maxWeight", a -> a.entropy = a.maxWeight, "entropy", "maxWeight"),
        illegal("maxWeight in out", a -> a.maxWeight = rows(a.out), "maxWeight", "out"),
        illegal("entropy in q", a -> a.entropy = rows(a.q), "entropy", "q"),
        illegal("logSumExp in v", a -> statisticInValues(a), "logSumExp", "v "),
        illegal("out is the bias", a -> a.builder.bias(rowOf(a.out)), "bias"),
        illegal("entropy is the bias", a -> biasInEntropy(a), "bias"));
  }

  private static void out(Arguments a, long... shape) {
    a.out = a.sandbox.output(shape);
  }

  private static void outInValues(Arguments a) {
    keyHeads(a, 4);
    a.out = a.v.slice(2, 1, 4);
  }

  private static void statisticInValues(Arguments a) {
    keyHeads(a, 4);
    a.logSumExp = rows(a.v);
  }

  /** Three elements of each head: [2, 4, 3]. */
  private static FloatTensor rows(FloatTensor t) {
    return t.select(2, 1).slice(2, 0, 3);
  }

  /** One bias for all keys: an element of the output. */
  private static FloatTensor rowOf(FloatTensor t) {
    return t.select(0, 0).select(0, 0).select(0, 0).slice(0, 0, 1);
  }

  private static void biasInEntropy(Arguments a) {
    a.builder.bias(a.entropy.select(0, 1).select(0, 3).slice(0, 2, 3));
  }

  static Stream<WrongCall<Arguments>> weightsOnly() {
    return all(operand("p", (a, t) -> a.p = t, 2, 4, 3, 5).asOutput(), shapesOfWeights());
  }

  private static Stream<WrongCall<Arguments>> shapesOfWeights() {
    return Stream.of(
        illegal("p of rank 3", a -> a.p = a.sandbox.output(4, 3, 5), "p.rank() is 3", "4"),
        illegal("p's batch", a -> p(a, 1, 4, 3, 5), "p.size(0) is 1", "q.size(0) is 2"),
        illegal("p's heads", a -> p(a, 2, 2, 3, 5), "p.size(1) is 2", "q.size(1) is 4"),
        illegal("p's queries", a -> p(a, 2, 4, 5, 5), "p.size(2) is 5", "q.size(2) is 3"),
        illegal("p's keys", a -> p(a, 2, 4, 3, 3), "p.size(3) is 3", "k.size(2) is 5"),
        illegal("p in q", a -> a.p = a.q.slice(3, 2, 7), "p", "q"),
        illegal("p in k", a -> weightsInKeys(a), "p"),
        illegal("p is the bias", a -> a.builder.bias(rowOf(a.p)), "bias"));
  }

  private static void weightsInKeys(Arguments a) {
    a.k = a.sandbox.anyInput(2, 4, 5, 8);
    a.p = a.k.slice(2, 1, 4).slice(3, 0, 5);
  }

  private static void p(Arguments a, long... shape) {
    a.p = a.sandbox.output(shape);
  }

  @ParameterizedTest
  @MethodSource({"queriesAndKeys", "forwardOnly"})
  void forwardRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::forward);
  }

  @ParameterizedTest
  @MethodSource({"queriesAndKeys", "weightsOnly"})
  void weightsRefuse(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::weights);
  }

  static Stream<WrongCall<Attention.Builder>> options() {
    float inf = Float.POSITIVE_INFINITY;
    return Stream.of(
        illegal("scale NaN", b -> b.scale(Float.NaN), "scale", "NaN"),
        illegal("scale inf", b -> b.scale(inf), "scale", "Infinity"),
        illegal("softcap 0", b -> b.softcap(0f), "softcap", "0.0"),
        illegal("softcap -1", b -> b.softcap(-1f), "softcap", "-1.0"),
        illegal("softcap NaN", b -> b.softcap(Float.NaN), "softcap", "NaN"),
        illegal("softcap inf", b -> b.softcap(inf), "softcap", "Infinity"),
        illegal("slope NaN", b -> b.alibi(1f, Float.NaN), "slope", "NaN"),
        illegal("slope inf", b -> b.alibi(-inf), "slope", "Infinity"),
        illegal("sink NaN", b -> b.sinks(Float.NaN), "sink", "NaN"),
        illegal("sink inf", b -> b.sinks(0f, inf), "sink", "Infinity"),
        illegal("temperature -1", b -> b.temperature(1f, -1f), "temperature", "-1.0"),
        illegal("temperature NaN", b -> b.temperature(Float.NaN), "temperature", "NaN"),
        illegal("sharp sinks", b -> b.temperature(1f, 0f).sinks(1f, 1f).build(), "0", "sinks"),
        missing("mask", b -> b.mask(nothing())),
        missing("bias", b -> b.bias(nothing())));
  }

  @ParameterizedTest
  @MethodSource("options")
  void theBuilderRefuses(WrongCall<Attention.Builder> wrong) {
    wrong.assertRefused(Attention.builder());
  }
}
