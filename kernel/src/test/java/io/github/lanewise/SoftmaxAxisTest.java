package io.github.lanewise;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;

import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A row along any axis has the bits that it has along the last one, and nothing else is written.
 */
class SoftmaxAxisTest {
  private static final float[] TEMPERATURES = {1, 1, 0.7f, 0, Float.POSITIVE_INFINITY};

  private static final FloatKind[] KINDS = {
    FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.SPRINKLED, FloatKind.TIED
  };

  @Cases(250)
  void aRowHasTheSameBitsAlongAnyAxis(Draw draw) {
    long[] shape = shape(draw);
    int axis = draw.integer("axis", 0, shape.length - 1);
    boolean fromEnd = draw.onceIn(2, "fromEnd");
    Softmax.Builder builder =
        Softmax.builder()
            .temperature(draw.oneOf("temperature", TEMPERATURES))
            .logarithmic(draw.onceIn(3, "logarithmic"))
            .emptyRow(draw.oneOf("emptyRow", EmptyRow.values()));
    Softmax softmax = builder.axis(fromEnd ? axis - shape.length : axis).build();
    float[] scores = draw.floats("x", Floats.count(shape), KINDS);
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    boolean inPlace = draw.onceIn(3, "inPlace");
    FloatTensor x =
        inPlace ? sandbox.inPlace("x", scores, shape) : sandbox.input("x", scores, shape);
    FloatTensor y = inPlace ? x : sandbox.output("y", shape);
    long[] rows = without(shape, axis);
    FloatTensor logSumExp = draw.onceIn(2, "logSumExp") ? sandbox.output("l", rows) : null;
    FloatTensor entropy = draw.onceIn(2, "entropy") ? sandbox.output("h", rows) : null;
    FloatTensor maxWeight = draw.onceIn(2, "maxWeight") ? sandbox.output("w", rows) : null;
    FloatTensor lastX = last(FloatTensor.of(scores, shape), axis);
    Results expected = Results.allocate(lastX.shape());
    builder
        .axis(-1)
        .build()
        .apply(lastX, Mask.none(), expected.out(), expected.statistics(), Workers.caller());

    Workers workers = TestWorkers.draw(draw);
    softmax.apply(x, Mask.none(), y, new RowStatistics(logSumExp, entropy, maxWeight), workers);

    sandbox.assertIntact("axis " + axis);
    Floats.assertBits(expected.out(), last(y, axis), "weights");
    assertStatistic(expected.logSumExp(), logSumExp, "logSumExp");
    assertStatistic(expected.entropy(), entropy, "entropy");
    assertStatistic(expected.maxWeight(), maxWeight, "maxWeight");
  }

  @Cases(100)
  void theGradientHasTheSameBitsAlongAnyAxis(Draw draw) {
    long[] shape = shape(draw);
    int axis = draw.integer("axis", 0, shape.length - 1);
    Softmax.Builder builder =
        Softmax.builder()
            .temperature(draw.oneOf("temperature", 1, 0.7f, Float.POSITIVE_INFINITY))
            .logarithmic(draw.onceIn(3, "logarithmic"));
    int count = Floats.count(shape);
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor y = sandbox.inPlace("y", draw.floats("y", count, FloatKind.NORMAL), shape);
    builder.axis(axis).build().apply(y, y);
    FloatTensor dy = sandbox.inPlace("dy", draw.floats("dy", count, KINDS), shape);
    FloatTensor dx = draw.onceIn(3, "inPlace") ? dy : sandbox.output("dx", shape);
    FloatTensor expected = FloatTensor.allocate(last(y, axis).shape());
    builder.axis(-1).build().backward(last(y, axis), last(dy, axis), expected);

    builder.axis(axis).build().backward(y, dy, dx, TestWorkers.draw(draw));

    sandbox.assertIntact("axis " + axis);
    Floats.assertBits(expected, last(dx, axis), "gradient");
  }

  /** Rows that are long enough to be split over threads, and more than a group takes. */
  @Test
  void longRowsToo() {
    for (long[] shape : new long[][] {{20_000, 3}, {5000, 40}, {2, 4097, 17}, {17_000, 1}}) {
      int axis = shape.length - 2;
      float[] scores = Floats.of("x", FloatKind.LOGITS, shape);
      FloatTensor lastX = last(FloatTensor.of(scores, shape), axis);
      FloatTensor expected = FloatTensor.allocate(lastX.shape());
      Softmax.standard().apply(lastX, expected);
      for (Layout layout : Layout.values()) {
        Sandbox sandbox = new Sandbox(layout);
        FloatTensor x = sandbox.input(scores, shape);
        FloatTensor y = sandbox.output(shape);
        Softmax softmax = Softmax.builder().axis(-2).build();
        softmax.apply(x, Mask.none(), y, RowStatistics.none(), TestWorkers.TWO);
        sandbox.assertIntact("rows of " + shape[axis]);
        Floats.assertBits(expected, last(y, axis), "rows of " + shape[axis] + " " + layout);
      }
    }
  }

  @Test
  void anAxisThatIsNotThereIsRefused() {
    assertIllegal(() -> Softmax.builder().axis(4), "axis is 4", "-4 to 3");
    assertIllegal(() -> Softmax.builder().axis(-5), "axis is -5", "-4 to 3");
    Sandbox sandbox = new Sandbox(Layout.ARRAY);
    FloatTensor x = sandbox.anyInput(2, 3);
    FloatTensor y = sandbox.output(2, 3);
    for (int axis : new int[] {2, -3}) {
      Softmax softmax = Softmax.builder().axis(axis).build();
      assertOutOfBounds(() -> softmax.apply(x, y), "axis " + axis, "rank is 2");
      assertOutOfBounds(() -> softmax.backward(x, x, y), "axis " + axis, "rank is 2");
    }
    float[] row = {1, 2, 3};
    Softmax second = Softmax.builder().axis(1).build();
    assertOutOfBounds(() -> second.apply(row, 0, 3), "axis 1", "rank is 1");
    Floats.assertBits(new float[] {1, 2, 3}, row, "the row");
    sandbox.assertUntouched("a wrong axis");
  }

  @Test
  void aMaskNeedsTheLastAxis() {
    Sandbox sandbox = new Sandbox(Layout.ARRAY);
    FloatTensor x = sandbox.anyInput(2, 3, 3);
    FloatTensor y = sandbox.output(2, 3, 3);
    Softmax middle = Softmax.builder().axis(-2).build();
    assertIllegal(() -> middle.apply(x, Mask.causal(), y), "axis is 1 of rank 3", "mask");
    sandbox.assertUntouched("a mask and another axis");
  }

  @Test
  void statisticsAreShapedLikeTheOtherAxes() {
    Sandbox sandbox = new Sandbox(Layout.ARRAY);
    FloatTensor x = sandbox.anyInput(2, 3, 5);
    FloatTensor y = sandbox.output(2, 3, 5);
    FloatTensor wrong = sandbox.output(2, 3);
    Softmax middle = Softmax.builder().axis(1).build();
    RowStatistics statistics = new RowStatistics(wrong, null, null);
    assertIllegal(
        () -> middle.apply(x, Mask.none(), y, statistics, Workers.caller()),
        "logSumExp.size(1) is 3",
        "x.size(2) is 5");
    sandbox.assertUntouched("statistics of another shape");
  }

  private static long[] shape(Draw draw) {
    int rank = draw.integer("rank", 1, 4);
    long[] shape = new long[rank];
    int most = 20_000;
    for (int axis = rank - 1; axis >= 0; axis--) {
      int length = draw.size("size" + axis, Math.min(most, axis == rank - 1 ? 80 : 300));
      shape[axis] = length;
      most /= Math.max(1, length);
    }
    return shape;
  }

  private static long[] without(long[] shape, int axis) {
    if (shape.length == 1) {
      return new long[] {1};
    }
    long[] rest = new long[shape.length - 1];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = shape[i < axis ? i : i + 1];
    }
    return rest;
  }

  /** A copy with that axis moved to the end, element by element. */
  private static FloatTensor last(FloatTensor t, int axis) {
    long[] shape = t.shape();
    int rank = shape.length;
    long[] rows = without(shape, axis);
    long[] moved = new long[rank];
    System.arraycopy(rows, 0, moved, 0, rank - 1);
    moved[rank - 1] = shape[axis];
    FloatTensor copy = FloatTensor.allocate(moved);
    long[] from = new long[rank];
    for (int at = 0; at < Floats.count(shape); at++) {
      long rest = at;
      for (int i = rank - 1; i >= 0; i--) {
        from[i] = rest % shape[i];
        rest /= shape[i];
      }
      long[] to = new long[rank];
      for (int i = 0; i < rank - 1; i++) {
        to[i] = from[i < axis ? i : i + 1];
      }
      to[rank - 1] = from[axis];
      copy.set(t.get(from), to);
    }
    return copy;
  }

  private static void assertStatistic(
      FloatTensor expected, @Nullable FloatTensor actual, String what) {
    if (actual != null) {
      Floats.assertBits(expected.toArray(), actual.toArray(), what);
    }
  }
}
