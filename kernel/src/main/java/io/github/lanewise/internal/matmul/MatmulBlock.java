package io.github.lanewise.internal.matmul;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * One worker's scratch for a block of rows of A times a span of columns of B: A packed in groups of
 * 16 rows, one panel of 32 columns of B at a time, and 16 x 32 results on their way out.
 */
final class MatmulBlock {

  private static final TileKernels TILES = Kernels.TILES;
  private static final int PANEL = TileKernels.PANEL;
  private static final int GROUP = TileKernels.GROUP;

  private final StagedRows staging = new StagedRows();
  private final float[] results = new float[GROUP * PANEL];
  private float[] groups = new float[0];
  private float[] panel = new float[0];

  void run(MatmulCall call, long batch, long row0, int rows, long column0, long columnEnd) {
    int depth = call.depth;
    packRows(call, batch, row0, rows);
    for (long column = column0; column < columnEnd; column += PANEL) {
      int width = (int) Math.min(PANEL, columnEnd - column);
      if (call.transposed) {
        packTransposed(call, batch, column, width);
      } else {
        packColumns(call, batch, column, width);
      }
      int r = multiplyInPlace(call, batch, row0, rows, column, width);
      for (; r < rows; r += GROUP) {
        int height = Math.min(GROUP, rows - r);
        TILES.product(groups, r * depth, depth * GROUP, height, panel, 0, width, depth, results, 0);
        write(call, batch, row0 + r, height, column, width);
      }
    }
  }

  /**
   * Writes the results of whole groups of rows to where they belong, if tiles of any width fit
   * there; returns the number of rows that are done.
   */
  private int multiplyInPlace(
      MatmulCall call, long batch, long row0, int rows, long column, int width) {
    StridedFloats c = call.c;
    float[] own = c.arrayOrNull();
    if (own == null || width % GROUP != 0) {
      return 0;
    }
    int whole = rows / GROUP * GROUP;
    int depth = call.depth;
    int rowStride = (int) c.stride(call.rank - 2);
    int to = (int) (call.batchOffset(c, batch) + row0 * rowStride + column);
    TILES.product(
        groups, 0, depth * GROUP, whole, panel, 0, width, depth, call.alpha, own, to, rowStride);
    return whole;
  }

  private void packRows(MatmulCall call, long batch, long row0, int rows) {
    StridedFloats a = call.a;
    int depth = call.depth;
    int rounded = (rows + GROUP - 1) / GROUP * GROUP;
    if (groups.length < rounded * depth) {
      groups = new float[rounded * depth];
    }
    long rowStride = a.stride(call.rank - 2);
    long first = call.batchOffset(a, batch) + row0 * rowStride;
    for (int r = 0; r < rows; r += GROUP) {
      int height = Math.min(GROUP, rows - r);
      if (height < GROUP) {
        Arrays.fill(groups, r * depth, (r + GROUP) * depth, 0f);
      }
      staging.load(a, first + r * rowStride, rowStride, height, depth);
      TILES.transpose(
          staging.array, staging.from, staging.stride, height, depth, groups, r * depth, GROUP);
    }
  }

  private void packColumns(MatmulCall call, long batch, long column, int width) {
    StridedFloats b = call.b;
    roomForPanel(call.depth);
    long rowStride = b.stride(call.rank - 2);
    long first = call.batchOffset(b, batch) + column;
    float[] own = b.arrayOrNull();
    for (int t = 0; t < call.depth; t++) {
      long at = first + t * rowStride;
      if (own != null) {
        System.arraycopy(own, (int) at, panel, t * PANEL, width);
      } else {
        b.read(at, panel, t * PANEL, width);
      }
      if (width < PANEL) {
        Arrays.fill(panel, t * PANEL + width, (t + 1) * PANEL, 0f);
      }
    }
  }

  private void packTransposed(MatmulCall call, long batch, long column, int width) {
    StridedFloats b = call.b;
    roomForPanel(call.depth);
    long rowStride = b.stride(call.rank - 2);
    long first = call.batchOffset(b, batch) + column * rowStride;
    if (width < PANEL) {
      Arrays.fill(panel, 0, call.depth * PANEL, 0f);
    }
    staging.load(b, first, rowStride, width, call.depth);
    TILES.transpose(
        staging.array, staging.from, staging.stride, width, call.depth, panel, 0, PANEL);
  }

  private void roomForPanel(int depth) {
    if (panel.length < depth * PANEL) {
      panel = new float[depth * PANEL];
    }
  }

  private void write(MatmulCall call, long batch, long row, int height, long column, int width) {
    StridedFloats c = call.c;
    long rowStride = c.stride(call.rank - 2);
    long first = call.batchOffset(c, batch) + row * rowStride + column;
    float[] own = c.arrayOrNull();
    for (int r = 0; r < height; r++) {
      if (own != null) {
        multiply(results, r * PANEL, call.alpha, own, (int) (first + r * rowStride), width);
      } else {
        multiply(results, r * PANEL, call.alpha, results, r * PANEL, width);
        c.write(results, r * PANEL, first + r * rowStride, width);
      }
    }
  }

  private static void multiply(
      float[] source, int from, float alpha, float[] target, int to, int length) {
    for (int i = 0; i < length; i++) {
      target[to + i] = source[from + i] * alpha;
    }
  }

  /** Lets go of the caller's arrays. */
  void release() {
    staging.release();
  }
}
