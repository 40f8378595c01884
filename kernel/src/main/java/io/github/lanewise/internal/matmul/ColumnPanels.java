package io.github.lanewise.internal.matmul;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/** One worker's panels of columns of B, [depth][width of a panel] each: a few of them at a time. */
final class ColumnPanels {
  /** Rows of B that are staged at once where they are not in an array. */
  private static final int STAGED_ROWS = 64;

  /** The panels, one after the other. */
  float[] array = new float[0];

  private final StagedRows staging;
  private final int leastFloats;

  /** Panels that stage rows where the block stages its own, in an array of no fewer floats. */
  ColumnPanels(StagedRows staging, int leastFloats) {
    this.staging = staging;
    this.leastFloats = leastFloats;
  }

  /** Packs columns of B in panels of so many, the first of which begins at {@code start}. */
  void pack(MatmulCall call, long batch, long column, int width, int panel, int start) {
    int needed = start + call.depth * ((width + panel - 1) / panel * panel);
    if (array.length < needed) {
      array = new float[Math.max(leastFloats, needed)];
    }
    if (call.transposed) {
      packTransposed(call, batch, column, width, panel, start);
    } else {
      packColumns(call, batch, column, width, panel, start);
    }
  }

  private void packColumns(
      MatmulCall call, long batch, long column, int width, int panel, int start) {
    StridedFloats b = call.b;
    long rowStride = b.stride(call.rank - 2);
    long first = call.batchOffset(b, batch) + column;
    int step = b.arrayOrNull() != null ? call.depth : STAGED_ROWS;
    for (int t = 0; t < call.depth; t += step) {
      int rows = Math.min(step, call.depth - t);
      staging.load(b, first + t * rowStride, rowStride, rows, width);
      Kernels.tiles()
          .packGroups(
              staging.array,
              staging.from,
              staging.stride,
              rows,
              width,
              panel,
              array,
              start + t * panel,
              call.depth * panel);
    }
  }

  private void packTransposed(
      MatmulCall call, long batch, long column, int width, int panel, int start) {
    StridedFloats b = call.b;
    int depth = call.depth;
    long rowStride = b.stride(call.rank - 2);
    long first = call.batchOffset(b, batch) + column * rowStride;
    for (int c = 0; c < width; c += panel) {
      int columns = Math.min(panel, width - c);
      int to = start + c * depth;
      if (columns < panel) {
        Arrays.fill(array, to, to + depth * panel, 0f);
      }
      staging.load(b, first + c * rowStride, rowStride, columns, depth);
      Kernels.tiles()
          .transpose(staging.array, staging.from, staging.stride, columns, depth, array, to, panel);
    }
  }
}
