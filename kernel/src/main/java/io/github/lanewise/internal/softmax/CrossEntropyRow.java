package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The loss of one row, and its gradient, in arrays.
 *
 * <p>Softmax's passes, with one sum more: that of all weights but the label's. It is what the loss
 * of a confident row and the label's gradient are made of, and neither 1 nor the label's weight,
 * which would take its digits away, has ever been added to it.
 */
final class CrossEntropyRow {
  static final Workspace.Key<CrossEntropyRow> ROW = Workspace.key(CrossEntropyRow::new);

  /** The distances to the maximum of a row whose gradient nobody wants. */
  private static final Workspace.Floats DISTANCES = Workspace.floats();

  private float temperature;
  private double smoothing;
  private double divisor;

  private CrossEntropyRow() {}

  /**
   * Chooses what is computed.
   *
   * @param rows that count
   */
  void bind(CrossEntropyOptions options, int rows) {
    temperature = options.temperature();
    smoothing = options.smoothing();
    divisor = (double) temperature * rows;
  }

  /**
   * The loss of a row.
   *
   * @param y its gradient, if wanted; the same run as x or disjoint
   */
  float apply(
      float[] x,
      int xRow,
      float @Nullable [] y,
      int yRow,
      int length,
      int label,
      Workspace workspace) {
    LaneKernels kernels = Kernels.lanes();
    float max = kernels.largest(x, xRow, xRow + length);
    if (Float.isInfinite(max)) {
      return invalid(y, yRow, length);
    }
    float[] d = x;
    int dRow = xRow;
    float shift = max;
    if (temperature != 1f || smoothing > 0) {
      d = y != null ? y : workspace.get(DISTANCES, length);
      dRow = y != null ? yRow : 0;
      distances(x, xRow, max, d, dRow, length);
      shift = 0f;
    }
    float ofLabel = d[dRow + label] - shift;
    float all = smoothing > 0 ? kernels.sum(d, dRow, dRow + length) : 0f;
    WeightSums kind = WeightSums.of(y != null, false);
    RowSums sums = workspace.get(RowSums.SUMS);
    float[] p = y != null ? y : d;
    sums.weigh(kind, d, dRow, p, yRow, 0, length, label, shift, workspace);
    float sum = FloatPair.first(sums.sums);
    if (Float.isNaN(sum)) {
      return invalid(y, yRow, length);
    }
    if (y != null) {
      gradient(y, yRow, length, label, sum, sums.rest);
    }
    return loss(ofLabel, all, length, sum, sums.rest);
  }

  /** A NaN or +inf among the logits, or nothing above -inf. */
  private static float invalid(float @Nullable [] y, int yRow, int length) {
    if (y != null) {
      Arrays.fill(y, yRow, yRow + length, Float.NaN);
    }
    return Float.NaN;
  }

  private void distances(float[] x, int xRow, float max, float[] d, int dRow, int length) {
    if (temperature == Float.POSITIVE_INFINITY) {
      SoftmaxRow.flatten(x, xRow, d, dRow, length);
    } else {
      Kernels.lanes().shiftAndDivide(x, xRow, max, temperature, d, dRow, length);
    }
  }

  /** Of infinite terms none may meet a factor 0. */
  private float loss(float ofLabel, float all, int length, float sum, float rest) {
    double loss = ofLabel == 0f ? StrictMath.log1p((double) rest) : StrictMath.log((double) sum);
    if (smoothing < 1) {
      loss -= (1 - smoothing) * ofLabel;
    }
    if (smoothing > 0) {
      loss -= smoothing * (all / (double) length);
    }
    return (float) loss;
  }

  /** From the weights p; no result is -0. */
  private void gradient(float[] y, int yRow, int length, int label, float sum, float rest) {
    float factor = (float) (1 / (sum * divisor));
    Kernels.lanes().scale(y, yRow, factor, y, yRow, length);
    double ofOthers = rest / (double) sum;
    double target = 0;
    if (smoothing > 0) {
      float share = (float) (smoothing / length / divisor);
      Kernels.lanes().logWeights(y, yRow, share, 0f, y, yRow, length);
      target = smoothing * ((length - 1) / (double) length);
    }
    y[yRow + label] = (float) ((target - ofOthers) / divisor) + 0f;
  }
}
