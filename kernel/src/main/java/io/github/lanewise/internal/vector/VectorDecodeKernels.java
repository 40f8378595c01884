package io.github.lanewise.internal.vector;

import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.scalar.ScalarDecodeKernels;

/**
 * The decode products in lanes of any width, cut into tiles.
 *
 * <p>They wait for memory, and all that is done here is to keep it busy. Each vector of a tile is a
 * stream of consecutive lines; the streams of a tile lie as far apart as the product is long, so
 * that the next tile goes on where this one's streams end: streams that began anew with every tile
 * cost a third of the speed (DecodeBenchmark). Four queries share one pass over a page, two vectors
 * at a time: more would fit the registers, but a line takes so many instructions then that fewer
 * lines are in flight.
 */
public final class VectorDecodeKernels implements DecodeKernels {

  private static final int L = LaneSpecies.LENGTH;

  /** Vectors in a group. */
  private static final int PARTS = GROUP / L;

  /** Queries that share a pass. */
  private static final int QUAD = 4;

  private static final ScalarDecodeKernels SCALAR = new ScalarDecodeKernels();

  @Override
  public void product(
      Storage storage,
      Object a,
      int from,
      int stride,
      int groups,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride) {
    if (storage == Storage.INT8 && !LaneSpecies.READS_BYTES) {
      SCALAR.product(
          storage, a, from, stride, groups, depth, b, bFrom, queries, out, outFrom, outStride);
      return;
    }
    int vectors = groups * PARTS;
    int q = 0;
    for (; q + QUAD <= queries; q += QUAD) {
      int row = bFrom + q * ROW;
      int to = outFrom + q * outStride;
      fourQueries(storage, a, from, stride, vectors, depth, b, row, out, to, outStride);
    }
    for (; q < queries; q++) {
      int row = bFrom + q * ROW;
      oneQuery(storage, a, from, stride, vectors, depth, b, row, out, outFrom + q * outStride);
    }
  }

  private static void oneQuery(
      Storage storage,
      Object a,
      int from,
      int stride,
      int vectors,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int to) {
    int half = vectors / 2;
    for (int v = 0; v < half; v++) {
      tile2x1(storage, a, from, stride, v, v + half, depth, b, bFrom, out, to);
    }
    if (2 * half < vectors) { // both sides of a tile compute the last vector, and the same
      int last = vectors - 1;
      tile2x1(storage, a, from, stride, last, last, depth, b, bFrom, out, to);
    }
  }

  private static void fourQueries(
      Storage storage,
      Object a,
      int from,
      int stride,
      int vectors,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int to,
      int outStride) {
    int half = vectors / 2;
    for (int v = 0; v < half; v++) {
      tile2x4(storage, a, from, stride, v, v + half, depth, b, bFrom, out, to, outStride);
    }
    if (2 * half < vectors) {
      int last = vectors - 1;
      tile2x4(storage, a, from, stride, last, last, depth, b, bFrom, out, to, outStride);
    }
  }

  /** Where vector {@code v} begins: part of a group, groups {@code stride} apart. */
  private static int at(int from, int stride, int v) {
    return from + v / PARTS * stride + v % PARTS * L;
  }

  private static void tile2x1(
      Storage storage,
      Object a,
      int from,
      int stride,
      int v0,
      int v1,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int to) {
    int a0 = at(from, stride, v0);
    int a1 = at(from, stride, v1);
    int o0 = to + v0 * L;
    int o1 = to + v1 * L;
    switch (storage) {
      case FLOAT32:
        DecodeFloatTiles.tile2x1((float[]) a, a0, a1, depth, b, bFrom, out, o0, o1);
        break;
      case BFLOAT16:
        DecodeBfloatTiles.tile2x1((short[]) a, a0, a1, depth, b, bFrom, out, o0, o1);
        break;
      case FLOAT16:
        DecodeHalfTiles.tile2x1((short[]) a, a0, a1, depth, b, bFrom, out, o0, o1);
        break;
      case INT8:
        DecodeByteTiles.tile2x1((byte[]) a, a0, a1, depth, b, bFrom, out, o0, o1);
        break;
    }
  }

  private static void tile2x4(
      Storage storage,
      Object a,
      int from,
      int stride,
      int v0,
      int v1,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int to,
      int outStride) {
    int a0 = at(from, stride, v0);
    int a1 = at(from, stride, v1);
    int o0 = to + v0 * L;
    int o1 = to + v1 * L;
    switch (storage) {
      case FLOAT32:
        DecodeFloatTiles.tile2x4((float[]) a, a0, a1, depth, b, bFrom, out, o0, o1, outStride);
        break;
      case BFLOAT16:
        DecodeBfloatTiles.tile2x4((short[]) a, a0, a1, depth, b, bFrom, out, o0, o1, outStride);
        break;
      case FLOAT16:
        DecodeHalfTiles.tile2x4((short[]) a, a0, a1, depth, b, bFrom, out, o0, o1, outStride);
        break;
      case INT8:
        DecodeByteTiles.tile2x4((byte[]) a, a0, a1, depth, b, bFrom, out, o0, o1, outStride);
        break;
    }
  }
}
