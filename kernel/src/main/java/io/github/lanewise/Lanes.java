package io.github.lanewise;

import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.softmax.RowSums;
import io.github.lanewise.internal.work.TaskRunner.CallerWorkers;
import io.github.lanewise.internal.work.Workspace;
import java.util.Objects;

/**
 * The primitives that softmax is made of, over ranges [from, to) of arrays.
 *
 * <p><b>Bits.</b> The same for every lane width, and cold or compiled.
 *
 * <p><b>Errors.</b> NullPointerException for a missing array, IndexOutOfBoundsException for a range
 * outside of it, IllegalArgumentException where input and output meet other than exactly in place;
 * always before anything is written.
 *
 * <p><b>Allocation.</b> None. <b>Threading.</b> Stateless.
 */
public final class Lanes {

  private Lanes() {}

  /**
   * The largest element, as {@link Math#max(float, float)} orders them: NaN if any is NaN, +0 above
   * -0; -inf if the range is empty. Exact.
   */
  public static float max(float[] x, int from, int to) {
    Objects.requireNonNull(x, "x");
    Ranges.check(x.length, "x", from, to);
    return Kernels.lanes().max(x, from, to);
  }

  /**
   * The sum; +0 if the range is empty.
   *
   * <p><b>Order.</b> Blocks of 256 elements, counted from {@code from}; in a block, 16 virtual
   * lanes that start at +0, element j to lane j mod 16, then lane i += lane i+8, i+4, i+2, i+1; the
   * blocks' sums by a binary tree over the block index, a missing right neighbour skipped.
   *
   * <p><b>Accuracy.</b> Error at most (20 + ⌈log₂(n/256)⌉)·2⁻²⁴·Σ|x| to first order: an element
   * goes through that many additions at most. Plain summation has n instead.
   */
  public static float sum(float[] x, int from, int to) {
    Objects.requireNonNull(x, "x");
    Ranges.check(x.length, "x", from, to);
    return Kernels.lanes().sum(x, from, to);
  }

  /**
   * y[yFrom + i] = exp(x[xFrom + i]) for i in [0, length); x and y may be the same run.
   *
   * <p><b>Accuracy.</b> At most 1 ULP over the full range (0.879 measured on every float), with
   * gradual underflow.
   *
   * <p><b>Special values.</b> exp(NaN) = NaN, exp(-inf) = +0, exp(+inf) = +inf, exp(±0) = 1.
   *
   * <p><b>Source.</b> W. J. Cody, W. Waite, Software Manual for the Elementary Functions, 1980, for
   * the reduction; the polynomial is this library's own.
   */
  public static void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
    Ranges.checkRun(x.length, "x", xFrom, length);
    Ranges.checkRun(y.length, "y", yFrom, length);
    Ranges.checkOverlap(x, "x", xFrom, y, "y", yFrom, length);
    Kernels.lanes().exp(x, xFrom, y, yFrom, length);
  }

  /**
   * y[yFrom + i] = x[xFrom + i] / divisor for i in [0, length), correctly rounded; x and y may be
   * the same run.
   */
  public static void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
    Ranges.checkRun(x.length, "x", xFrom, length);
    Ranges.checkRun(y.length, "y", yFrom, length);
    Ranges.checkOverlap(x, "x", xFrom, y, "y", yFrom, length);
    Kernels.lanes().divide(x, xFrom, divisor, y, yFrom, length);
  }

  /**
   * ln Σ exp(x), as m + ln(1 + Σ' exp(x - m)) with m the maximum, so that nothing overflows; Σ'
   * leaves out the first x = m, whose exponential is the 1.
   *
   * <p><b>Accuracy.</b> That of logSumExp in {@link Softmax}.
   *
   * <p><b>Special values.</b> -inf if the range is empty or holds nothing else; NaN if any element
   * is NaN, else +inf if any is +inf.
   */
  public static float logSumExp(float[] x, int from, int to) {
    Objects.requireNonNull(x, "x");
    Ranges.check(x.length, "x", from, to);
    float max = Kernels.lanes().max(x, from, to);
    if (Float.isInfinite(max) || Float.isNaN(max)) {
      return max;
    }
    try (Workspace own = CallerWorkers.INSTANCE.acquire()) {
      RowSums sums = own.get(RowSums.SUMS);
      int largest = Kernels.lanes().indexOf(x, from, to, max) - from;
      sums.weigh(WeightSums.SUM, x, from, x, from, 0, to - from, largest, max, own);
      return max + RowSums.logSum(sums.rest);
    }
  }
}
