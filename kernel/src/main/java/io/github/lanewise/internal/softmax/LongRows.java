package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_ROWS;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;

/**
 * The weights of rows of more than a block without invisible positions, or their logarithms, one
 * row after the other.
 *
 * <p>The last pass over a row, which scales it, waits for stores in the first-level cache; the
 * first pass over the next, which looks for its maximum, waits for loads from the second-level
 * cache or beyond. They are one pass here and take hardly more than the time of the slower.
 */
final class LongRows {
  /**
   * So many elements, beyond which an operand comes from memory: there both passes wait for the
   * same loads and stores, and together they took a tenth longer.
   */
  private static final long CACHED = 1 << 21;

  private static final Workspace.Floats STATISTICS = Workspace.floats();

  private LongRows() {}

  /** Whether rows of that length go this way. */
  static boolean fits(SoftmaxOptions options, int length) {
    return length > CHUNK && options.temperature() == 1f;
  }

  /** How many rows go as one call, of so many in all. */
  static int most(long rows, int length) {
    return rows * length > CACHED ? 1 : GROUP_ROWS;
  }

  /** Room for a statistic of as many rows as {@link #apply} takes. */
  static float[] statistics(Workspace workspace) {
    return workspace.get(STATISTICS, GROUP_ROWS);
  }

  /**
   * Softmax of rows, up to the first whose maximum is infinite; element j of row r is {@code x[xAt
   * + r·xStride + j]}. x and y are the same view or disjoint. NaN among a row's scores comes back
   * through its sum, whatever was taken for the maximum.
   *
   * @param rows at most {@link RowReductions#GROUP_ROWS}
   * @param statistics 1/l of each row that is done, of logarithms the log-sum-exp
   * @return how many rows are done; nothing is written to those behind them
   */
  static int apply(
      SoftmaxOptions options,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride,
      int rows,
      int length,
      float[] statistics,
      Workspace workspace) {
    LaneKernels kernels = Kernels.lanes();
    float[] scratch = workspace.get(RowSums.SCRATCH, RowReductions.SCRATCH);
    float max = kernels.largest(x, xAt, xAt + length);
    int done = 0;
    while (!Float.isInfinite(max)) {
      int xRow = xAt + done * xStride;
      int yRow = yAt + done * yStride;
      float factor = 1f;
      float addend = -0f;
      if (options.logarithmic()) {
        float rest = RowSums.rest(x, xRow, y, yRow, 0, length, max, workspace);
        float logSum = RowSums.logSum(rest);
        statistics[done++] = max + logSum;
        addend = -logSum;
      } else {
        long sums = kernels.weights(WeightSums.WRITE, x, xRow, y, yRow, 0, length, max, scratch);
        factor = 1f / FloatPair.first(sums);
        statistics[done++] = factor;
      }
      if (done < rows) {
        max = kernels.fmaAndLargest(y, yRow, factor, addend, x, xRow + xStride, length);
        continue;
      }
      if (options.logarithmic()) {
        kernels.logWeights(y, yRow, 0f, -addend, y, yRow, length);
      } else {
        kernels.scale(y, yRow, factor, y, yRow, length);
      }
      break;
    }
    return done;
  }
}
