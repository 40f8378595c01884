package io.github.lanewise;

import static io.github.lanewise.testing.Refused.assertSays;
import static io.github.lanewise.testing.Refused.closedWorkers;
import static io.github.lanewise.testing.Refused.nothing;
import static io.github.lanewise.testing.WrongCall.all;
import static io.github.lanewise.testing.WrongCall.closed;
import static io.github.lanewise.testing.WrongCall.illegal;
import static io.github.lanewise.testing.WrongCall.missing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.RotaryEmbedding.Pairs;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import io.github.lanewise.testing.WrongCall;
import io.github.lanewise.testing.WrongCall.Operand;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong argument of an operation on rows is refused before anything is written. */
class RowsArgumentsTest {

  /** Right arguments of every operation, to be made wrong one by one. */
  private static final class Arguments {
    final Sandbox sandbox;
    FloatTensor x;
    FloatTensor up;
    FloatTensor weight;
    FloatTensor y;
    float epsilon = 1e-5f;
    int[] positions = {0, 3};
    RotaryEmbedding embedding = RotaryEmbedding.of(new double[] {1, 0.5}, 4, Pairs.HALVES);
    Workers workers = Workers.caller();

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      x = sandbox.anyInput(2, 3, 5);
      up = sandbox.anyInput(2, 3, 5);
      weight = sandbox.anyInput(5);
      y = sandbox.output(2, 3, 5);
    }

    void norm() {
      Rows.rmsNorm(x, weight, epsilon, false, y, workers);
    }

    void silu() {
      Rows.siluMultiply(x, up, y, workers);
    }

    void elements() {
      Rows.sigmoid(x, y, workers);
      Rows.gelu(x, y, workers);
      Rows.geluTanh(x, y, workers);
    }

    void rotate() {
      Rows.rotate(embedding, x, positions, y, workers);
    }

    void twoWorkers() {
      workers = TestWorkers.TWO;
    }
  }

  @Test
  void theRightArgumentsAreTaken() {
    Arguments a = new Arguments(new Sandbox(Layout.ARRAY));
    a.norm();
    a.silu();
    a.elements();
    a.rotate();
    a.positions = new int[] {1, 1, -7}; // one more than there are tokens
    a.rotate();
    a.x = a.y;
    a.up = a.y;
    a.silu();
    FloatTensor none = FloatTensor.allocate(2, 0);
    Rows.sigmoid(none, none);
    Rows.rmsNorm(none, FloatTensor.allocate(0), 0f, none);
  }

  static Stream<WrongCall<Arguments>> common(String input) {
    Consumer<Arguments> two = Arguments::twoWorkers;
    return all(
        new Operand<Arguments>(input, (a, t) -> a.x = t, two, 2, 3, 5).asInput(),
        new Operand<Arguments>("y", (a, t) -> a.y = t, two, 2, 3, 5).asOutput(),
        Stream.of(
            missing("workers", a -> a.workers = nothing()),
            closed("closed workers", a -> a.workers = closedWorkers(), "closed"),
            illegal("y's rank", a -> a.y = a.sandbox.output(6, 5), "[6, 5]", "[2, 3, 5]"),
            illegal("y's length", a -> a.y = a.sandbox.output(2, 3, 6), "[2, 3, 6]", "[2, 3, 5]"),
            illegal(
                "y over another part of x",
                a -> {
                  FloatTensor both = a.sandbox.inPlace(new float[36], 2, 3, 6);
                  a.x = both.slice(2, 0, 5);
                  a.y = both.slice(2, 1, 6);
                },
                "overlaps")));
  }

  static Stream<WrongCall<Arguments>> elements() {
    return common("x");
  }

  static Stream<WrongCall<Arguments>> norm() {
    Consumer<Arguments> two = Arguments::twoWorkers;
    return all(
        common("x"),
        new Operand<Arguments>("weight", (a, t) -> a.weight = t, two, 5).asInput(),
        Stream.of(
            illegal("weight's rank", a -> a.weight = a.sandbox.anyInput(1, 5), "rank", "2", "1"),
            illegal(
                "weight's length",
                a -> a.weight = a.sandbox.anyInput(4),
                "weight.size(0) is 4",
                "x.size(2) is 5"),
            illegal("weight in y", a -> a.weight = a.y.select(0, 1).select(0, 2), "weight", "y"),
            illegal("epsilon below 0", a -> a.epsilon = -1e-9f, "epsilon is -1.0E-9"),
            illegal("epsilon NaN", a -> a.epsilon = Float.NaN, "epsilon is NaN"),
            illegal("infinite epsilon", a -> a.epsilon = 1f / 0f, "epsilon is Infinity")));
  }

  static Stream<WrongCall<Arguments>> silu() {
    Consumer<Arguments> two = Arguments::twoWorkers;
    return all(
        common("gate"),
        new Operand<Arguments>("up", (a, t) -> a.up = t, two, 2, 3, 5).asInput(),
        Stream.of(
            illegal("up's shape", a -> a.up = a.sandbox.anyInput(2, 3, 4), "[2, 3, 4]"),
            illegal(
                "y over another part of up",
                a -> {
                  FloatTensor both = a.sandbox.inPlace(new float[36], 2, 3, 6);
                  a.up = both.slice(2, 1, 6);
                  a.y = both.slice(2, 0, 5);
                },
                "overlaps",
                "up")));
  }

  static Stream<WrongCall<Arguments>> rotate() {
    return all(
        common("x"),
        Stream.of(
            missing("embedding", a -> a.embedding = nothing()),
            missing("positions", a -> a.positions = nothing()),
            illegal("too few positions", a -> a.positions = new int[1], "length is 1", "2 tokens"),
            illegal("a position below 0", a -> a.positions[1] = -1, "positions[1] is -1", "0 to 3"),
            illegal("a position beyond", a -> a.positions[0] = 4, "positions[0] is 4", "0 to 3"),
            illegal(
                "heads shorter than the rotation",
                a -> a.embedding = RotaryEmbedding.of(new double[3], 4, Pairs.HALVES),
                "x.size(2) is 5",
                "6"),
            illegal(
                "a single row",
                a -> {
                  a.x = a.sandbox.anyInput(5);
                  a.y = a.sandbox.output(5);
                },
                "rank",
                "1")));
  }

  @ParameterizedTest
  @MethodSource("elements")
  void functionsOfElementsRefuse(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, a -> Rows.sigmoid(a.x, a.y, a.workers));
    wrong.assertRefused(Arguments::new, a -> Rows.gelu(a.x, a.y, a.workers));
    wrong.assertRefused(Arguments::new, a -> Rows.geluTanh(a.x, a.y, a.workers));
  }

  @ParameterizedTest
  @MethodSource("norm")
  void normRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::norm);
  }

  @ParameterizedTest
  @MethodSource("silu")
  void siluRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::silu);
  }

  @ParameterizedTest
  @MethodSource("rotate")
  void rotateRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::rotate);
  }

  @Test
  void embeddingsThatCannotBeAreRefused() {
    refused(() -> RotaryEmbedding.of(new double[0], 4, Pairs.HALVES), "frequencies.length is 0");
    refused(() -> RotaryEmbedding.of(new double[2], 0, Pairs.HALVES), "positions is 0");
    refused(
        () -> RotaryEmbedding.of(new double[] {1, Double.NaN}, 4, Pairs.HALVES),
        "frequencies[1] is NaN");
    refused(
        () -> RotaryEmbedding.of(new double[64], Integer.MAX_VALUE, Pairs.HALVES), "2147483647");
    refused(() -> RotaryEmbedding.frequencies(0, 4), "base is 0.0");
    refused(() -> RotaryEmbedding.frequencies(1e4, 5), "rotatedDim is 5");
    double[] frequencies = {1, 2};
    RotaryEmbedding embedding = RotaryEmbedding.of(frequencies, 7, Pairs.INTERLEAVED);
    assertEquals(4, embedding.rotatedDim());
    assertEquals(7, embedding.positions());
    assertEquals(Pairs.INTERLEAVED, embedding.pairs());
  }

  private static void refused(org.junit.jupiter.api.function.Executable call, String says) {
    assertSays(assertThrows(IllegalArgumentException.class, call), says);
  }
}
