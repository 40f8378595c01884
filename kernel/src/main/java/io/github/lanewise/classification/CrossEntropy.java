package io.github.lanewise.classification;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.softmax.CrossEntropyCall;
import io.github.lanewise.internal.softmax.CrossEntropyChecks;
import io.github.lanewise.internal.softmax.CrossEntropyOptions;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The loss of a classifier, and its gradient, from logits [rows, classes] and a label for each row.
 * With p the softmax of a row at temperature T, y its label, C the number of classes, ε the
 * {@linkplain Builder#labelSmoothing label smoothing} and N the number of rows that are not
 * {@linkplain Builder#ignore ignored}:
 *
 * <pre>
 * q[j]       = (1 - ε)·[j = y] + ε/C
 * loss       = mean over the N rows of -Σ q[j]·ln p[j]
 * dLogits[j] = (p[j] - q[j]) / (N·T)
 * </pre>
 *
 * <p>The gradient is made in the passes that make the loss, so that a row is read from memory once
 * and written once; it may take the place of the logits.
 *
 * <p><b>Accuracy.</b> A small loss keeps its digits: that of a row whose label is certain up to
 * 10⁻¹² is 10⁻¹², not 0. So does the label's gradient: it is -(Σ of the other weights)/(N·T), which
 * is not p - 1 rounded. With u = 2⁻²⁴, d = (x - m)/T the distance to the row's maximum m, D the
 * mean of |d| under the row's own weights, D' that of the others (those of the other classes than
 * the label), w the label's weight, A the plain mean of |d|, and λ = log₂(C/256) (0 up to 256), no
 * error exceeds, at T = 1,
 *
 * <pre>
 * a row's loss s      (2s + D + 2(λ + 22)·(1 - w) + (λ + 21)·ε·A)·u              + C·2⁻¹²⁶
 * dLogits[j], j ≠ y   ((|d| + D + λ + 26)·p[j] + 2ε/C)·u/N                       + 2⁻¹²⁵/N
 * dLogits[y]          ((D + D' + 2λ + 45)·(1 - w) + ε)·u/N                       + (C + 2)·2⁻¹²⁶/N
 * </pre>
 *
 * <p>The shares are those that {@link io.github.lanewise.Softmax} derives: a difference is rounded
 * once (and d once more where T is no power of two: then |d|, D, D' and A count twice, s three
 * times, and N·T takes the place of N), exp is within 2u, a sum adds 19 + λ. So the sum l of the
 * weights is off by D + λ + 21, relatively, and the sum r of the others by D' + λ + 21.
 *
 * <ul>
 *   <li>Where the label has the largest logit, the loss without smoothing is ln(1 + r), of which
 *       r's errors are a share r/l = 1 - w: D, as the maximum itself has |d| = 0, and (λ + 21)·(1 -
 *       w).
 *   <li>Elsewhere it is ln l + |d[y]|: l's error, and d's. There 1 - w is at least one half.
 *   <li>Smoothing adds ε times the mean of |d|, a sum of as many additions.
 *   <li>The loss is rounded to float once: s. The mean over rows is computed in double precision,
 *       of these floats.
 *   <li>A gradient is p·k with k = 1/(l·T·N) rounded once, less ε/(C·T·N) rounded once; the label's
 *       is computed in double precision from l and r, and rounded once.
 * </ul>
 *
 * <p>An exp(d) below 2⁻¹²⁶ is 0: hence the absolute terms, of which a sum over classes has C.
 *
 * <p><b>Special values.</b> A logit of -inf has the weight 0 and, without smoothing, no effect; at
 * the label it makes the loss +inf, and the gradient there -1/(N·T); with smoothing it makes the
 * loss +inf anywhere. A NaN or +inf among a row's logits, or nothing above -inf, makes the row's
 * loss and its gradient NaN. Infinite T weighs all logits above -inf alike, and has the gradient 0.
 * Ignored rows have the loss 0 and the gradient 0, and are not read. The mean over no rows is NaN.
 * No gradient is -0.
 *
 * <p><b>Bits.</b> The order of operations depends on the shape alone: not on lane width, threads,
 * or layout. Of the other rows only how many are not ignored enters into a row's gradient, and
 * nothing into its loss.
 *
 * <p><b>Errors.</b> Wrong arguments throw before anything is written: NullPointerException,
 * IndexOutOfBoundsException (a label that is no class) or IllegalArgumentException;
 * IllegalStateException for closed workers or a closed arena.
 *
 * <p><b>Allocation.</b> None in steady state, on the calling thread.
 *
 * <p><b>Threading.</b> Immutable; any number of threads may use one at once.
 *
 * <p><b>Source.</b> C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision,
 * 2016, for label smoothing.
 */
@SuppressWarnings("exports") // its annotations are for compilers that look for them
public final class CrossEntropy {
  private static final CrossEntropy STANDARD = builder().build();

  private final CrossEntropyOptions options;

  private CrossEntropy(CrossEntropyOptions options) {
    this.options = options;
  }

  /** Temperature 1, no smoothing, every row counts. */
  public static CrossEntropy standard() {
    return STANDARD;
  }

  /** A builder that starts from what {@link #standard} is. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a {@link CrossEntropy}. */
  public static final class Builder {
    private float temperature = 1f;
    private double labelSmoothing;
    private boolean ignores;
    private int ignored;

    private Builder() {}

    /**
     * Divides the logits, as {@link TemperatureScaling} finds it; rounded to float32.
     *
     * @throws IllegalArgumentException if it is NaN or below 2⁻¹²⁶: at 0, the choice of a maximum
     *     has no gradient
     */
    public Builder temperature(double temperature) {
      float rounded = (float) temperature;
      if (!(rounded >= Float.MIN_NORMAL)) {
        throw new IllegalArgumentException(
            "temperature is " + temperature + ", but must be at least " + Float.MIN_NORMAL);
      }
      this.temperature = rounded;
      return this;
    }

    /**
     * The share of the probability that goes to all classes alike, the label's among them: 0
     * without this.
     *
     * @throws IllegalArgumentException if it is not between 0 and 1
     */
    public Builder labelSmoothing(double labelSmoothing) {
      if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
        throw new IllegalArgumentException(
            "labelSmoothing is " + labelSmoothing + ", but must be between 0 and 1");
      }
      this.labelSmoothing = labelSmoothing;
      return this;
    }

    /**
     * Rows of this label do not count, be it a class or not; every row counts without this. The
     * last call is the one that holds.
     */
    public Builder ignore(int label) {
      ignores = true;
      ignored = label;
      return this;
    }

    /** The loss with these options. */
    public CrossEntropy build() {
      return new CrossEntropy(
          new CrossEntropyOptions(temperature, labelSmoothing, ignores, ignored));
    }
  }

  /** The mean loss alone, computed by this thread alone. */
  public double apply(FloatTensor logits, int[] labels) {
    return apply(logits, labels, null, Workers.caller());
  }

  /** {@link #apply(FloatTensor, int[], FloatTensor, Workers)} on this thread alone. */
  public double apply(FloatTensor logits, int[] labels, @Nullable FloatTensor dLogits) {
    return apply(logits, labels, dLogits, Workers.caller());
  }

  /**
   * Computes the gradient, if wanted, and returns the mean loss.
   *
   * @param logits [rows, classes]
   * @param labels a class for each row, or the ignored label
   * @param dLogits shaped like logits; logits itself will do; null: not wanted
   * @param workers compute rows in parallel
   * @return the mean over the rows that are not ignored; NaN if there are none
   */
  public double apply(
      FloatTensor logits, int[] labels, @Nullable FloatTensor dLogits, Workers workers) {
    return run(logits, labels, dLogits, null, workers);
  }

  /**
   * As {@link #apply(FloatTensor, int[], FloatTensor, Workers)}, and tells each row's loss.
   *
   * @param losses one for each row; 0 for an ignored one
   */
  public double apply(
      FloatTensor logits,
      int[] labels,
      @Nullable FloatTensor dLogits,
      float[] losses,
      Workers workers) {
    return run(logits, labels, dLogits, Objects.requireNonNull(losses, "losses"), workers);
  }

  private double run(
      FloatTensor logits,
      int[] labels,
      @Nullable FloatTensor dLogits,
      float @Nullable [] losses,
      Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    CrossEntropyChecks.apply(options, logits, labels, dLogits, losses, runner.parallelism() > 1);
    Kernels.requireAvailable();
    return CrossEntropyCall.run(
        options,
        StridedFloats.of(logits),
        labels,
        dLogits == null ? null : StridedFloats.of(dLogits),
        losses,
        runner);
  }
}
