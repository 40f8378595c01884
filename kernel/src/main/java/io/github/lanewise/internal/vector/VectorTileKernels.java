package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.scalar.ScalarTileKernels;
import io.github.lanewise.internal.vector.generated.ProductTiles;
import io.github.lanewise.internal.vector.generated.RowTiles;
import io.github.lanewise.internal.vector.generated.Transposes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tile kernels in lanes of any width. Panels are {@link #PANEL} columns wide, so every loop
 * over columns runs over whole vectors: lanes beyond {@code columns} hold scratch.
 */
public final class VectorTileKernels implements TileKernels {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final VectorSpecies<Integer> I = LaneSpecies.INTS;
  private static final int L = LaneSpecies.LENGTH;

  /** Whole vectors in a tile's width where they come in pairs. */
  private static final int PAIR = 2 * L;

  private static final TileKernels SCALAR = new ScalarTileKernels();

  @Override
  public void product(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float[] out,
      int outFrom) {
    product(a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, 1f, out, outFrom, PANEL);
  }

  @Override
  public void product(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride) {
    for (int r = 0; r < rows; r += TILE_ROWS) {
      int tileA = aFrom + r / GROUP * aGroupStride + r % GROUP;
      int tileOut = outFrom + r * outStride;
      int c = 0;
      for (; c + L < columns; c += PAIR) {
        int tileB = bFrom + c;
        int to = tileOut + c;
        if (LaneSpecies.MANY_REGISTERS) {
          ProductTiles.tile8x2(a, tileA, b, tileB, depth, alpha, out, to, outStride);
        } else {
          int half = TILE_ROWS / 2;
          int below = to + half * outStride;
          ProductTiles.tile4x2(a, tileA, b, tileB, depth, alpha, out, to, outStride);
          ProductTiles.tile4x2(a, tileA + half, b, tileB, depth, alpha, out, below, outStride);
        }
      }
      if (c < columns) {
        ProductTiles.tile8x1(a, tileA, b, bFrom + c, depth, alpha, out, tileOut + c, outStride);
      }
    }
  }

  @Override
  public void productOfRows(
      float[] a,
      int aFrom,
      int aStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride) {
    int c = 0;
    if (LaneSpecies.MANY_REGISTERS) {
      for (; c + 3 * L < columns; c += 4 * L) {
        for (int tile = 0; tile < rows; tile += ROWS_AT_ONCE) {
          int r = Math.min(tile, rows - ROWS_AT_ONCE); // computed again, the bits are the same
          int row = aFrom + r * aStride;
          int to = outFrom + r * outStride + c;
          RowTiles.tile5x4(a, row, aStride, b, bFrom + c, depth, alpha, out, to, outStride);
        }
      }
    }
    for (; c < columns; c += PAIR) {
      for (int tile = 0; tile < rows; tile += ROWS_AT_ONCE) {
        int r = Math.min(tile, rows - ROWS_AT_ONCE);
        int row = aFrom + r * aStride;
        int to = outFrom + r * outStride + c;
        if (c + L < columns) {
          RowTiles.tile5x2(a, row, aStride, b, bFrom + c, depth, alpha, out, to, outStride);
        } else {
          RowTiles.tile5x1(a, row, aStride, b, bFrom + c, depth, alpha, out, to, outStride);
        }
      }
    }
  }

  @Override
  public void addProduct(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float[] out,
      int outFrom) {
    for (int r = 0; r < rows; r += TILE_ROWS / 2) {
      int tileA = aFrom + r / GROUP * aGroupStride + r % GROUP;
      int tileOut = outFrom + r * PANEL;
      for (int c = 0; c < columns; c += PAIR) {
        ProductTiles.add4x2(a, tileA, b, bFrom + c, depth, out, tileOut + c);
      }
    }
  }

  @Override
  public void productOfLive(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      long[] live,
      int liveFrom,
      boolean onTop,
      float[] out,
      int outFrom) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int r = 0; r < rows; r++) {
      int at = aFrom + r / GROUP * aGroupStride + r % GROUP;
      for (int c = 0; c < columns; c += L) {
        int to = outFrom + r * PANEL + c;
        FloatVector acc = onTop ? FloatVector.fromArray(F, out, to) : FloatVector.zero(F);
        for (int t = 0; t < depth; t++) {
          VectorMask<Float> lanes = VectorMask.fromLong(F, live[liveFrom + t] >>> c);
          FloatVector factor = FloatVector.broadcast(F, a[at + t * GROUP]);
          FloatVector sum = factor.fma(FloatVector.fromArray(F, b, bFrom + t * PANEL + c), acc);
          acc = acc.blend(sum, lanes);
        }
        acc.intoArray(out, to);
      }
    }
  }

  @Override
  public void transpose(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int depth,
      float[] target,
      int targetFrom,
      int targetStride) {
    int wholeRows = rows / L * L;
    int wholeDepth = depth / L * L;
    for (int r = 0; r < wholeRows; r += L) {
      for (int t = 0; t < wholeDepth; t += L) {
        Transposes.square(
            source,
            sourceFrom + r * sourceStride + t,
            sourceStride,
            target,
            targetFrom + t * targetStride + r,
            targetStride);
      }
    }
    ScalarTileKernels.transposeBlock(
        source,
        sourceFrom + wholeDepth,
        sourceStride,
        wholeRows,
        depth - wholeDepth,
        target,
        targetFrom + wholeDepth * targetStride,
        targetStride);
    ScalarTileKernels.transposeBlock(
        source,
        sourceFrom + wholeRows * sourceStride,
        sourceStride,
        rows - wholeRows,
        depth,
        target,
        targetFrom + wholeRows,
        targetStride);
  }

  @Override
  public boolean packGroups(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int width,
      int lanes,
      float[] target,
      int targetFrom,
      int groupStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    // NaN for an infinity or NaN, and stays it: four chains of them, for one would be the slowest.
    FloatVector zero = FloatVector.zero(F);
    FloatVector difference0 = zero;
    FloatVector difference1 = zero;
    FloatVector difference2 = zero;
    FloatVector difference3 = zero;
    int whole = width / lanes * lanes;
    int fours = rows & -4;
    for (int column = 0; column < whole; column += L) {
      int from = sourceFrom + column;
      int to = targetFrom + column / lanes * groupStride + column % lanes;
      for (int r = 0; r < fours; r += 4) {
        FloatVector v0 = FloatVector.fromArray(F, source, from + r * sourceStride);
        FloatVector v1 = FloatVector.fromArray(F, source, from + (r + 1) * sourceStride);
        FloatVector v2 = FloatVector.fromArray(F, source, from + (r + 2) * sourceStride);
        FloatVector v3 = FloatVector.fromArray(F, source, from + (r + 3) * sourceStride);
        v0.intoArray(target, to + r * lanes);
        v1.intoArray(target, to + (r + 1) * lanes);
        v2.intoArray(target, to + (r + 2) * lanes);
        v3.intoArray(target, to + (r + 3) * lanes);
        difference0 = difference0.add(v0.sub(v0));
        difference1 = difference1.add(v1.sub(v1));
        difference2 = difference2.add(v2.sub(v2));
        difference3 = difference3.add(v3.sub(v3));
      }
      for (int r = fours; r < rows; r++) {
        FloatVector v = FloatVector.fromArray(F, source, from + r * sourceStride);
        v.intoArray(target, to + r * lanes);
        difference0 = difference0.add(v.sub(v));
      }
    }
    FloatVector difference = difference0.add(difference1).add(difference2.add(difference3));
    boolean finite = difference.compare(VectorOperators.EQ, 0f).allTrue();
    if (whole < width) {
      int edge = targetFrom + whole / lanes * groupStride;
      int rest = width - whole;
      finite &=
          SCALAR.packGroups(
              source, sourceFrom + whole, sourceStride, rows, rest, lanes, target, edge, 0);
    }
    return finite;
  }

  @Override
  public void bringNear(float[] x, int from, int stride, int rows, int length, int[] scratch) {
    for (int round = Practice.rounds; round > 0; round--) {}
    IntVector all = IntVector.zero(I); // bits, for sums could meet subnormals
    if (stride == length) {
      length *= rows;
      rows = 1;
    }
    for (int r = 0; r < rows; r++) {
      int row = from + r * stride;
      for (int i = 0; i + L <= length; i += L) {
        FloatVector v = FloatVector.fromArray(F, x, row + i);
        all = all.or((IntVector) v.convert(VectorOperators.REINTERPRET_F2I, 0));
      }
    }
    all.intoArray(scratch, 0);
  }

  @Override
  public boolean isFinite(float[] x, int from, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector difference = FloatVector.zero(F);
    int i = 0;
    for (; i + L <= length; i += L) {
      FloatVector v = FloatVector.fromArray(F, x, from + i);
      difference = difference.add(v.sub(v)); // NaN for an infinity or NaN, and stays it
    }
    boolean whole = difference.compare(VectorOperators.EQ, 0f).allTrue();
    return whole && SCALAR.isFinite(x, from + i, length - i);
  }
}
