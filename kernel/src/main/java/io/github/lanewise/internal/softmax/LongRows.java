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
 * The weights of rows of more than a block without invisible positions, one row after the other.
 *
 * <p>The last pass over a row, which scales it, waits for stores in the first-level cache; the first
 * pass over the next, which looks for its maximum, waits for loads from the second-level cache or
 * beyond. They are one pass here and take the time of the slower.
 */
final class LongRows {
  private static final Workspace.Floats RECIPROCALS = Workspace.floats();

  private LongRows() {}

  /** Whether rows of that length go this way. */
  static boolean fits(SoftmaxOptions options, int length) {
    return length > CHUNK && options.isPlain();
  }

  /** Room for the reciprocals of the sums of as many rows as {@link #apply} takes. */
  static float[] reciprocals(Workspace workspace) {
    return workspace.get(RECIPROCALS, GROUP_ROWS);
  }

  /**
   * Softmax of rows, up to the first whose maximum is infinite; element j of row r is {@code x[xAt
   * + r·xStride + j]}. x and y are the same view or disjoint. NaN among a row's scores comes back
   * through its sum.
   *
   * @param rows at most {@link RowReductions#GROUP_ROWS}
   * @param reciprocals 1/l of each row that is done
   * @return how many rows are done; nothing is written to those behind them
   */
  static int apply(
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride,
      int rows,
      int length,
      float[] reciprocals,
      Workspace workspace) {
    LaneKernels kernels = Kernels.lanes();
    float[] scratch = workspace.get(RowSums.SCRATCH, RowReductions.SCRATCH);
    float max = kernels.largest(x, xAt, xAt + length);
    int done = 0;
    while (!Float.isInfinite(max)) {
      int xRow = xAt + done * xStride;
      int yRow = yAt + done * yStride;
      long sums = kernels.weights(WeightSums.WRITE, x, xRow, y, yRow, 0, length, max, scratch);
      float reciprocal = 1f / FloatPair.first(sums);
      reciprocals[done++] = reciprocal;
      if (done == rows) {
        kernels.scale(y, yRow, reciprocal, y, yRow, length);
        break;
      }
      max = kernels.scaleAndLargest(y, yRow, reciprocal, x, xRow + xStride, length);
    }
    return done;
  }
}
