package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.TileKernels;
import java.util.Arrays;

/**
 * The tile kernels in scalar Java: the same operations in the same order as the vector ones, lane
 * by lane. Inner loops run over the columns of a panel, which C2 turns into vectors where it can.
 */
public final class ScalarTileKernels implements TileKernels {

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
    for (int r = 0; r < rows; r++) {
      int to = outFrom + r * outStride;
      Arrays.fill(out, to, to + columns, 0f);
      int at = aFrom + r / GROUP * aGroupStride + r % GROUP;
      for (int t = 0; t < depth; t++) {
        multiplyAdd(a[at + t * GROUP], b, bFrom + t * PANEL, columns, out, to);
      }
      multiply(out, to, columns, alpha);
    }
  }

  private static void multiply(float[] x, int from, int length, float factor) {
    if (factor != 1f) {
      for (int i = from; i < from + length; i++) {
        x[i] *= factor;
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
    for (int r = 0; r < rows; r++) {
      int to = outFrom + r * outStride;
      Arrays.fill(out, to, to + columns, 0f);
      int at = aFrom + r * aStride;
      for (int t = 0; t < depth; t++) {
        multiplyAdd(a[at + t], b, bFrom + t * WIDE_PANEL, columns, out, to);
      }
      multiply(out, to, columns, alpha);
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
    for (int r = 0; r < rows; r++) {
      int at = aFrom + r / GROUP * aGroupStride + r % GROUP;
      for (int t = 0; t < depth; t++) {
        int to = outFrom + r * PANEL;
        multiplyAdd(a[at + t * GROUP], b, bFrom + t * PANEL, columns, out, to);
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
    for (int r = 0; r < rows; r++) {
      int to = outFrom + r * PANEL;
      if (!onTop) {
        Arrays.fill(out, to, to + columns, 0f);
      }
      int at = aFrom + r / GROUP * aGroupStride + r % GROUP;
      for (int t = 0; t < depth; t++) {
        float factor = a[at + t * GROUP];
        for (int c = 0; c < columns; c++) {
          if ((live[liveFrom + t] >>> c & 1) != 0) {
            out[to + c] = ScalarMath.fma(factor, b[bFrom + t * PANEL + c], out[to + c]);
          }
        }
      }
    }
  }

  private static void multiplyAdd(
      float factor, float[] b, int bFrom, int columns, float[] out, int outFrom) {
    for (int c = 0; c < columns; c++) {
      out[outFrom + c] = ScalarMath.fma(factor, b[bFrom + c], out[outFrom + c]);
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
    transposeBlock(source, sourceFrom, sourceStride, rows, depth, target, targetFrom, targetStride);
  }

  /** The transposition without lanes, also for the edges of the vector one. */
  public static void transposeBlock(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int depth,
      float[] target,
      int targetFrom,
      int targetStride) {
    for (int r = 0; r < rows; r++) {
      int from = sourceFrom + r * sourceStride;
      int to = targetFrom + r;
      for (int t = 0; t < depth; t++) {
        target[to + t * targetStride] = source[from + t];
      }
    }
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
    boolean finite = true;
    for (int r = 0; r < rows; r++) {
      int from = sourceFrom + r * sourceStride;
      int to = targetFrom + r * lanes;
      finite &= isFinite(source, from, width);
      for (int c = 0; c < width; c += lanes) {
        int columns = Math.min(lanes, width - c);
        System.arraycopy(source, from + c, target, to, columns);
        Arrays.fill(target, to + columns, to + lanes, 0f);
        to += groupStride;
      }
    }
    return finite;
  }

  /** Nothing: scalar code does not wait for memory. */
  @Override
  public void bringNear(float[] x, int from, int stride, int rows, int length, int[] scratch) {}

  @Override
  public boolean isFinite(float[] x, int from, int length) {
    int largest = 0;
    for (int i = from; i < from + length; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(x[i]) & 0x7fff_ffff);
    }
    return largest < 0x7f80_0000;
  }
}
