package io.github.lanewise;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.softmax.BackwardCall;
import io.github.lanewise.internal.softmax.SoftmaxCall;
import io.github.lanewise.internal.softmax.SoftmaxChecks;
import io.github.lanewise.internal.softmax.SoftmaxOptions;
import io.github.lanewise.internal.tensor.Shapes;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.CallerWorkers;
import java.util.Objects;

/**
 * Softmax of rows along the last axis, or {@linkplain Builder#axis another}, with temperature T and
 * mask:
 *
 * <pre>
 * y[j] = exp((x[j] - m) / T) / Σ exp((x[i] - m) / T)      over the visible i,  m = max x[i]
 * y[j] = (x[j] - m) / T - ln Σ exp((x[i] - m) / T)        logarithmic
 * </pre>
 *
 * <p>Invisible positions get weight 0 (logarithmic: -inf), and what x holds there has no effect.
 *
 * <p><b>Accuracy.</b> With u = 2⁻²⁴, d = (x - m)/T, n the row's length, λ = log₂(n/256) (0 up to
 * 256), w the largest weight, and D and Q the means of |d| and d² under the weights themselves, no
 * error exceeds, at T = 1,
 *
 * <pre>
 * weight y        (|d| + D + λ + 33)·y·u                          + 2⁻¹²⁶
 * logarithmic y   (2|y| + D + (λ + 23)·(1 - w))·u                 + n·2⁻¹²⁶
 * logSumExp s     (|s| + g + D + (λ + 23)·(1 - w))·u              + n·2⁻¹²⁶,  g = s - m
 * entropy H       (2H + D² + Q + (2λ + 48)·D + (λ + 23)·(1 - w))·u + n·2⁻¹¹⁹
 * </pre>
 *
 * <p>as long as x - m does not overflow: scores more than the largest float apart are infinitely
 * far apart at any finite T.
 *
 * <p>In a confident row, w near 1, g, D, Q and H are small along with 1 - w, and so are the errors
 * of what is small: the logarithms of a row (0, -L), and its logSumExp, are within 4u relatively up
 * to L = 87.3.
 *
 * <p>The shares, each to first order in u. The difference x - m is rounded once, and d once more by
 * the division where T is no power of two: then |d|, D, Q and D² count twice, also where |d| is a
 * part of |y|, and logSumExp has |m/T| besides. A relative error of d by u changes exp(d) by |d|·u,
 * and exp itself is within 1 ULP, 2u. The sums: 15 additions within a virtual lane of a block, 4 in
 * the tree over its 16 lanes, ⌈log₂(n/256)⌉ over the blocks, u each. So l = Σ exp(d) is off by D +
 * 2 + 15 + 4 + λ + 1, relatively, the 1 being the logarithm's rounding up.
 *
 * <ul>
 *   <li>A weight is p·r with p = exp(d) and r = 1/l rounded: |d| + 2 of p, those of l, and one
 *       rounding each of r and of the product. That is |d| + D + λ + 26, and 7 are left for the
 *       terms of higher order.
 *   <li>A logarithm is d - g with g = ln(1 + l₁), where l₁ is the sum without the first maximum's
 *       p, which is 1 exactly. Of l₁ = l·(1 - w) the errors are D·l + (λ + 22)·l₁, and ln(1 + l₁)
 *       has them divided by l. Then the roundings of g, of d and of the difference: g + |d| = |y|,
 *       and |y|. Here and below 1 is left for the terms of higher order.
 *   <li>logSumExp is m/T + g, rounded once more.
 *   <li>Entropy is g - M/l with the moment M = Σ p·d, whose chains of fused steps are one rounding
 *       longer than those of l: Q from the p, and (2 + 16 + 4 + λ + 1)·D; d's own error, D; those
 *       of l, (D + λ + 22)·D; the quotient, D; and g with its errors, and the difference, H, where
 *       g = H - D.
 * </ul>
 *
 * <p>An exp(d) below 2⁻¹²⁶ is 0: hence the absolute terms.
 *
 * <p><b>Special values.</b> A row without a visible position, or whose visible scores are all -inf,
 * is NaN, or {@linkplain EmptyRow#ZERO 0 (-inf)} if wished. A NaN or +inf at a visible position
 * makes every visible position NaN; invisible ones stay 0 (-inf). T = 0 puts the weight 1 on the
 * first maximum; infinite T weighs all visible scores above -inf alike.
 *
 * <p><b>Bits.</b> The order of operations depends on the row's length alone: not on lane width,
 * threads, layout, or the other rows.
 *
 * <p><b>Errors.</b> Wrong arguments throw before anything is written: NullPointerException,
 * IndexOutOfBoundsException or IllegalArgumentException; IllegalStateException for closed workers
 * or a closed arena. Output and input are the same view or share no element.
 *
 * <p><b>Allocation.</b> None in steady state, on the calling thread.
 *
 * <p><b>Threading.</b> Immutable; any number of threads may use one at once.
 */
public final class Softmax {
  private static final Softmax STANDARD = builder().build();

  private final SoftmaxOptions options;

  private Softmax(SoftmaxOptions options) {
    this.options = options;
  }

  /** Temperature 1, plain weights, NaN for an empty row. */
  public static Softmax standard() {
    return STANDARD;
  }

  /** A builder that starts from what {@link #standard} is. */
  public static Builder builder() {
    return new Builder();
  }

  /** What becomes of a row that has nothing to weigh. */
  public enum EmptyRow {
    /** Every position NaN, as the formula has it. */
    NAN,
    /** Every position 0; logarithmic: -inf. */
    ZERO
  }

  /** Collects the options of a {@link Softmax}. */
  public static final class Builder {
    private float temperature = 1f;
    private boolean logarithmic;
    private EmptyRow emptyRow = EmptyRow.NAN;
    private int axis = -1;

    private Builder() {}

    /**
     * Divides the scores: below 1 the weights get sharper, above 1 flatter. 0 chooses the first
     * maximum, infinity weighs all alike.
     *
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public Builder temperature(float temperature) {
      if (!(temperature >= 0f)) {
        throw new IllegalArgumentException(
            "temperature is " + temperature + ", but must be at least 0");
      }
      this.temperature = temperature + 0f; // -0 becomes 0
      return this;
    }

    /**
     * Gives the natural logarithm of the weights instead; also that of a weight near 1 keeps its
     * digits, as {@link Softmax} says in figures.
     */
    public Builder logarithmic(boolean logarithmic) {
      this.logarithmic = logarithmic;
      return this;
    }

    /** What becomes of a row that has nothing to weigh; NaN without this. */
    public Builder emptyRow(EmptyRow emptyRow) {
      this.emptyRow = Objects.requireNonNull(emptyRow, "emptyRow");
      return this;
    }

    /**
     * The axis along which rows run: the last one, -1, without this. Negative numbers count from
     * the end. A row has the same bits along any axis. Masks need the last axis, and the forms over
     * a {@code float[]} have one only: operations refuse an axis that their argument does not have.
     *
     * @throws IllegalArgumentException if it is not from -4 to 3
     */
    public Builder axis(int axis) {
      if (axis < -Shapes.MAX_RANK || axis >= Shapes.MAX_RANK) {
        throw new IllegalArgumentException(
            "axis is "
                + axis
                + ", but must be from "
                + -Shapes.MAX_RANK
                + " to "
                + (Shapes.MAX_RANK - 1));
      }
      this.axis = axis;
      return this;
    }

    /** The softmax with these options. */
    public Softmax build() {
      return new Softmax(
          new SoftmaxOptions(temperature, logarithmic, emptyRow == EmptyRow.ZERO, axis));
    }
  }

  /** Replaces x[from, to), one row, by its weights. */
  public void apply(float[] x, int from, int to) {
    Objects.requireNonNull(x, "x");
    Ranges.check(x.length, "x", from, to);
    options.axisOf(1);
    Kernels.requireAvailable();
    SoftmaxCall.run(options, x, from, to - from, CallerWorkers.INSTANCE);
  }

  /**
   * {@link #apply(FloatTensor, Mask, FloatTensor, RowStatistics, Workers)} without mask, statistics
   * and helpers.
   */
  public void apply(FloatTensor x, FloatTensor y) {
    apply(x, Mask.none(), y, RowStatistics.none(), Workers.caller());
  }

  /**
   * {@link #apply(FloatTensor, Mask, FloatTensor, RowStatistics, Workers)} on this thread alone.
   */
  public void apply(FloatTensor x, Mask mask, FloatTensor y) {
    apply(x, mask, y, RowStatistics.none(), Workers.caller());
  }

  /**
   * Computes {@code y}, and of {@code statistics} what is wanted, in the same passes.
   *
   * @param x scores, rank 1 to 4
   * @param mask which positions a row sees; the last two axes are queries and keys, so that rows
   *     must run along the last
   * @param y weights, shaped like x; x itself will do
   * @param statistics per row, shaped like x without the softmax axis ([1] for rank 1): logSumExp =
   *     m/T + ln Σ exp((x - m)/T) and entropy -Σ y·ln y in nats, maxWeight; empty row: -inf, and
   *     NaN or 0 as the weights; T = 0: NaN, 0, 1. They overlap neither x nor y nor each other.
   * @param workers who computes: rows in parallel, or one long row split
   */
  public void apply(
      FloatTensor x, Mask mask, FloatTensor y, RowStatistics statistics, Workers workers) {
    Objects.requireNonNull(mask, "mask");
    Objects.requireNonNull(workers, "workers");
    TaskRunner runner = TaskRunner.of(workers);
    SoftmaxChecks.forward(options, x, mask, y, statistics, runner.parallelism() > 1);
    Kernels.requireAvailable();
    SoftmaxCall.run(options, StridedFloats.of(x), mask, StridedFloats.of(y), statistics, runner);
  }

  /** {@link #backward(FloatTensor, FloatTensor, FloatTensor, Workers)} on this thread alone. */
  public void backward(FloatTensor y, FloatTensor dy, FloatTensor dx) {
    backward(y, dy, dx, Workers.caller());
  }

  /**
   * The gradient with respect to the scores, from the output alone:
   *
   * <pre>
   * dx[j] = y[j] · (dy[j] - Σ y[i]·dy[i]) / T
   * dx[j] = (dy[j] - exp(y[j]) · Σ dy[i]) / T       logarithmic
   * </pre>
   *
   * <p>A position of weight 0 (logarithmic: -inf), such as an invisible one, gets 0, whatever dy
   * holds there. Infinite T gives 0 everywhere.
   *
   * @param y what {@code apply} returned
   * @param dy gradient with respect to y
   * @param dx gradient with respect to x; y or dy itself will do
   * @param workers compute rows in parallel
   * @throws IllegalArgumentException also if T is 0: the choice of a maximum has no gradient
   */
  public void backward(FloatTensor y, FloatTensor dy, FloatTensor dx, Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    SoftmaxChecks.backward(options, y, dy, dx, runner.parallelism() > 1);
    Kernels.requireAvailable();
    BackwardCall.run(
        options, StridedFloats.of(y), StridedFloats.of(dy), StridedFloats.of(dx), runner);
  }
}
