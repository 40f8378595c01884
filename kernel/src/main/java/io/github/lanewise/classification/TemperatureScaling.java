package io.github.lanewise.classification;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.internal.calibration.CalibrationCall;
import io.github.lanewise.internal.softmax.CrossEntropyChecks;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import java.util.List;
import java.util.Objects;

/**
 * Calibration of a classifier: one temperature for all its logits, so that of the answers given
 * with a confidence of 80 % about 80 % are right. The order of the classes stays as it is, and so
 * do the answers.
 *
 * <pre>
 * temperature = argmin over T of L(T),   L(T) = mean over the rows of -ln softmax(logits/T)[label]
 * </pre>
 *
 * <p><b>Errors of calibration.</b> Answers are put into {@value #BINS} bins by their confidence,
 * the largest weight: bin b holds those above b/{@value #BINS} and up to (b + 1)/{@value #BINS}.
 * The expected calibration error is the mean of |accuracy - mean confidence| over the bins, each
 * with its share of the answers. An answer is right if its label is the first of the row's largest
 * logits.
 */
public final class TemperatureScaling {
  /** How many bins confidences are put into. */
  public static final int BINS = 15;

  private TemperatureScaling() {}

  /**
   * Answers of about the same confidence.
   *
   * @param count how many there are
   * @param meanConfidence the mean of their largest weights; NaN if there are none
   * @param accuracy which share of them is right; NaN if there are none
   */
  public record Bin(int count, double meanConfidence, double accuracy) {}

  /**
   * What was found; "before" is at temperature 1, "after" at the one that was found.
   *
   * @param temperature above 1 if the classifier is too sure of itself
   * @param lossBefore mean negative log-likelihood
   * @param calibrationErrorBefore expected calibration error, 0 to 1
   * @param binsBefore {@value #BINS} bins of the reliability diagram, by ascending confidence
   */
  public record Calibration(
      double temperature,
      double lossBefore,
      double lossAfter,
      double calibrationErrorBefore,
      double calibrationErrorAfter,
      List<Bin> binsBefore,
      List<Bin> binsAfter) {

    public Calibration {
      binsBefore = List.copyOf(binsBefore);
      binsAfter = List.copyOf(binsAfter);
    }
  }

  /** {@link #fit(FloatTensor, int[], Workers)} on this thread alone. */
  public static Calibration fit(FloatTensor logits, int[] labels) {
    return fit(logits, labels, Workers.caller());
  }

  /**
   * Finds the temperature of the least negative log-likelihood on held-out logits.
   *
   * <p>L is convex in β = 1/T, with the derivative mean(E[x] - x[label]) and the second
   * mean(Var[x]) under the softmax at β. Its zero is enclosed between powers of four, and found by
   * Newton's method; a step that leaves the enclosure, or is more than half of the last one, is
   * replaced by one to the geometric mean of its ends.
   *
   * <p><b>Accuracy.</b> All in double precision; the temperature within 10⁻⁶ of the least,
   * relatively (10⁻⁹ is what the steps end at).
   *
   * <p><b>Special values.</b> Logits of -inf, but for a label's, weigh nothing.
   *
   * <p><b>Errors.</b> Wrong arguments, and logits whose loss has no minimum at a finite, positive
   * temperature, throw an IllegalArgumentException that names the case:
   *
   * <ul>
   *   <li>no rows;
   *   <li>a NaN or +inf, or a label's logit that is -inf: the loss is not finite;
   *   <li>constant: in each row all logits above -inf are equal, and every temperature has the same
   *       loss;
   *   <li>separable: each label has its row's largest logit, and the loss falls as T goes to 0;
   *   <li>adverse: the labels' logits are not above their rows' means, on average, and the loss
   *       falls as T goes to infinity.
   * </ul>
   *
   * <p>A label that is no class is an IndexOutOfBoundsException.
   *
   * <p><b>Bits.</b> The same for all threads and layouts.
   *
   * <p><b>Allocation.</b> The result, and three doubles a row.
   *
   * <p><b>Source.</b> C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On Calibration of Modern Neural
   * Networks, 2017.
   *
   * @param logits [rows, classes], of rows that the classifier has not been trained on
   * @param labels a class for each row
   * @param workers compute rows in parallel
   */
  public static Calibration fit(FloatTensor logits, int[] labels, Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    CrossEntropyChecks.labelled(logits, labels, runner.parallelism() > 1);
    for (int r = 0; r < labels.length; r++) {
      CrossEntropyChecks.requireClass(labels, r, logits);
    }
    return CalibrationCall.run(StridedFloats.of(logits), labels, runner);
  }
}
