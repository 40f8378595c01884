package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.scalar.ScalarBlocks;
import io.github.lanewise.internal.scalar.ScalarLaneKernels;

/**
 * Kernels over runs of consecutive floats, a vector at a time; runs of less than 16 elements are
 * left to the scalar code, which has the same bits.
 */
final class VectorLaneKernels extends RowReductions {
  private static final int L = LaneSpecies.LENGTH;

  /** Below this length the scalar code is faster, and there is no whole vector to lean on. */
  private static final int SHORT = 16;

  private final ScalarLaneKernels scalar = new ScalarLaneKernels();

  @Override
  public float max(float[] x, int from, int to) {
    return to - from < SHORT ? scalar.max(x, from, to) : VectorMax.max(x, from, to);
  }

  @Override
  public float largest(float[] x, int from, int to) {
    return to - from < SHORT ? scalar.largest(x, from, to) : VectorMax.largest(x, from, to);
  }

  @Override
  public float maskedCopy(
      float[] x, int xFrom, float[] y, int yFrom, int length, long[] bits, int at) {
    return VectorMax.maskedCopy(x, xFrom, y, yFrom, length, bits, at);
  }

  @Override
  public void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.exp(x, xFrom, y, yFrom, length);
    } else {
      VectorMaps.exp(x, xFrom, y, yFrom, length);
    }
  }

  @Override
  public void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.divide(x, xFrom, divisor, y, yFrom, length);
    } else {
      VectorMaps.divide(x, xFrom, divisor, y, yFrom, length);
    }
  }

  @Override
  public void shiftAndDivide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.shiftAndDivide(x, xFrom, shift, divisor, y, yFrom, length);
    } else {
      VectorMaps.shiftAndDivide(x, xFrom, shift, divisor, y, yFrom, length);
    }
  }

  @Override
  public void logWeights(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.logWeights(x, xFrom, shift, logSum, y, yFrom, length);
    } else {
      VectorMaps.logWeights(x, xFrom, shift, logSum, y, yFrom, length);
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
    if (length < SHORT) {
      scalar.backward(y, yFrom, dy, dyFrom, dot, divisor, dx, dxFrom, length);
    } else {
      VectorMaps.backward(y, yFrom, dy, dyFrom, dot, divisor, dx, dxFrom, length);
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
    if (length < SHORT) {
      scalar.logBackward(y, yFrom, dy, dyFrom, sum, divisor, dx, dxFrom, length);
    } else {
      VectorMaps.logBackward(y, yFrom, dy, dyFrom, sum, divisor, dx, dxFrom, length);
    }
  }

  @Override
  protected long block(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int first,
      int from,
      int to,
      float shift) {
    if (to - first < SHORT) {
      return ScalarBlocks.block(reduction, x, xRow, y, yRow, from, to, shift);
    }
    switch (reduction) {
      case SUM:
        return FloatPair.of(VectorBlocks.sum(x, xRow + from, xRow + to), 0f);
      case WEIGHTS:
        return FloatPair.of(VectorBlocks.weights(x, xRow, y, yRow, from, to, shift), 0f);
      case DOT:
        return FloatPair.of(VectorBlocks.dot(x, xRow, y, yRow, from, to), 0f);
      case VISIBLE_SUM:
        return FloatPair.of(VectorBlocks.visibleSum(x, xRow, y, yRow, from, to), 0f);
      default:
        boolean writes = reduction == Reduction.WEIGHTS_AND_MOMENT;
        return VectorBlocks.weightsAndMoment(x, xRow, y, yRow, from, to, shift, writes);
    }
  }

  @Override
  protected float leafSum(float[] x, int from) {
    if (L == 16) {
      return VectorBlocks.spanSum(x, from);
    }
    if (L == 8) {
      return VectorBlocks.spanSum(x, from) + VectorBlocks.spanSum(x, from + 2 * BLOCK);
    }
    float left = VectorBlocks.spanSum(x, from) + VectorBlocks.spanSum(x, from + BLOCK);
    float right =
        VectorBlocks.spanSum(x, from + 2 * BLOCK) + VectorBlocks.spanSum(x, from + 3 * BLOCK);
    return left + right;
  }
}
