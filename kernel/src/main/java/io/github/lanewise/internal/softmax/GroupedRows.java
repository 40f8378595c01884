package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.LANES;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_RESULTS;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_ROWS;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_SCRATCH;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_STAGE;

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

  private static final Workspace.Floats MAXIMA = Workspace.floats();
  private static final Workspace.Floats SUMS = Workspace.floats();
  private static final Workspace.Floats STAGED = Workspace.floats();
  private static final Workspace.Floats SCRATCH = Workspace.floats();

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
    return rows < 16 ? rows : rows & -16;
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
    float[] maxima = workspace.get(MAXIMA, GROUP_RESULTS);
    float[] sums = workspace.get(SUMS, GROUP_RESULTS);
    float[] scratch = workspace.get(SCRATCH, GROUP_SCRATCH);
    float[] staged = workspace.get(STAGED, GROUP_STAGE);
    LaneKernels kernels = Kernels.lanes();
    float temperature = options.temperature();
    int pitch = (length + LANES - 1) & -LANES;
    // Rows one behind the other, in whole vectors, need no copy.
    boolean whole =
        pitch == length
            && (rows == 1 || (xStride == length && yStride == length))
            && temperature == 1f;
    if (whole) {
      kernels.rowMaxima(x, xAt, rows, length, maxima, scratch);
    } else {
      kernels.stageRows(x, xAt, xStride, rows, length, staged, maxima, scratch);
    }
    if (options.zeroIfEmpty() && hasEmpty(maxima, rows)) {
      return null;
    }
    if (temperature != 1f) {
      for (int r = 0; r < rows; r++) {
        int row = r * pitch;
        kernels.shiftAndDivide(staged, row, maxima[r], temperature, staged, row, length);
      }
      Arrays.fill(maxima, 0, rows, 0f);
    }
    float[] p = whole ? y : staged;
    int pAt = whole ? yAt : 0;
    kernels.rowWeights(
        whole ? x : staged, whole ? xAt : 0, rows, pitch, maxima, p, pAt, sums, scratch);
    for (int r = 0; r < rows; r++) {
      sums[r] = 1f / sums[r];
    }
    kernels.scaleRows(p, pAt, pitch, rows, length, sums, y, yAt, yStride);
    return sums;
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
