package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.TileKernels.GROUP;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.PackedKernels;
import io.github.lanewise.internal.scalar.ScalarPackedKernels;
import io.github.lanewise.internal.vector.generated.PackedTiles;
import java.lang.foreign.MemorySegment;

/**
 * The products with a packed matrix in lanes of any width, cut into tiles.
 *
 * <p>One row waits for memory: all that is done is to read a panel, line after line, with few
 * instructions a line; four panels of floats at once where a vector is a line. Narrower lanes go
 * over a panel several times, a part that stays in the caches at a time. Many rows go over floats
 * that are in the first cache.
 */
public final class VectorPackedKernels implements PackedKernels {

  private static final int L = LaneSpecies.LENGTH;

  /** Rows of B that all lanes go over before the next: a multiple of {@link #BLOCK}. */
  private static final int SHARED_ROWS = L < GROUP ? 8 * BLOCK : Integer.MAX_VALUE / BLOCK * BLOCK;

  private static final ScalarPackedKernels SCALAR = new ScalarPackedKernels();

  @Override
  public void row(
      Element element,
      MemorySegment b,
      long from,
      int depth,
      float unbias,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom) {
    long bytes = (long) SHARED_ROWS * COLUMNS * element.bytes;
    bytes += element == Element.INT8 ? (long) SHARED_ROWS / BLOCK * SCALES : 0;
    for (int t = 0; t < depth; t += SHARED_ROWS) {
      int rows = Math.min(SHARED_ROWS, depth - t);
      if (element == Element.FLOAT32) {
        for (int c = 0; c < COLUMNS; c += 4 * L) {
          PackedTiles.rowFloats(b, from + c * 4L, rows, a, aFrom + t, out, outFrom + c);
        }
      } else {
        for (int c = 0; c < GROUP; c += L) {
          narrowRow(element, b, from + c * 4L, rows, unbias, a, aFrom + t, out, outFrom + c);
        }
      }
      from += bytes;
      if (depth - t <= SHARED_ROWS) {
        return; // t would overflow
      }
    }
  }

  @Override
  public void rowAbreast(
      MemorySegment b,
      long from,
      int apart,
      int depth,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom) {
    if (L == GROUP) {
      PackedTiles.row4Floats(b, from, apart, depth, a, aFrom, out, outFrom);
      return;
    }
    for (int panel = 0; panel < ABREAST; panel++) {
      long at = from + (long) panel * apart;
      row(Element.FLOAT32, b, at, depth, 1f, a, aFrom, out, outFrom + panel * COLUMNS);
    }
  }

  private static void narrowRow(
      Element element,
      MemorySegment b,
      long from,
      int rows,
      float unbias,
      float[] a,
      int aFrom,
      float[] out,
      int to) {
    switch (element) {
      case BFLOAT16 -> PackedTiles.rowBfloats(b, from, rows, a, aFrom, out, to);
      case FLOAT16 -> PackedTiles.rowHalves(b, from, rows, unbias, a, aFrom, out, to);
      case INT8 -> {
        int whole = rows / BLOCK;
        if (whole > 0) {
          PackedTiles.rowBytes(b, from, whole, BLOCK, unbias, a, aFrom, out, to);
        }
        int rest = rows % BLOCK;
        if (rest > 0) {
          long last = from + (long) whole * (SCALES + BLOCK * COLUMNS);
          PackedTiles.rowBytes(b, last, 1, rest, unbias, a, aFrom + whole * BLOCK, out, to);
        }
      }
      default -> throw new AssertionError(element);
    }
  }

  @Override
  public void widen(
      Element element,
      MemorySegment b,
      long from,
      int depth,
      boolean regular,
      float unbias,
      MemorySegment target) {
    if (!regular || element == Element.FLOAT32) {
      SCALAR.widen(element, b, from, depth, regular, unbias, target);
      return;
    }
    for (int c = 0; c < GROUP; c += L) {
      long at = from + c * 4L;
      long to = c * 4L;
      switch (element) {
        case BFLOAT16 -> PackedTiles.widenBfloats(b, at, depth, target, to);
        case FLOAT16 -> PackedTiles.widenHalves(b, at, depth, unbias, target, to);
        default -> widenBytes(b, at, depth, unbias, target, to);
      }
    }
  }

  private static void widenBytes(
      MemorySegment b, long from, int depth, float unbias, MemorySegment target, long to) {
    int whole = depth / BLOCK;
    if (whole > 0) {
      PackedTiles.widenBytes(b, from, whole, BLOCK, unbias, target, to);
    }
    int rest = depth % BLOCK;
    if (rest > 0) {
      long last = from + (long) whole * (SCALES + BLOCK * COLUMNS);
      long rows = (long) whole * BLOCK * COLUMNS * Float.BYTES;
      PackedTiles.widenBytes(b, last, 1, rest, unbias, target, to + rows);
    }
  }

  @Override
  public void product(
      MemorySegment b,
      long from,
      int depth,
      float[] a,
      int aFrom,
      int rows,
      float[] out,
      int outFrom) {
    if (LaneSpecies.MANY_REGISTERS) {
      for (int c = 0; c < COLUMNS; c += 4 * L) {
        highTiles(b, from + c * 4L, depth, a, aFrom, rows, out, outFrom + c);
      }
    } else {
      lowTiles(b, from, depth, a, aFrom, rows, out, outFrom);
    }
  }

  /** Up to 6 rows by 4 vectors, which is 24 accumulators: few tiles, of nearly the same height. */
  private static void highTiles(
      MemorySegment b, long from, int depth, float[] a, int at, int rows, float[] out, int to) {
    int r = 0;
    for (int tiles = (rows + 5) / 6; tiles > 0; tiles--) {
      int height = (rows - r + tiles - 1) / tiles;
      highTile(height, b, from, depth, a, at + r, out, to + r * COLUMNS);
      r += height;
    }
  }

  private static void highTile(
      int height, MemorySegment b, long from, int depth, float[] a, int at, float[] out, int to) {
    switch (height) {
      case 6 -> PackedTiles.tile6x4(a, at, b, from, depth, out, to);
      case 5 -> PackedTiles.tile5x4(a, at, b, from, depth, out, to);
      case 4 -> PackedTiles.tile4x4(a, at, b, from, depth, out, to);
      case 3 -> PackedTiles.tile3x4(a, at, b, from, depth, out, to);
      default -> PackedTiles.tile2x4(a, at, b, from, depth, out, to); // one row alone, too
    }
  }

  /** 4 rows by 2 vectors, for 16 registers; what is left two by two. */
  private static void lowTiles(
      MemorySegment b, long from, int depth, float[] a, int at, int rows, float[] out, int to) {
    int r = 0;
    for (; rows - r >= 4; r += 4) {
      for (int c = 0; c < COLUMNS; c += 2 * L) {
        PackedTiles.tile4x2(a, at + r, b, from + c * 4L, depth, out, to + r * COLUMNS + c);
      }
    }
    for (; r < rows; r += 2) {
      for (int c = 0; c < COLUMNS; c += 4 * L) {
        PackedTiles.tile2x4(a, at + r, b, from + c * 4L, depth, out, to + r * COLUMNS + c);
      }
    }
  }
}
