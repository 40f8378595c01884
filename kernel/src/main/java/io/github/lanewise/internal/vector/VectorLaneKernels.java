package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK_BITS;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.scalar.ScalarBlocks;
import io.github.lanewise.internal.scalar.ScalarLaneKernels;
import io.github.lanewise.internal.vector.generated.ExpLoops;
import io.github.lanewise.internal.vector.generated.GradientLoops;
import io.github.lanewise.internal.vector.generated.RowFolds;
import io.github.lanewise.internal.vector.generated.RowGroups;
import io.github.lanewise.internal.vector.generated.RowWeights;
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

  /** The same for sums: a whole tree over 16 lanes pays only for more than two of its vectors. */
  private static final int SHORT_SUM = 32;

  /** Exponentials that take the time of a vector of them. */
  private static final int FEW = 3;

  private static final int STEP = ExpLoops.STEP;

  /** The virtual lanes of a block of which nothing has been added up. */
  private static final float[] NO_SUMS = new float[LANES];

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
  public int indexOf(float[] x, int from, int to, float value) {
    return to - from < SHORT
        ? scalar.indexOf(x, from, to, value)
        : VectorMax.indexOf(x, from, to, value);
  }

  @Override
  public float maskedCopy(
      float[] x, int xFrom, float[] y, int yFrom, int length, long[] bits, int at) {
    return VectorMax.maskedCopy(x, xFrom, y, yFrom, length, bits, at);
  }

  /** Whether rows are better taken one by one: long ones, whose sums have a tree of their own. */
  private static boolean goSingly(int length) {
    return length > CHUNK;
  }

  /** The vectors of a run, of which the last need not be full. */
  private static int vectors(int length) {
    return (length + L - 1) / L;
  }

  @Override
  public void rowMaxima(float[] x, int xAt, int xStride, int rows, int length, float[] group) {
    if (goSingly(length)) {
      for (int r = 0; r < rows; r++) {
        int row = xAt + r * xStride;
        group[r] = VectorMax.largest(x, row, row + length);
      }
      return;
    }
    if (length == L && xStride == L && xAt <= x.length - vectors(rows) * L * L) {
      RowFolds.foldMaxima(x, xAt, rows, group); // which reads as many rows as fill a vector
      return;
    }
    switch (vectors(length)) {
      case 1, 2:
        RowGroups.maxima2(x, xAt, xStride, rows, length, group);
        break;
      case 3:
        RowGroups.maxima3(x, xAt, xStride, rows, length, group);
        break;
      case 4:
        RowGroups.maxima4(x, xAt, xStride, rows, length, group);
        break;
      case 5, 6, 7, 8:
        RowGroups.maxima8(x, xAt, xStride, rows, length, group);
        break;
      default:
        RowGroups.maxima(x, xAt, xStride, rows, length, group);
    }
    RowFolds.foldMaxima(group, GROUP_LANES, rows, group);
  }

  @Override
  public void hideMaxima(float[] x, int rows, int length, float[] maxima) {
    RowGroups.hideMaxima(x, rows, length, maxima);
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
    float[] shifts = reciprocals; // until they are there
    System.arraycopy(group, 0, shifts, 0, rows);
    if (goSingly(length)) {
      for (int r = 0; r < rows; r++) {
        int xRow = xAt + r * xStride;
        int pRow = pAt + r * pStride;
        long sum = weights(WeightSums.WRITE, x, xRow, p, pRow, 0, length, shifts[r], group);
        reciprocals[SUMS_OF_ROWS + r] = FloatPair.first(sum);
        reciprocals[r] = 1f / FloatPair.first(sum);
      }
      return;
    }
    if (length % LANES != 0 || (rows > 1 && (xStride != length || pStride != length))) {
      rowWeights(x, xAt, xStride, rows, length, group, p, pAt, pStride);
    } else if (length == L) {
      RowGroups.vectorWeights(x, xAt, rows, shifts, p, pAt);
      if (pAt <= p.length - vectors(rows) * L * L) {
        RowFolds.foldReciprocals(p, pAt, rows, reciprocals);
        return;
      }
      System.arraycopy(p, pAt, group, RowGroups.GROUP_SUMS, rows * L);
    } else if (length == 2 * L) {
      RowGroups.wholeWeights2(x, xAt, rows, shifts, p, pAt, group);
    } else if (length == 3 * L) {
      RowGroups.wholeWeights3(x, xAt, rows, shifts, p, pAt, group);
    } else if (length == 4 * L) {
      RowGroups.wholeWeights4(x, xAt, rows, shifts, p, pAt, group);
    } else {
      RowGroups.wholeWeights(x, xAt, rows, length, shifts, p, pAt, group);
    }
    RowFolds.foldReciprocals(group, RowGroups.GROUP_SUMS, rows, reciprocals);
  }

  /** Rows of any length and distance. */
  private static void rowWeights(
      float[] x,
      int xAt,
      int xStride,
      int rows,
      int length,
      float[] group,
      float[] p,
      int pAt,
      int pStride) {
    int whole = (length - 1) / (4 * L) * (4 * L);
    if (whole > 0) {
      RowWeights.weights(x, xAt, xStride, rows, whole, group, p, pAt, pStride);
    } else {
      Arrays.fill(group, GROUP_LANES, GROUP_LANES + rows * LANES, 0f);
    }
    int from = xAt + whole;
    int to = pAt + whole;
    int left = length - whole;
    switch (vectors(left)) {
      case 1:
        RowWeights.lastWeights1(x, from, xStride, rows, left, group, p, to, pStride);
        break;
      case 2:
        RowWeights.lastWeights2(x, from, xStride, rows, left, group, p, to, pStride);
        break;
      case 3:
        RowWeights.lastWeights3(x, from, xStride, rows, left, group, p, to, pStride);
        break;
      default:
        RowWeights.lastWeights4(x, from, xStride, rows, left, group, p, to, pStride);
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
    if (length < LANES) {
      int whole = L == LANES ? rowsInside(y, yAt, yStride, rows) : 0;
      if (whole > 0) {
        RowGroups.scaleShort(p, pAt, whole, length, factors, y, yAt, yStride);
      }
      for (int r = whole; r < rows; r++) {
        scalar.scale(p, pAt + r * pStride, factors[r], y, yAt + r * yStride, length);
      }
      return;
    }
    if (length == L && pStride == L && yStride == L) {
      RowGroups.scaleVectors(p, pAt, rows, factors, y, yAt);
      return;
    }
    switch (vectors(length)) {
      case 1, 2:
        RowGroups.scale2(p, pAt, pStride, rows, length, factors, y, yAt, yStride);
        break;
      case 3:
        RowGroups.scale3(p, pAt, pStride, rows, length, factors, y, yAt, yStride);
        break;
      case 4:
        RowGroups.scale4(p, pAt, pStride, rows, length, factors, y, yAt, yStride);
        break;
      case 5, 6, 7, 8:
        RowGroups.scale8(p, pAt, pStride, rows, length, factors, y, yAt, yStride);
        break;
      default:
        RowGroups.scale(p, pAt, pStride, rows, length, factors, y, yAt, yStride);
    }
  }

  @Override
  public void stageRows(float[] x, int xAt, int xStride, int rows, int length, float[] staged) {
    int whole = rowsInside(x, xAt, xStride, rows);
    if (whole > 0) {
      RowGroups.stage(x, xAt, xStride, whole, length, staged);
    }
    for (int r = whole; r < rows; r++) {
      System.arraycopy(x, xAt + r * xStride, staged, r * LANES, length);
      Arrays.fill(staged, r * LANES + length, (r + 1) * LANES, Float.NEGATIVE_INFINITY);
    }
  }

  /** How many of the rows are followed by enough of the array for 16 elements of each. */
  private static int rowsInside(float[] x, int at, int stride, int rows) {
    int last = x.length - LANES - at;
    return last < 0 ? 0 : (int) Math.min(rows, 1L + last / Math.max(1, stride));
  }

  @Override
  public void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    int whole = length & -L;
    int rest = length - whole;
    if (whole > 0) {
      VectorElementwise.exp(x, xFrom, y, yFrom, whole);
      if (rest > 0) {
        ExpLoops.end(x, xFrom, y, yFrom, length, rest);
      }
    } else if (rest >= FEW && L == LANES && xFrom <= x.length - L && yFrom <= y.length - L) {
      ExpLoops.small(x, xFrom, y, yFrom, rest);
    } else {
      scalar.exp(x, xFrom, y, yFrom, rest);
    }
  }

  @Override
  public void scale(float[] x, int xFrom, float factor, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.scale(x, xFrom, factor, y, yFrom, length);
    } else {
      VectorElementwise.scale(x, xFrom, factor, y, yFrom, length);
    }
  }

  @Override
  public float fmaAndLargest(
      float[] y, int yFrom, float factor, float addend, float[] x, int xFrom, int length) {
    return length < SHORT
        ? scalar.fmaAndLargest(y, yFrom, factor, addend, x, xFrom, length)
        : VectorMax.fmaAndLargest(y, yFrom, factor, addend, x, xFrom, length);
  }

  @Override
  public void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.divide(x, xFrom, divisor, y, yFrom, length);
    } else {
      VectorElementwise.divide(x, xFrom, 0f, divisor, y, yFrom, length); // x - 0 is x
    }
  }

  @Override
  public void shiftAndDivide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.shiftAndDivide(x, xFrom, shift, divisor, y, yFrom, length);
    } else {
      VectorElementwise.divide(x, xFrom, shift, divisor, y, yFrom, length);
    }
  }

  @Override
  public void logWeights(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
    if (length < SHORT) {
      scalar.logWeights(x, xFrom, shift, logSum, y, yFrom, length);
    } else {
      VectorElementwise.subtract(x, xFrom, shift, logSum, y, yFrom, length);
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
    if (whole > 0 && divisor == 1f) {
      VectorElementwise.undividedBackward(y, yFrom, dy, dyFrom, dot, dx, dxFrom, whole);
    } else if (whole > 0) {
      VectorElementwise.backward(y, yFrom, dy, dyFrom, dot, divisor, dx, dxFrom, whole);
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
      GradientLoops.logBackward(y, yFrom, dy, dyFrom, sum, divisor, dx, dxFrom, whole);
    }
    scalar.logBackward(
        y, yFrom + whole, dy, dyFrom + whole, sum, divisor, dx, dxFrom + whole, length - whole);
  }

  @Override
  protected int leafBits(Reduction reduction, int from, int to) {
    switch (reduction) {
      case SUM:
      case DOT:
        return to - from >= LEAF ? LEAF_BITS : CHUNK_BITS;
      case VISIBLE_SUM:
        return CHUNK_BITS;
      default:
        return LEAF_BITS;
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
    if (to - first < SHORT_SUM && isPlain(reduction)) {
      return ScalarBlocks.block(reduction, x, xRow, y, yRow, from, to, shift);
    }
    switch (reduction) {
      case SUM:
        return FloatPair.of(leafSum(x, xRow + from, xRow + to), 0f);
      case DOT:
        return FloatPair.of(leafDot(x, xRow, y, yRow, from, to), 0f);
      case VISIBLE_SUM:
        return FloatPair.of(VectorBlocks.visibleSum(x, xRow, y, yRow, from, to), 0f);
      case WEIGHT_REST:
        return rest(x, xRow, y, yRow, from, to, shift, scratch);
      default:
        return weights(reduction, x, xRow, y, yRow, from, to, shift, scratch);
    }
  }

  private static boolean isPlain(Reduction reduction) {
    return reduction == Reduction.SUM
        || reduction == Reduction.DOT
        || reduction == Reduction.VISIBLE_SUM;
  }

  private static float leafSum(float[] x, int from, int to) {
    if (to - from < LEAF) {
      return VectorBlocks.sum(x, from, to);
    }
    if (L == 16) {
      return VectorBlocks.spanSum(x, from);
    }
    int middle = from + 2 * CHUNK;
    if (L == 8) {
      return VectorBlocks.spanSum(x, from) + VectorBlocks.spanSum(x, middle);
    }
    float left = VectorBlocks.spanSum(x, from) + VectorBlocks.spanSum(x, from + CHUNK);
    float right = VectorBlocks.spanSum(x, middle) + VectorBlocks.spanSum(x, middle + CHUNK);
    return left + right;
  }

  private static float leafDot(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    if (to - from < LEAF) {
      return VectorBlocks.dot(y, yRow, dy, dyRow, from, to);
    }
    int a = yRow + from;
    int b = dyRow + from;
    if (L == 16) {
      return VectorBlocks.spanDot(y, a, dy, b);
    }
    int half = 2 * CHUNK;
    if (L == 8) {
      return VectorBlocks.spanDot(y, a, dy, b) + VectorBlocks.spanDot(y, a + half, dy, b + half);
    }
    float left = VectorBlocks.spanDot(y, a, dy, b);
    left += VectorBlocks.spanDot(y, a + CHUNK, dy, b + CHUNK);
    float right = VectorBlocks.spanDot(y, a + half, dy, b + half);
    right += VectorBlocks.spanDot(y, a + half + CHUNK, dy, b + half + CHUNK);
    return left + right;
  }

  private static long weights(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      float[] scratch) {
    boolean moment =
        reduction == Reduction.WEIGHTS_AND_MOMENT || reduction == Reduction.WEIGHT_SUM_AND_MOMENT;
    boolean writes = reduction == Reduction.WEIGHTS || reduction == Reduction.WEIGHTS_AND_MOMENT;
    // A kernel that writes only at times is one that boxes: what nobody wants goes to scratch.
    float[] target = writes ? y : scratch;
    int row = writes ? yRow : SCRATCH_WEIGHTS - from;
    if (to - from == LEAF && !moment) {
      return FloatPair.of(leafWeights(x, xRow + from, target, row + from, shift), 0f);
    }
    int whole = to & -STEP;
    boolean endsShort = whole < to && !moment && fits(to - whole, x, target);
    if (from < whole || !endsShort) {
      VectorBlocks.clear(scratch, from, endsShort ? whole : to, moment);
    }
    if (from < whole) {
      weights(x, xRow, target, row, from, whole, shift, moment, scratch);
    }
    if (endsShort) {
      boolean begins = whole == from || whole % CHUNK == 0;
      float[] lanes = begins ? NO_SUMS : scratch;
      int at = begins ? 0 : ExpLoops.SUMS + whole / CHUNK % 4 * LANES;
      float end =
          to - whole < L
              ? ExpLoops.fewOfBlock(x, xRow, target, row, whole, to, shift, lanes, at)
              : ExpLoops.endOfBlock(x, xRow, target, row, whole, to, shift, lanes, at);
      return FloatPair.of(VectorBlocks.leafSum(scratch, ExpLoops.SUMS, from, to, end), 0f);
    }
    if (whole < to) {
      int rest = fillStep(x, xRow, whole, to, scratch);
      weights(scratch, -whole, scratch, -whole, whole, whole + STEP, shift, moment, scratch);
      if (writes) {
        System.arraycopy(scratch, 0, y, yRow + whole, rest);
      }
    }
    float sum = VectorBlocks.leafSum(scratch, ExpLoops.SUMS, from, to);
    return FloatPair.of(
        sum, moment ? VectorBlocks.leafSum(scratch, ExpLoops.MOMENTS, from, to) : 0f);
  }

  private static float leafWeights(float[] x, int xAt, float[] y, int yAt, float shift) {
    if (L == 16) {
      return ExpLoops.weightsOfSpan(x, xAt, y, yAt, shift);
    }
    int half = 2 * CHUNK;
    if (L == 8) {
      float left = ExpLoops.weightsOfSpan(x, xAt, y, yAt, shift);
      return left + ExpLoops.weightsOfSpan(x, xAt + half, y, yAt + half, shift);
    }
    float left = ExpLoops.weightsOfSpan(x, xAt, y, yAt, shift);
    left += ExpLoops.weightsOfSpan(x, xAt + CHUNK, y, yAt + CHUNK, shift);
    float right = ExpLoops.weightsOfSpan(x, xAt + half, y, yAt + half, shift);
    right += ExpLoops.weightsOfSpan(x, xAt + half + CHUNK, y, yAt + half + CHUNK, shift);
    return left + right;
  }

  /** Whether the last elements, less than a step, can be weighed where they lie. */
  private static boolean fits(int count, float[] x, float[] y) {
    return count >= L || (L == LANES && x.length >= L && y.length >= L);
  }

  private static long rest(
      float[] x, int xRow, float[] y, int yRow, int from, int to, float shift, float[] scratch) {
    VectorBlocks.clear(scratch, from, to, false);
    int whole = to & -STEP;
    int found = 0;
    if (to - from == LEAF) {
      int lanes = ExpLoops.SUMS;
      for (int j = from; j < to; j += ExpLoops.SPAN, lanes += 4 * L) {
        found += ExpLoops.restOfSpan(x, xRow + j, y, yRow + j, shift, scratch, lanes);
      }
    } else if (from < whole) {
      found = ExpLoops.rest(x, xRow, y, yRow, from, whole, shift, scratch);
    }
    if (whole < to) {
      int left = fillStep(x, xRow, whole, to, scratch);
      found += ExpLoops.rest(scratch, -whole, scratch, -whole, whole, whole + STEP, shift, scratch);
      System.arraycopy(scratch, 0, y, yRow + whole, left);
    }
    return FloatPair.of(VectorBlocks.leafSum(scratch, ExpLoops.SUMS, from, to), found);
  }

  /**
   * Copies elements [from, to) to scratch, filled up to a step with what weighs nothing, as if
   * scratch were the row.
   *
   * @return how many there are
   */
  private static int fillStep(float[] x, int xRow, int from, int to, float[] scratch) {
    int rest = to - from;
    System.arraycopy(x, xRow + from, scratch, 0, rest);
    Arrays.fill(scratch, rest, STEP, Float.NEGATIVE_INFINITY);
    return rest;
  }

  private static void weights(
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      boolean moment,
      float[] scratch) {
    if (moment) {
      ExpLoops.weightsAndMoments(x, xRow, y, yRow, from, to, shift, scratch);
    } else {
      ExpLoops.weights(x, xRow, y, yRow, from, to, shift, scratch);
    }
  }

  @Override
  public long pack(boolean[] flags, int from, int length) {
    return BooleanPacking.pack(flags, from, length);
  }

  @Override
  public void pack(boolean[] flags, int from, int length, long[] bits, int at) {
    BooleanPacking.pack(flags, from, length, bits, at);
  }
}
