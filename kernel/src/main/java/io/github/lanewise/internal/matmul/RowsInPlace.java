package io.github.lanewise.internal.matmul;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Objects;

/**
 * One worker's part of a product whose A and C are arrays: rows of A are read where they lie, and
 * results written where they belong. Scratch holds panels of 64 columns of B.
 */
final class RowsInPlace {
  private static final int PANEL = TileKernels.WIDE_PANEL;
  private static final int GROUP = TileKernels.GROUP;

  /** Rows of a tile. */
  static final int TILE = TileKernels.ROWS_AT_ONCE;

  /** Rows that are multiplied by all panels in turn: they and their results stay close. */
  static final int ROWS = 10 * TILE;

  /** Rows of A from which on it is worth it: of fewer, too many would be computed twice. */
  private static final int FEWEST_ROWS = 4 * TILE;

  /** A panel of more, 1 MB, would be read from the third-level cache for every 5 rows. */
  private static final int LARGEST_DEPTH = 1 << 12;

  /** Floats of A, 16 MB, that are read again for each few panels of B. */
  private static final int READ_AGAIN = 1 << 22;

  private static final int MOST_ROWS = 2048;
  private static final int LEAST_MOST_ROWS = 256;

  /** Of the panels' array, 2 MB: most collectors let arrays of this size begin a line. */
  private static final int LEAST_FLOATS = 1 << 19;

  private final StagedRows staging = new StagedRows();
  private final ColumnPanels panels = new ColumnPanels(staging, LEAST_FLOATS);
  private final float[] results = new float[(ROWS + TILE) * GROUP];

  /** Whether the rows of such a product are read where they lie. */
  static boolean serves(StridedFloats a, StridedFloats c, long rows, int depth) {
    boolean arrays = a.arrayOrNull() != null && c.arrayOrNull() != null;
    return arrays && rows >= FEWEST_ROWS && depth <= LARGEST_DEPTH;
  }

  /** Rows of a block at most: for each block B is packed anew. */
  static int mostRows(int depth) {
    return Math.clamp(READ_AGAIN / Math.max(1, depth), LEAST_MOST_ROWS, MOST_ROWS);
  }

  void run(MatmulCall call, long batch, long row0, long rowEnd, long column0, long columnEnd) {
    int fitting = MatmulBlock.PACKED_FLOATS / Math.max(1, call.depth);
    int atOnce = Math.max(1, fitting / PANEL) * PANEL;
    for (long column = column0; column < columnEnd; column += atOnce) {
      int width = (int) Math.min(atOnce, columnEnd - column);
      panels.pack(call, batch, column, width, PANEL, TileKernels.WIDE_START);
      int height;
      for (long row = row0; row < rowEnd; row += height) {
        long left = rowEnd - row;
        height = left < ROWS + TILE ? (int) left : ROWS; // no less than a tile is left over
        for (int c = 0; c < width; c += PANEL) {
          int from = TileKernels.WIDE_START + c * call.depth;
          multiply(call, batch, row, height, column + c, Math.min(PANEL, width - c), from);
        }
      }
    }
  }

  /** Rows times the panel that begins at {@code from}. */
  private void multiply(
      MatmulCall call, long batch, long row, int rows, long column, int width, int from) {
    float[] a = Objects.requireNonNull(call.a.arrayOrNull());
    float[] c = Objects.requireNonNull(call.c.arrayOrNull());
    int depth = call.depth;
    int aStride = (int) call.a.stride(call.rank - 2);
    int cStride = (int) call.c.stride(call.rank - 2);
    int at = (int) (call.batchOffset(call.a, batch) + row * aStride);
    int to = (int) (call.batchOffset(call.c, batch) + row * cStride + column);
    TileKernels tiles = Kernels.tiles();
    float[] b = panels.array;
    int whole = width / GROUP * GROUP;
    int rest = width - whole;
    if (whole > 0) {
      tiles.productOfRows(a, at, aStride, rows, b, from, whole, depth, call.alpha, c, to, cStride);
    }
    if (rest > 0) { // whole vectors do not fit where they belong
      tiles.productOfRows(
          a, at, aStride, rows, b, from + whole, rest, depth, call.alpha, results, 0, GROUP);
      for (int r = 0; r < rows; r++) {
        System.arraycopy(results, r * GROUP, c, to + r * cStride + whole, rest);
      }
    }
  }

  /** Lets go of the caller's arrays. */
  void release() {
    staging.release();
  }
}
