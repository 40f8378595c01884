package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.scalar.ScalarDecodeKernels;
import io.github.lanewise.internal.vector.generated.DecodeTiles;
import io.github.lanewise.internal.vector.generated.Transposes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The decode products in lanes of any width, cut into tiles.
 *
 * <p>They wait for memory, and all that is done here is to keep it busy: to read line after line in
 * long streams, with few instructions a line, so that many lines are in flight.
 *
 * <p>Narrow numbers: the vectors of a tile lie side by side in the lines of one group, so that a
 * head is one stream. Floats, of which a line is a single vector: the two vectors of a tile are two
 * streams, as far apart as the product is long, so that the next tile goes on where they end.
 *
 * <p>Four queries share one pass over a page, two vectors at a time.
 *
 * <p>Rows of floats that lie one after the other are read as far across as registers allow, so that
 * the lines of a row follow each other.
 *
 * <p>Keys in rows are transposed in registers and multiplied at once, by all queries.
 */
public final class VectorDecodeKernels implements DecodeKernels {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  /** Queries that share a pass. */
  private static final int QUAD = 4;

  private static final ScalarDecodeKernels SCALAR = new ScalarDecodeKernels();

  @Override
  public void product(
      Element element,
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
    if (element == Element.INT8 && !LaneSpecies.READS_BYTES) {
      SCALAR.product(
          element, a, from, stride, groups, depth, b, bFrom, queries, out, outFrom, outStride);
      return;
    }
    int lanes = element.lanes;
    int q = 0;
    for (; q + QUAD <= queries; q += QUAD) {
      int row = bFrom + q * CHUNK;
      int to = outFrom + q * outStride;
      if (element == Element.FLOAT32) {
        floatsByFour((float[]) a, from, stride, groups, depth, b, row, out, to, outStride);
        continue;
      }
      for (int at = 0; at < groups * lanes; at += 2 * L) {
        int vectors = from + at / lanes * stride + at % lanes;
        byFour(element, a, vectors, depth, b, row, out, to + at, outStride);
      }
    }
    for (; q < queries; q++) {
      int row = bFrom + q * CHUNK;
      int to = outFrom + q * outStride;
      if (element == Element.FLOAT32) {
        floatsByOne((float[]) a, from, stride, groups, depth, b, row, out, to);
        continue;
      }
      int step = element == Element.INT8 ? 4 * L : 2 * L;
      for (int at = 0; at < groups * lanes; at += step) {
        int vectors = from + at / lanes * stride + at % lanes;
        byOne(element, a, vectors, depth, b, row, out, to + at);
      }
    }
  }

  @Override
  public void productOfRows(
      float[] a,
      int from,
      int pitch,
      int columns,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride) {
    int q = 0;
    // 16 accumulators, and what they are made of, would not fit 16 registers.
    for (; LaneSpecies.MANY_REGISTERS && q + QUAD <= queries; q += QUAD) {
      int row = bFrom + q * CHUNK;
      int to = outFrom + q * outStride;
      int c = 0;
      for (; c + 4 * L <= columns; c += 4 * L) {
        DecodeTiles.rows4x4(a, from + c, pitch, depth, b, row, out, to + c, outStride);
      }
      for (; c < columns; c += L) {
        DecodeTiles.rows1x4(a, from + c, pitch, depth, b, row, out, to + c, outStride);
      }
    }
    for (; q < queries; q++) {
      int row = bFrom + q * CHUNK;
      int to = outFrom + q * outStride;
      int c = 0;
      for (; c + 8 * L <= columns; c += 8 * L) {
        DecodeTiles.rows8x1(a, from + c, pitch, depth, b, row, out, to + c);
      }
      for (; c + 4 * L <= columns; c += 4 * L) {
        DecodeTiles.rows4x1(a, from + c, pitch, depth, b, row, out, to + c);
      }
      for (; c < columns; c += L) {
        DecodeTiles.rows1x1(a, from + c, pitch, depth, b, row, out, to + c);
      }
    }
  }

  @Override
  public void productOfKeys(
      float[] a,
      int from,
      int pitch,
      int keys,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride) {
    for (int k = 0; k < keys; k += L) {
      int row = from + k * pitch;
      int count = Math.min(L, keys - k);
      int to = outFrom + k;
      if (L == 16) {
        Transposes.keys16(a, row, pitch, count, depth, b, bFrom, queries, out, to, outStride);
      } else if (L == 8) {
        Transposes.keys8(a, row, pitch, count, depth, b, bFrom, queries, out, to, outStride);
      } else {
        Transposes.keys4(a, row, pitch, count, depth, b, bFrom, queries, out, to, outStride);
      }
    }
  }

  @Override
  public void scale(float[] x, int from, int rows, int length, float[] scales, int scalesFrom) {
    int whole = length / L * L;
    scaleWhole(x, from, rows, whole, scales, scalesFrom);
    SCALAR.scale(x, from + whole, rows, length - whole, scales, scalesFrom + whole);
  }

  private static void scaleWhole(
      float[] x, int from, int rows, int length, float[] scales, int scalesFrom) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int i = 0; i < length; i += L) {
      FloatVector scale = FloatVector.fromArray(F, scales, scalesFrom + i);
      for (int r = 0; r < rows; r++) {
        int at = from + r * CHUNK + i;
        FloatVector.fromArray(F, x, at).mul(scale).intoArray(x, at);
      }
    }
  }

  private static void floatsByOne(
      float[] a,
      int from,
      int stride,
      int groups,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int to) {
    int vectors = groups * (GROUP / L);
    int half = vectors / 2;
    for (int v = 0; v < vectors - half; v++) {
      int w = pair(v, half, vectors);
      int a0 = at(from, stride, v);
      int a1 = at(from, stride, w);
      DecodeTiles.floats2x1(a, a0, a1, depth, b, bFrom, out, to + v * L, to + w * L);
    }
  }

  private static void floatsByFour(
      float[] a,
      int from,
      int stride,
      int groups,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int to,
      int outStride) {
    int vectors = groups * (GROUP / L);
    int half = vectors / 2;
    for (int v = 0; v < vectors - half; v++) {
      int w = pair(v, half, vectors);
      int a0 = at(from, stride, v);
      int a1 = at(from, stride, w);
      int o0 = to + v * L;
      int o1 = to + w * L;
      DecodeTiles.floats2x4(a, a0, a1, depth, b, bFrom, out, o0, o1, outStride);
    }
  }

  /** The other vector of a tile; an odd one at the end is its own: both give the same. */
  private static int pair(int v, int half, int vectors) {
    return v < half ? v + vectors - half : v;
  }

  /** Where vector {@code v} of floats begins: part of a group, groups {@code stride} apart. */
  private static int at(int from, int stride, int v) {
    return from + v * L / GROUP * stride + v * L % GROUP;
  }

  private static void byOne(
      Element element, Object a, int from, int depth, float[] b, int bFrom, float[] out, int to) {
    switch (element) {
      case BFLOAT16 -> DecodeTiles.bfloats2x1((short[]) a, from, depth, b, bFrom, out, to);
      case FLOAT16 -> DecodeTiles.halves2x1((short[]) a, from, depth, b, bFrom, out, to);
      case INT8 -> DecodeTiles.bytes4x1((byte[]) a, from, depth, b, bFrom, out, to);
      default -> throw new AssertionError(element);
    }
  }

  private static void byFour(
      Element element,
      Object a,
      int from,
      int depth,
      float[] b,
      int bFrom,
      float[] out,
      int to,
      int outStride) {
    switch (element) {
      case BFLOAT16 ->
          DecodeTiles.bfloats2x4((short[]) a, from, depth, b, bFrom, out, to, outStride);
      case FLOAT16 -> DecodeTiles.halves2x4((short[]) a, from, depth, b, bFrom, out, to, outStride);
      case INT8 -> DecodeTiles.bytes2x4((byte[]) a, from, depth, b, bFrom, out, to, outStride);
      default -> throw new AssertionError(element);
    }
  }
}
