package io.github.lanewise.internal.matmul;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * One worker's scratch for a block of rows of A times a span of columns of B: A packed in groups of
 * 16 rows, a few panels of 32 columns of B at a time, and 16 x 32 results on their way out. {@link
 * RowsInPlace} is what serves most products.
 */
final class MatmulBlock {

  private static final int PANEL = TileKernels.PANEL;
  private static final int GROUP = TileKernels.GROUP;

  /** Panels of B that are packed at once, so that its rows are read in longer runs. */
  private static final int MOST_PANELS = 4;

  /** Floats that they may take where one takes less: 512 KB. */
  static final int PACKED_FLOATS = 1 << 17;

  private final StagedRows staging = new StagedRows();
  private final ColumnPanels panels = new ColumnPanels(staging, 0);
  private final float[] results = new float[GROUP * PANEL];
  private float[] groups = new float[0];

  void run(MatmulCall call, long batch, long row0, int rows, long column0, long columnEnd) {
    packRows(call, batch, row0, rows);
    int fitting = PACKED_FLOATS / (Math.max(1, call.depth) * PANEL);
    int atOnce = Math.max(1, Math.min(MOST_PANELS, fitting)) * PANEL;
    for (long column = column0; column < columnEnd; column += atOnce) {
      int width = (int) Math.min(atOnce, columnEnd - column);
      panels.pack(call, batch, column, width, PANEL, 0);
      for (int c = 0; c < width; c += PANEL) {
        multiply(call, batch, row0, rows, column + c, Math.min(PANEL, width - c), c * call.depth);
      }
    }
  }

  /** The rows times one panel, which lies in {@link #panels} at {@code from}. */
  private void multiply(
      MatmulCall call, long batch, long row0, int rows, long column, int width, int from) {
    int depth = call.depth;
    int r = multiplyInPlace(call, batch, row0, rows, column, width, from);
    for (; r < rows; r += GROUP) {
      int height = Math.min(GROUP, rows - r);
      Kernels.tiles()
          .product(
              groups,
              r * depth,
              depth * GROUP,
              height,
              panels.array,
              from,
              width,
              depth,
              results,
              0);
      write(call, batch, row0 + r, height, column, width);
    }
  }

  /**
   * Writes the results of whole groups of rows to where they belong, if tiles of any width fit
   * there; returns the number of rows that are done.
   */
  private int multiplyInPlace(
      MatmulCall call, long batch, long row0, int rows, long column, int width, int from) {
    StridedFloats c = call.c;
    float[] own = c.arrayOrNull();
    if (own == null || width % GROUP != 0) {
      return 0;
    }
    int whole = rows / GROUP * GROUP;
    int depth = call.depth;
    int rowStride = (int) c.stride(call.rank - 2);
    int to = (int) (call.batchOffset(c, batch) + row0 * rowStride + column);
    Kernels.tiles()
        .product(
            groups,
            0,
            depth * GROUP,
            whole,
            panels.array,
            from,
            width,
            depth,
            call.alpha,
            own,
            to,
            rowStride);
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
      Kernels.tiles()
          .transpose(
              staging.array, staging.from, staging.stride, height, depth, groups, r * depth, GROUP);
    }
  }

  private void write(MatmulCall call, long batch, long row, int height, long column, int width) {
    StridedFloats c = call.c;
    long rowStride = c.stride(call.rank - 2);
    long first = call.batchOffset(c, batch) + row * rowStride + column;
    for (int r = 0; r < height; r++) {
      ResultRows.write(results, r * PANEL, call.alpha, c, first + r * rowStride, width);
    }
  }

  /** Lets go of the caller's arrays. */
  void release() {
    staging.release();
  }
}
