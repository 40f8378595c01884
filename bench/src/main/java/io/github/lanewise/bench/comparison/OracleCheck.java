package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.stage.Text;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds a contender's answer against the oracle's, before anything is timed.
 *
 * <p>The rows of {@link OracleRows#sampled} are compared, and in all of them: no element may be NaN
 * or infinite, what a mask of softmax hides must be +0, and a row of softmax must add up to 1. The
 * error is the largest difference relative to the largest magnitude of the oracle's rows.
 *
 * <p><b>Limits,</b> with u = 2⁻²⁴. They are there to tell an answer in float from one to another
 * question, or in a narrower format, and are not a verdict on accuracy. A sum of n like floats,
 * from left to right, is off by √n·u/3 of what it adds up (N. J. Higham, T. Mary, A New Approach to
 * Probabilistic Rounding Error Analysis, SIAM J. Sci. Comput. 41(5), 2019), and by less in lanes:
 * 2√n·u is six standard deviations of the worst order. Exponentials of logits are not alike: a sum
 * that one of them has made large loses a part of all the small ones, the same way each time, which
 * is why softmax has 16√n·u: twice what was measured for one float that adds up 128,256 of them.
 *
 * <ul>
 *   <li>exp: 3 ULP, 6u, as OpenCL asks of single precision;
 *   <li>max: none; division: two roundings, where it multiplies by the reciprocal, and one more;
 *   <li>sum: (1 + 2√n)·u;
 *   <li>softmax: (40 + 16√n)·u: the rounding of x - m, weighted by the softmax at most 20u on each
 *       side of the fraction at |x| ≤ 20, and the sum;
 *   <li>sigmoid, GELU and SiLU: 16u, a few roundings beside the largest result; rotations: 8u;
 *   <li>norm: (6 + 2√n)·u, the sum's and four more;
 *   <li>products of standard normal factors: (2 + √depth)·u. Their partial sums walk at random and
 *       grow as √j, so that √depth·√(depth/6)·u is the deviation of an element's error, beside a
 *       largest element of three times √depth or more: seven deviations;
 *   <li>attention: (16 + √depth + 2√n)·u: a score's product, the rounding of s - m and of exp, and
 *       the sums over n keys.
 * </ul>
 */
public final class OracleCheck {
  private static final double U = 0x1p-24;

  /**
   * A visible weight is not 0 from here on: some implementations flush subnormal floats, and
   * rounding does not make one of what is twice as large as the least normal float.
   */
  private static final double SURELY_NORMAL = 2.0 * Float.MIN_NORMAL;

  private final Question question;
  private final OracleRows oracle;
  private final Map<Integer, double[]> expected = new TreeMap<>();
  private final double scale;

  /** Computes what is to be expected. */
  public OracleCheck(Question question, QuestionData data) {
    this.question = question;
    this.oracle = new OracleRows(question, data);
    double largest = 0;
    for (int row : oracle.sampled()) {
      double[] values = oracle.row(row);
      expected.put(row, values);
      for (double value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    this.scale = largest;
  }

  /**
   * Lets the contender compute twice and compares both results; the first is spoilt in between.
   *
   * @return the largest error, relative to the largest magnitude of the oracle's result
   * @throws WrongResult if an error is beyond the limit, or anything else is wrong
   */
  public double run(Contender.Run run) {
    run.run();
    double first = largestError(run.result());
    run.spoil();
    run.run();
    try {
      return Math.max(first, largestError(run.result()));
    } catch (WrongResult e) {
      throw new WrongResult("the second call does not give the result anew: " + e.getMessage());
    }
  }

  /** What counts as wrong, relative to the largest magnitude. */
  public static double limit(Question question) {
    double sum = 2 * Math.sqrt(question.columns());
    double product = Math.sqrt(question.depth());
    return U
        * switch (question.operation()) {
          case EXP -> 6;
          case MAX -> 0;
          case DIVIDE -> 3;
          case SUM -> 1 + sum;
          case SOFTMAX -> 40 + 8 * sum;
          case SIGMOID, GELU, SILU -> 16;
          case NORM -> 6 + sum;
          case ROPE -> 8;
          case QK, PV -> 2 + product;
          case ATTENTION -> 16 + product + sum;
        };
  }

  /** The largest error of a result that is right. */
  double largestError(float[] result) {
    int length = question.resultColumns();
    if (result.length != question.resultLength()) {
      throw new WrongResult(
          "the result has " + result.length + " elements instead of " + question.resultLength());
    }
    for (int i = 0; i < result.length; i++) {
      if (!Float.isFinite(result[i])) {
        throw wrong(i / length, i % length, result[i], "it must be finite");
      }
    }
    double largest = 0;
    for (Map.Entry<Integer, double[]> entry : expected.entrySet()) {
      largest = Math.max(largest, rowError(entry.getKey(), entry.getValue(), result));
    }
    if (question.operation() == Operation.SOFTMAX && question.variant() != Variant.LOGARITHMIC) {
      checkWeights(result);
    }
    return largest;
  }

  private double rowError(int row, double[] values, float[] result) {
    double largest = 0;
    for (int j = 0; j < values.length; j++) {
      float value = result[row * values.length + j];
      double error = Math.abs(value - values[j]) / scale;
      if (!(error <= limit(question))) {
        throw wrong(
            row,
            j,
            value,
            Text.format(
                "the oracle says %.9g; they differ by %.2g of the largest magnitude, %.2g at most"
                    + " can be rounding",
                values[j], error, limit(question)));
      }
      if (value == 0 && isWeights() && !mayBeFlushed(values[j])) {
        throw wrong(row, j, value, Text.format("the oracle says %.9g, not nothing", values[j]));
      }
      largest = Math.max(largest, error);
    }
    return largest;
  }

  /** Whether a visible weight is so small that 0 will do. */
  static boolean mayBeFlushed(double weight) {
    return weight < SURELY_NORMAL;
  }

  /** What no rounding excuses, in all rows. */
  private void checkWeights(float[] result) {
    int columns = question.columns();
    boolean masked = question.variant() != Variant.PLAIN && isWeights();
    double expectedSum = isWeights() ? 1 : 0; // a gradient's row adds up to 0
    for (int i = 0; i < question.resultRows(); i++) {
      double sum = 0;
      for (int j = 0; j < columns; j++) {
        float value = result[i * columns + j];
        sum += value;
        if (masked && Float.floatToRawIntBits(value) != 0 && !oracle.visible(i, j)) {
          throw wrong(i, j, value, "it must be +0: the mask hides it");
        }
      }
      double tolerance = limit(question) * (isWeights() ? 1 : scale * Math.sqrt(columns));
      if (!(Math.abs(sum - expectedSum) <= tolerance)) {
        throw new WrongResult(
            Text.format("row %d adds up to %.9g instead of %.0f", i, sum, expectedSum));
      }
    }
  }

  private boolean isWeights() {
    return question.operation() == Operation.SOFTMAX
        && question.variant() != Variant.LOGARITHMIC
        && question.variant() != Variant.BACKWARD;
  }

  private WrongResult wrong(int row, int column, float value, String why) {
    String place = "row " + row;
    if (question.operation() == Operation.ATTENTION) {
      int head = row / question.rows();
      place =
          Text.format(
              "sequence %d, head %d, query %d",
              head / question.heads(), head % question.heads(), row % question.rows());
    }
    return new WrongResult(
        Text.format("%s, element %d is %s: %s", place, column, Float.toString(value), why));
  }

  /** A contender's answer is not the oracle's: it is not timed. */
  public static final class WrongResult extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongResult(String message) {
      super(message);
    }
  }
}
