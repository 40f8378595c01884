package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.LANES;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_ROWS;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_SCRATCH;
import static io.github.lanewise.internal.kernel.RowReductions.RECIPROCALS_AND_SUMS;

import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The weights of several rows without invisible positions, pass by pass over all of them: what each
 * row costs beyond its arithmetic is paid once.
 *
 * <p>A NaN or +inf makes its row's sum NaN, and so each weight, without anyone's asking.
 */
final class GroupedRows {
  /** Elements of a group, which stay in the first-level cache from pass to pass. */
  private static final int GROUP_ELEMENTS = 1 << 12;

  /** The scratch of a group. */
  static final Workspace.Floats GROUP = Workspace.floats();

  private static final Workspace.Floats FACTORS = Workspace.floats();
  private static final Workspace.Floats STAGED = Workspace.floats();

  private GroupedRows() {}

  /** Whether rows of that length are worth it. */
  static boolean fits(SoftmaxOptions options, int length) {
    return length > 0
        && length <= GROUP_ELEMENTS
        && !options.logarithmic()
        && !options.isArgmax()
        && !options.isUniform();
  }

  /** How many rows of that length are a group; full vectors of them, where there are so many. */
  static int size(int length) {
    int rows = Math.min(GROUP_ROWS, GROUP_ELEMENTS / length);
    return rows < LANES ? rows : rows & -LANES;
  }

  /**
   * Softmax of a group of rows; element j of row r is {@code x[xAt + r·xStride + j]}. x and y are
   * the same view or disjoint.
   *
   * @return 1/l of each row, its largest weight; null if a row is empty and wants zeros: then
   *     nothing is written
   */
  static float @Nullable [] apply(
      SoftmaxOptions options,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride,
      int rows,
      int length,
      Workspace workspace) {
    float[] group = workspace.get(GROUP, GROUP_SCRATCH);
    float[] factors = workspace.get(FACTORS, RECIPROCALS_AND_SUMS);
    LaneKernels kernels = Kernels.lanes();
    float temperature = options.temperature();
    int width = length;
    float[] p = y;
    int pAt = yAt;
    int pStride = yStride;
    if (length < LANES || temperature != 1f) {
      width = Math.max(length, LANES);
      p = workspace.get(STAGED, rows * width);
      pAt = 0;
      pStride = width;
    }
    float[] scores = x;
    int at = xAt;
    int stride = xStride;
    if (length < LANES) {
      kernels.stageRows(x, xAt, xStride, rows, length, p);
      scores = p;
      at = 0;
      stride = width;
    }
    kernels.rowMaxima(scores, at, stride, rows, width, group);
    if (options.zeroIfEmpty() && hasEmpty(group, rows)) {
      return null;
    }
    if (temperature != 1f) {
      for (int r = 0; r < rows; r++) {
        int row = at + r * stride;
        kernels.shiftAndDivide(scores, row, group[r], temperature, p, r * width, width);
      }
      Arrays.fill(group, 0, rows, 0f);
      scores = p;
      at = 0;
      stride = width;
    }
    kernels.rowWeights(scores, at, stride, rows, width, group, p, pAt, pStride, factors);
    kernels.scaleRows(p, pAt, pStride, rows, length, factors, y, yAt, yStride);
    return factors;
  }

  /**
   * The same of rows that lie in y, each with -inf for what it does not see.
   *
   * @param group the largest of each row
   * @return 1/l of each row; NaN where it has none
   */
  static float[] apply(
      float[] group, float[] y, int yAt, int yStride, int rows, int length, Workspace workspace) {
    float[] factors = workspace.get(FACTORS, RECIPROCALS_AND_SUMS);
    LaneKernels kernels = Kernels.lanes();
    kernels.rowWeights(y, yAt, yStride, rows, length, group, y, yAt, yStride, factors);
    kernels.scaleRows(y, yAt, yStride, rows, length, factors, y, yAt, yStride);
    return factors;
  }

  private static boolean hasEmpty(float[] maxima, int rows) {
    for (int r = 0; r < rows; r++) {
      if (maxima[r] == Float.NEGATIVE_INFINITY) {
        return true;
      }
    }
    return false;
  }
}
