package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.GradientKernels;
import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.scalar.ScalarGradientKernels;
import io.github.lanewise.internal.vector.generated.GradientLoops;
import io.github.lanewise.internal.vector.generated.Softcaps;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient kernels in lanes of any width. Panels are {@link #PANEL} columns wide, so every loop
 * over columns runs over whole vectors: lanes beyond {@code columns} hold scratch.
 */
public final class VectorGradientKernels implements GradientKernels {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;
  private static final GradientKernels SCALAR = new ScalarGradientKernels();

  @Override
  public void rowDots(
      float[] a,
      int aFrom,
      int aStride,
      float[] b,
      int bFrom,
      int bStride,
      int rows,
      int width,
      float[] dots,
      int at,
      float[] scratch) {
    for (int r = 0; r < rows; r++) {
      dots[at + r] =
          width == 0 ? 0f : dot(a, aFrom + r * aStride, b, bFrom + r * bStride, 0, width, scratch);
    }
  }

  /** The tree over blocks; see {@code RowReductions}. */
  private static float dot(
      float[] a, int aRow, float[] b, int bRow, int from, int to, float[] sums) {
    int last = to - 1;
    if (from / CHUNK == last / CHUNK) {
      int whole = (to - from) & -LANES;
      Arrays.fill(sums, 0, LANES, 0f);
      for (int lane = 0; lane < LANES; lane += L) {
        addProducts(a, aRow + from + lane, b, bRow + from + lane, whole, sums, lane);
      }
      ScalarGradientKernels.addProducts(a, aRow + from, b, bRow + from, whole, to - from, sums);
      return ScalarGradientKernels.foldLanes(sums);
    }
    int level = 31 - Integer.numberOfLeadingZeros(from ^ last);
    int middle = last >> level << level;
    float left = dot(a, aRow, b, bRow, from, middle, sums);
    return left + dot(a, aRow, b, bRow, middle, to, sums);
  }

  private static void addProducts(
      float[] a, int aFrom, float[] b, int bFrom, int length, float[] sums, int lane) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector sum = FloatVector.fromArray(F, sums, lane);
    for (int j = 0; j < length; j += LANES) {
      sum = FloatVector.fromArray(F, a, aFrom + j).fma(FloatVector.fromArray(F, b, bFrom + j), sum);
    }
    sum.intoArray(sums, lane);
  }

  @Override
  public void softcap(
      float[] s, int from, int rows, int columns, float scale, float cap, float[] slopes) {
    Softcaps.capWithSlopes(s, from, rows, columns, scale, cap, slopes);
  }

  @Override
  public void differentiate(
      float[] s,
      float[] dp,
      int from,
      int rows,
      int columns,
      float[] logSumExp,
      float[] dots,
      int at,
      float factor) {
    for (int c = 0; c < columns; c += L) {
      GradientLoops.differentiate(s, dp, from + c, rows, logSumExp, dots, at, factor);
    }
  }

  @Override
  public void scoreProducts(float[] s, float[] ds, int from, int rows, int columns) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector lowest = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c += L) {
        int at = from + r * PANEL + c;
        FloatVector score = FloatVector.fromArray(F, s, at);
        score
            .mul(FloatVector.fromArray(F, ds, at))
            .blend(0f, score.compare(VectorOperators.EQ, lowest))
            .intoArray(s, at);
      }
    }
  }

  @Override
  public void addToLanes(float[] x, int from, int rows, int columns, float[] sums, int at) {
    if (columns < PANEL) {
      SCALAR.addToLanes(x, from, rows, columns, sums, at);
      return;
    }
    addWholeRows(x, from, rows, sums, at);
  }

  private static void addWholeRows(float[] x, int from, int rows, float[] sums, int at) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int r = 0; r < rows; r++) {
      for (int lane = 0; lane < LANES; lane += L) {
        int row = from + r * PANEL + lane;
        int to = at + r * LANES + lane;
        FloatVector.fromArray(F, sums, to)
            .add(FloatVector.fromArray(F, x, row))
            .add(FloatVector.fromArray(F, x, row + LANES))
            .intoArray(sums, to);
      }
    }
  }

  @Override
  public void foldLanes(float[] sums, int at, int rows, float[] out, int to) {
    SCALAR.foldLanes(sums, at, rows, out, to);
  }

  @Override
  public void sumRows(float[] x, int from, int rows, int columns, float[] out, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int c = 0; c < columns; c += L) {
      FloatVector sum = FloatVector.zero(F);
      for (int r = 0; r < rows; r++) {
        sum = sum.add(FloatVector.fromArray(F, x, from + r * PANEL + c));
      }
      sum.intoArray(out, to + c);
    }
  }

  @Override
  public float sinkSum(float sink, float[] logSumExp, float[] dots, int rows) {
    return SCALAR.sinkSum(sink, logSumExp, dots, rows);
  }

  @Override
  public void multiply(float[] x, float[] factors, int from, int rows, int columns) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c += L) {
        int at = from + r * PANEL + c;
        FloatVector.fromArray(F, x, at).mul(FloatVector.fromArray(F, factors, at)).intoArray(x, at);
      }
    }
  }

  @Override
  public void add(float[] a, int aFrom, float[] b, int bFrom, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int i = 0; i < length; i += L) {
      FloatVector.fromArray(F, a, aFrom + i)
          .add(FloatVector.fromArray(F, b, bFrom + i))
          .intoArray(a, aFrom + i);
    }
  }

  @Override
  public void addZero(float[] a, int from, int length) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int i = from; i < from + length; i += L) {
      FloatVector.fromArray(F, a, i).add(0f).intoArray(a, i);
    }
  }
}
