package io.github.lanewise.classification;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.closedWorkers;
import static io.github.lanewise.testing.Refused.confined;
import static io.github.lanewise.testing.Refused.nothing;
import static io.github.lanewise.testing.Refused.readOnly;
import static io.github.lanewise.testing.WrongCall.all;
import static io.github.lanewise.testing.WrongCall.closed;
import static io.github.lanewise.testing.WrongCall.illegal;
import static io.github.lanewise.testing.WrongCall.missing;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import io.github.lanewise.testing.WrongCall;
import io.github.lanewise.testing.WrongCall.Operand;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every wrong argument of a loss is refused with the right words before anything is written. */
class CrossEntropyArgumentsTest {

  /** Right arguments, to be made wrong one by one. */
  private static final class Arguments {
    final Sandbox sandbox;
    FloatTensor logits;
    int[] labels = {4, 0, 2};
    FloatTensor dLogits;
    float[] losses = new float[3];
    Workers workers = Workers.caller();

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      logits = sandbox.anyInput(3, 5);
      dLogits = sandbox.output(3, 5);
      float[] own = losses;
      sandbox.keep(() -> Arrays.toString(own).getBytes(UTF_8));
    }

    void apply() {
      CrossEntropy.standard().apply(logits, labels, dLogits, losses, workers);
    }

    void twoWorkers() {
      workers = TestWorkers.TWO;
    }
  }

  static Stream<WrongCall<Arguments>> apply() {
    Consumer<Arguments> two = Arguments::twoWorkers;
    return all(
        new Operand<Arguments>("logits", (a, t) -> a.logits = t, two, 3, 5).asInput(),
        new Operand<Arguments>("dLogits", (a, t) -> a.dLogits = t, two, 3, 5).asStatistic(),
        Stream.of(
            missing("labels", a -> a.labels = nothing()),
            missing("losses", a -> a.losses = nothing()),
            missing("workers", a -> a.workers = nothing()),
            closed("closed workers", a -> a.workers = closedWorkers(), "closed"),
            illegal("rank 3", a -> a.logits = a.sandbox.anyInput(3, 5, 1), "rank", "3", "2"),
            illegal("rank 1", a -> a.logits = a.sandbox.anyInput(15), "rank", "1", "2"),
            illegal("2 labels", a -> a.labels = new int[2], "labels.length is 2", "is 3"),
            illegal("4 labels", a -> a.labels = new int[4], "labels.length is 4", "is 3"),
            illegal("4 losses", a -> a.losses = new float[4], "losses.length is 4", "is 3"),
            illegal("rows", a -> a.dLogits = a.sandbox.output(2, 5), "[2, 5]", "[3, 5]"),
            illegal("classes", a -> a.dLogits = a.sandbox.output(3, 6), "[3, 6]", "[3, 5]")));
  }

  @ParameterizedTest
  @MethodSource("apply")
  void applyRefuses(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::apply);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 5, Integer.MIN_VALUE, Integer.MAX_VALUE, -100})
  void aLabelOutOfRangeIsRefusedBeforeAnythingIsWritten(int label) {
    WrongCall<Arguments> wrong =
        new WrongCall<>(
            "label",
            IndexOutOfBoundsException.class,
            a -> a.labels = new int[] {1, 1, label},
            List.of("labels[2] is " + label, "logits.size(1) is 5"));
    wrong.assertRefused(Arguments::new, Arguments::apply);
  }

  @Test
  void theRightArgumentsAreTaken() {
    Arguments a = new Arguments(new Sandbox(Layout.ARRAY));
    a.apply();
    a.logits = readOnly(3, 5);
    a.dLogits = confined(3, 5);
    a.apply();
  }

  /** Memory that logits, gradient, losses and labels share: refused if it is one element. */
  @Test
  void sharedMemoryIsJudgedOnElements() {
    CrossEntropy loss = CrossEntropy.standard();
    int[] labels = {1, 0};
    float[] array = Floats.of("shared", FloatKind.NORMAL, 12);
    FloatTensor all = FloatTensor.of(array, 2, 6);
    FloatTensor left = all.slice(1, 0, 3);
    FloatTensor right = all.slice(1, 3, 6);
    FloatTensor middle = all.slice(1, 2, 5);
    float[] before = array.clone();
    assertIllegal(() -> loss.apply(left, labels, middle), "dLogits", "overlaps", "logits");
    float[] two = {1, 2};
    FloatTensor theirs = FloatTensor.of(two, 2, 1);
    int[] zeros = {0, 0};
    Workers caller = Workers.caller();
    assertIllegal(() -> loss.apply(theirs, zeros, null, two, caller), "logits", "losses");
    FloatTensor hidden = FloatTensor.of(MemorySegment.ofArray(two).asReadOnly(), 2, 1);
    assertIllegal(() -> loss.apply(hidden, zeros, null, two, caller), "logits", "losses");
    FloatTensor other = FloatTensor.allocate(2, 1);
    assertIllegal(() -> loss.apply(other, zeros, theirs, two, caller), "dLogits", "losses");
    FloatTensor inLabels = FloatTensor.of(MemorySegment.ofArray(zeros), 2, 1);
    assertIllegal(() -> loss.apply(other, zeros, inLabels), "dLogits", "labels");
    Floats.assertBits(before, array, "the array");
    FloatTensor expected = FloatTensor.allocate(2, 3);
    loss.apply(left, labels, expected);
    loss.apply(left, labels, right);
    Floats.assertBits(expected, right, "interleaved");
    loss.apply(left, labels, left);
    Floats.assertBits(expected, left, "in place");
  }

  @Test
  void theBuilderRefuses() {
    CrossEntropy.Builder builder = CrossEntropy.builder();
    for (double wrong : new double[] {0, -0.0, -1, Double.NaN, 1e-39, 1e-50}) {
      assertIllegal(() -> builder.temperature(wrong), "temperature is " + wrong);
    }
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertIllegal(() -> builder.labelSmoothing(wrong), "labelSmoothing is " + wrong, "1");
    }
  }
}
