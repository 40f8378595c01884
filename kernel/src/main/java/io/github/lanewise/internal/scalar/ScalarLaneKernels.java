package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK_BITS;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import java.util.Arrays;

/** Kernels over runs of consecutive floats, one element at a time. */
public final class ScalarLaneKernels extends RowReductions {
  @Override
  public float max(float[] x, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  @Override
  public float largest(float[] x, int from, int to) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      largest = x[i] > largest ? x[i] : largest;
    }
    return largest;
  }

  @Override
  public int indexOf(float[] x, int from, int to, float value) {
    int i = from;
    while (x[i] != value) {
      i++;
    }
    assert i < to : value + " is not in " + from + " to " + to;
    return i;
  }

  @Override
  public float maskedCopy(
      float[] x, int xFrom, float[] y, int yFrom, int length, long[] bits, int at) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      boolean visible = (bits[at + (i >> 6)] >>> i & 1) != 0;
      float value = visible ? x[xFrom + i] : Float.NEGATIVE_INFINITY;
      y[yFrom + i] = value;
      largest = value > largest ? value : largest;
    }
    return largest;
  }

  @Override
  public void rowMaxima(float[] x, int xAt, int xStride, int rows, int length, float[] group) {
    for (int r = 0; r < rows; r++) {
      int row = xAt + r * xStride;
      group[r] = largest(x, row, row + length);
    }
  }

  @Override
  public void hideMaxima(float[] x, int rows, int length, float[] maxima) {
    for (int r = 0; r < rows; r++) {
      int row = r * length;
      x[indexOf(x, row, row + length, maxima[r])] = Float.NEGATIVE_INFINITY;
    }
  }

  @Override
  public void rowWeights(
      float[] x,
      int xAt,
      int xStride,
      int rows,
      int length,
      float[] group,
      float[] p,
      int pAt,
      int pStride,
      float[] reciprocals) {
    for (int r = 0; r < rows; r++) {
      int xRow = xAt + r * xStride;
      int pRow = pAt + r * pStride;
      long sum = weights(WeightSums.WRITE, x, xRow, p, pRow, 0, length, group[r], group);
      reciprocals[SUMS_OF_ROWS + r] = FloatPair.first(sum);
      reciprocals[r] = 1f / FloatPair.first(sum);
    }
  }

  @Override
  public void scaleRows(
      float[] p,
      int pAt,
      int pStride,
      int rows,
      int length,
      float[] factors,
      float[] y,
      int yAt,
      int yStride) {
    for (int r = 0; r < rows; r++) {
      scale(p, pAt + r * pStride, factors[r], y, yAt + r * yStride, length);
    }
  }

  @Override
  public void stageRows(float[] x, int xAt, int xStride, int rows, int length, float[] staged) {
    for (int r = 0; r < rows; r++) {
      int row = r * LANES;
      System.arraycopy(x, xAt + r * xStride, staged, row, length);
      Arrays.fill(staged, row + length, row + LANES, Float.NEGATIVE_INFINITY);
    }
  }

  @Override
  public void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      y[yFrom + i] = ScalarMath.exp(x[xFrom + i]);
    }
  }

  @Override
  public void scale(float[] x, int xFrom, float factor, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      y[yFrom + i] = x[xFrom + i] * factor;
    }
  }

  @Override
  public float fmaAndLargest(
      float[] y, int yFrom, float factor, float addend, float[] x, int xFrom, int length) {
    for (int i = yFrom; i < yFrom + length; i++) {
      y[i] = Math.fma(y[i], factor, addend);
    }
    return largest(x, xFrom, xFrom + length);
  }

  @Override
  public void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      y[yFrom + i] = x[xFrom + i] / divisor;
    }
  }

  @Override
  public void shiftAndDivide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      y[yFrom + i] = (x[xFrom + i] - shift) / divisor;
    }
  }

  @Override
  public void logWeights(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      y[yFrom + i] = (x[xFrom + i] - shift) - logSum;
    }
  }

  @Override
  public void backward(
      float[] y,
      int yFrom,
      float[] dy,
      int dyFrom,
      float dot,
      float divisor,
      float[] dx,
      int dxFrom,
      int length) {
    for (int i = 0; i < length; i++) {
      float weight = y[yFrom + i];
      float gradient = weight * (dy[dyFrom + i] - dot) / divisor;
      dx[dxFrom + i] = weight == 0 ? 0f : gradient;
    }
  }

  @Override
  public void logBackward(
      float[] y,
      int yFrom,
      float[] dy,
      int dyFrom,
      float sum,
      float divisor,
      float[] dx,
      int dxFrom,
      int length) {
    for (int i = 0; i < length; i++) {
      float logWeight = y[yFrom + i];
      float gradient = (dy[dyFrom + i] - ScalarMath.exp(logWeight) * sum) / divisor;
      dx[dxFrom + i] = logWeight == Float.NEGATIVE_INFINITY ? 0f : gradient;
    }
  }

  @Override
  protected int leafBits(Reduction reduction, int from, int to) {
    return CHUNK_BITS;
  }

  @Override
  protected long leaf(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int first,
      int from,
      int to,
      float shift,
      float[] scratch) {
    return ScalarBlocks.block(reduction, x, xRow, y, yRow, from, to, shift);
  }

  /** Eight at a time: the eight shifts by a constant run in parallel. */
  @Override
  public long pack(boolean[] flags, int from, int length) {
    long word = 0;
    int j = 0;
    for (; j <= length - 8; j += 8) {
      int at = from + j;
      int low =
          (flags[at] ? 1 : 0)
              | (flags[at + 1] ? 2 : 0)
              | (flags[at + 2] ? 4 : 0)
              | (flags[at + 3] ? 8 : 0);
      int high =
          (flags[at + 4] ? 16 : 0)
              | (flags[at + 5] ? 32 : 0)
              | (flags[at + 6] ? 64 : 0)
              | (flags[at + 7] ? 128 : 0);
      word |= (long) (low | high) << j;
    }
    for (; j < length; j++) {
      word |= (flags[from + j] ? 1L : 0L) << j;
    }
    return word;
  }

  @Override
  public void pack(boolean[] flags, int from, int length, long[] bits, int at) {
    for (int j = 0; j < length; j += Long.SIZE) {
      bits[at + j / Long.SIZE] = pack(flags, from + j, Math.min(Long.SIZE, length - j));
    }
  }
}
