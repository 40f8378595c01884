package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_SCRATCH;
import static io.github.lanewise.internal.kernel.RowReductions.RECIPROCALS_AND_SUMS;
import static io.github.lanewise.internal.kernel.RowReductions.SUMS_OF_ROWS;

import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * The logarithms of the weights of several rows without invisible positions, pass by pass over all
 * of them, as {@link GroupedRows} has the weights.
 *
 * <p>A row's rest, its sum without the first maximum, is the sum of a copy that has -inf in the
 * place of that maximum: its weight there is +0.
 */
final class LogarithmicRows {
  private static final Workspace.Floats SUMS = Workspace.floats();
  private static final Workspace.Floats COPY = Workspace.floats();

  private LogarithmicRows() {}

  /** Whether rows of that length are worth it. */
  static boolean fits(SoftmaxOptions options, int length) {
    return length > 0 && length <= CHUNK && options.logarithmic() && options.temperature() == 1f;
  }

  /**
   * Log-softmax of a group of rows; element j of row r is {@code x[xAt + r·xStride + j]}. x and y
   * are the same view or disjoint.
   *
   * @return the log-sum-exp of each row; null if one has no finite maximum: then nothing is written
   */
  static float @Nullable [] apply(
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride,
      int rows,
      int length,
      Workspace workspace) {
    float[] group = workspace.get(GroupedRows.GROUP, GROUP_SCRATCH);
    float[] sums = workspace.get(SUMS, RECIPROCALS_AND_SUMS);
    int width = Math.max(length, LANES);
    float[] copy = workspace.get(COPY, rows * width);
    LaneKernels kernels = Kernels.lanes();
    stage(x, xAt, xStride, rows, length, copy);
    kernels.rowMaxima(copy, 0, width, rows, width, group);
    for (int r = 0; r < rows; r++) {
      if (!Float.isFinite(group[r])) {
        return null;
      }
    }
    kernels.hideMaxima(copy, rows, width, group);
    kernels.rowWeights(copy, 0, width, rows, width, group, copy, 0, width, sums);
    for (int r = 0; r < rows; r++) {
      float max = group[r];
      float logSum = RowSums.logSum(sums[SUMS_OF_ROWS + r]);
      kernels.logWeights(x, xAt + r * xStride, max, logSum, y, yAt + r * yStride, length);
      sums[r] = max + logSum;
    }
    return sums;
  }

  private static void stage(float[] x, int xAt, int xStride, int rows, int length, float[] copy) {
    if (length < LANES) {
      Kernels.lanes().stageRows(x, xAt, xStride, rows, length, copy);
    } else if (xStride == length) {
      System.arraycopy(x, xAt, copy, 0, rows * length);
    } else {
      for (int r = 0; r < rows; r++) {
        System.arraycopy(x, xAt + r * xStride, copy, r * length, length);
      }
    }
  }
}
