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
  private static final int START = TileKernels.WIDE_START;
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
    int rowAxis = call.rank - 2;
    float[] a = Objects.requireNonNull(call.a.arrayOrNull());
    float[] c = Objects.requireNonNull(call.c.arrayOrNull());
    int aStride = (int) call.a.stride(rowAxis);
    int cStride = (int) call.c.stride(rowAxis);
    int rows = (int) (rowEnd - row0);
    int aFrom = (int) call.batchOffset(call.a, batch) + (int) row0 * aStride;
    int cFrom = (int) call.batchOffset(call.c, batch) + (int) row0 * cStride;
    int depth = call.depth;
    int atOnce = Math.max(1, MatmulBlock.PACKED_FLOATS / Math.max(1, depth) / PANEL) * PANEL;
    for (long column = column0; column < columnEnd; column += atOnce) {
      int width = (int) Math.min(atOnce, columnEnd - column);
      panels.pack(call, batch, column, width, PANEL, START);
      int height;
      for (int r = 0; r < rows; r += height) {
        height = rows - r < ROWS + TILE ? rows - r : ROWS; // no less than a tile is left over
        int row = aFrom + r * aStride;
        int to = cFrom + r * cStride + (int) column;
        for (int p = 0; p < width; p += PANEL) {
          int columns = Math.min(PANEL, width - p);
          int panel = START + p * depth;
          multiply(a, row, aStride, height, panel, columns, depth, call.alpha, c, to + p, cStride);
        }
      }
    }
  }

  /** Rows times the panel that begins at {@code panel}. */
  private void multiply(
      float[] a,
      int row,
      int aStride,
      int rows,
      int panel,
      int columns,
      int depth,
      float alpha,
      float[] c,
      int to,
      int cStride) {
    TileKernels tiles = Kernels.tiles();
    float[] b = panels.array;
    int whole = columns / GROUP * GROUP;
    int rest = columns - whole;
    if (whole > 0) {
      tiles.productOfRows(a, row, aStride, rows, b, panel, whole, depth, alpha, c, to, cStride);
    }
    if (rest > 0) { // whole vectors do not fit where they belong
      int last = panel + whole;
      tiles.productOfRows(a, row, aStride, rows, b, last, rest, depth, alpha, results, 0, GROUP);
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
