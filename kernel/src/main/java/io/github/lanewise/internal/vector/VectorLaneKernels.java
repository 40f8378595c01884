package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.scalar.ScalarBlocks;
import io.github.lanewise.internal.scalar.ScalarLaneKernels;
import java.util.Arrays;

/**
 * Kernels over runs of consecutive floats, a vector at a time; runs of less than 16 elements, and
 * some tails, are left to the scalar code, which has the same bits.
 *
 * <p><b>Compile roots.</b> Where C2 stops inlining in the midst of vector code, every vector
 * becomes an object: 10 to 100 times slower. It stops at a depth of 15 calls, at 18,000 nodes (two
 * calls of exp, or a dozen loads and as many operations, are most of that), and at calls that were
 * rare while it looked. Operators call from depths that nobody knows. So the methods that hold the
 * loops must never be inlined into their callers: they have more than 325 bytecodes
 * (FreqInlineSize), to which their assertions contribute; KernelSizeTest checks it. And within such
 * a root vectors are not handed to methods of ours, which C2 need not inline, except to exp in the
 * hottest loop.
 */
final class VectorLaneKernels extends RowReductions {
  private static final int L = LaneSpecies.LENGTH;

  /** Below this length the scalar code is faster, and there is no whole vector to lean on. */
  private static final int SHORT = 16;

  /** The virtual lanes of the contract. */
  private static final int GROUP = 16;

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
    int whole = length & -L;
    if (whole > 0) {
      VectorMaps.exp(x, xFrom, y, yFrom, whole);
    }
    scalar.exp(x, xFrom + whole, y, yFrom + whole, length - whole);
  }

  @Override
  public void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.divide(x, xFrom, divisor, y, yFrom, length);
    } else {
      VectorMaps.divide(x, xFrom, 0f, divisor, y, yFrom, length); // x - 0 is x
    }
  }

  @Override
  public void shiftAndDivide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.shiftAndDivide(x, xFrom, shift, divisor, y, yFrom, length);
    } else {
      VectorMaps.divide(x, xFrom, shift, divisor, y, yFrom, length);
    }
  }

  @Override
  public void logWeights(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.logWeights(x, xFrom, shift, logSum, y, yFrom, length);
    } else {
      VectorMaps.subtract(x, xFrom, shift, logSum, y, yFrom, length);
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
    int whole = length & -L;
    if (whole > 0) {
      VectorMaps.backward(y, yFrom, dy, dyFrom, dot, divisor, dx, dxFrom, whole);
    }
    scalar.backward(
        y, yFrom + whole, dy, dyFrom + whole, dot, divisor, dx, dxFrom + whole, length - whole);
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
    int whole = length & -L;
    if (whole > 0) {
      VectorMaps.logBackward(y, yFrom, dy, dyFrom, sum, divisor, dx, dxFrom, whole);
    }
    scalar.logBackward(
        y, yFrom + whole, dy, dyFrom + whole, sum, divisor, dx, dxFrom + whole, length - whole);
  }

  @Override
  protected int leafBits(Reduction reduction, int from, int to) {
    switch (reduction) {
      case SUM:
        return to - from >= LEAF ? LEAF_BITS : BLOCK_BITS;
      case DOT:
      case VISIBLE_SUM:
        return BLOCK_BITS;
      default:
        return to % GROUP == 0 ? LEAF_BITS : BLOCK_BITS;
    }
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
    if (to - first < SHORT) {
      return ScalarBlocks.block(reduction, x, xRow, y, yRow, from, to, shift);
    }
    switch (reduction) {
      case SUM:
        return FloatPair.of(leafSum(x, xRow + from, xRow + to), 0f);
      case DOT:
        return FloatPair.of(VectorBlocks.dot(x, xRow, y, yRow, from, to), 0f);
      case VISIBLE_SUM:
        return FloatPair.of(VectorBlocks.visibleSum(x, xRow, y, yRow, from, to), 0f);
      default:
        return to % GROUP == 0
            ? wholeWeights(reduction, x, xRow, y, yRow, from, to, shift, scratch)
            : raggedWeights(reduction, x, xRow, y, yRow, from, to, shift, scratch);
    }
  }

  private static float leafSum(float[] x, int from, int to) {
    if (to - from < LEAF) {
      return VectorBlocks.sum(x, from, to);
    }
    if (L == 16) {
      return VectorBlocks.spanSum(x, from);
    }
    int middle = from + 2 * BLOCK;
    if (L == 8) {
      return VectorBlocks.spanSum(x, from) + VectorBlocks.spanSum(x, middle);
    }
    float left = VectorBlocks.spanSum(x, from) + VectorBlocks.spanSum(x, from + BLOCK);
    float right = VectorBlocks.spanSum(x, middle) + VectorBlocks.spanSum(x, middle + BLOCK);
    return left + right;
  }

  private static long wholeWeights(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      float[] scratch) {
    if (reduction == Reduction.WEIGHTS) {
      return FloatPair.of(VectorWeights.write(x, xRow, y, yRow, from, to, shift, scratch), 0f);
    }
    boolean writes = reduction == Reduction.WEIGHTS_AND_MOMENT;
    return VectorWeights.moment(x, xRow, y, yRow, from, to, shift, writes, scratch);
  }

  /** A part of a block that does not end with a whole group: filled up with what weighs nothing. */
  private static long raggedWeights(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      float[] scratch) {
    int length = to - from;
    int filled = (length + GROUP - 1) & -GROUP;
    System.arraycopy(x, xRow + from, scratch, 0, length);
    Arrays.fill(scratch, length, filled, Float.NEGATIVE_INFINITY);
    long sums = wholeWeights(reduction, scratch, 0, scratch, 0, 0, filled, shift, scratch);
    if (reduction == Reduction.WEIGHTS || reduction == Reduction.WEIGHTS_AND_MOMENT) {
      System.arraycopy(scratch, 0, y, yRow + from, length);
    }
    return sums;
  }
}
