package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.RowReductions.Reduction;

/**
 * Sums over a block in the order that {@link RowReductions} describes.
 *
 * <p>The vector kernels use them too, for rows of less than one vector.
 */
public final class ScalarBlocks {
  private ScalarBlocks() {}

  /** See {@code RowReductions.leaf}. */
  public static long block(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift) {
    if (reduction == Reduction.SUM) {
      return FloatPair.of(sum(x, xRow + from, xRow + to), 0f);
    }
    return lanes(reduction, x, xRow, y, yRow, from, to, shift, 0, 1);
  }

  /**
   * The tree over those of a block's 16 virtual lanes that are congruent to {@code lane} modulo
   * {@code step}. A recursion, because an array of 16 sums would be garbage.
   */
  private static long lanes(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      int lane,
      int step) {
    if (from + lane >= to) {
      return 0L;
    }
    if (step < LANES) {
      return FloatPair.add(
          lanes(reduction, x, xRow, y, yRow, from, to, shift, lane, 2 * step),
          lanes(reduction, x, xRow, y, yRow, from, to, shift, lane + step, 2 * step));
    }
    switch (reduction) {
      case DOT:
        return FloatPair.of(dotLane(x, xRow, y, yRow, from + lane, to), 0f);
      case VISIBLE_SUM:
        return FloatPair.of(visibleSumLane(x, xRow, y, yRow, from + lane, to), 0f);
      case WEIGHT_REST:
        return restLane(x, xRow, y, yRow, from + lane, to, shift);
      default:
        boolean writes =
            reduction == Reduction.WEIGHTS || reduction == Reduction.WEIGHTS_AND_MOMENT;
        return weightsLane(x, xRow, y, yRow, from + lane, to, shift, writes);
    }
  }

  private static long weightsLane(
      float[] x, int xRow, float[] y, int yRow, int from, int to, float shift, boolean writes) {
    float sum = 0f;
    float moment = 0f;
    for (int j = from; j < to; j += LANES) {
      float d = x[xRow + j] - shift;
      float p = ScalarMath.flushedExp(d);
      if (writes) {
        y[yRow + j] = p;
      }
      sum += p;
      if (p != 0f) {
        moment = ScalarMath.fma(p, d, moment);
      }
    }
    return FloatPair.of(sum, moment);
  }

  private static long restLane(
      float[] x, int xRow, float[] y, int yRow, int from, int to, float shift) {
    float sum = 0f;
    int found = 0;
    for (int j = from; j < to; j += LANES) {
      float d = x[xRow + j] - shift;
      y[yRow + j] = d;
      if (d == 0f) {
        found++;
      } else {
        sum += ScalarMath.flushedExp(d);
      }
    }
    return FloatPair.of(sum, found);
  }

  private static float dotLane(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    float sum = 0f;
    for (int j = from; j < to; j += LANES) {
      float weight = y[yRow + j];
      if (weight != 0f) {
        sum = ScalarMath.fma(weight, dy[dyRow + j], sum);
      }
    }
    return sum;
  }

  private static float visibleSumLane(
      float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    float sum = 0f;
    for (int j = from; j < to; j += LANES) {
      if (y[yRow + j] != Float.NEGATIVE_INFINITY) {
        sum += dy[dyRow + j];
      }
    }
    return sum;
  }

  /** The sum of one block, or less, with a local variable for each virtual lane. */
  private static float sum(float[] x, int from, int to) {
    float a0 = 0f;
    float a1 = 0f;
    float a2 = 0f;
    float a3 = 0f;
    float a4 = 0f;
    float a5 = 0f;
    float a6 = 0f;
    float a7 = 0f;
    float a8 = 0f;
    float a9 = 0f;
    float a10 = 0f;
    float a11 = 0f;
    float a12 = 0f;
    float a13 = 0f;
    float a14 = 0f;
    float a15 = 0f;
    int j = from;
    for (; j + LANES <= to; j += LANES) {
      a0 += x[j];
      a1 += x[j + 1];
      a2 += x[j + 2];
      a3 += x[j + 3];
      a4 += x[j + 4];
      a5 += x[j + 5];
      a6 += x[j + 6];
      a7 += x[j + 7];
      a8 += x[j + 8];
      a9 += x[j + 9];
      a10 += x[j + 10];
      a11 += x[j + 11];
      a12 += x[j + 12];
      a13 += x[j + 13];
      a14 += x[j + 14];
      a15 += x[j + 15];
    }
    int rest = to - j;
    a0 += rest > 0 ? x[j] : 0f;
    a1 += rest > 1 ? x[j + 1] : 0f;
    a2 += rest > 2 ? x[j + 2] : 0f;
    a3 += rest > 3 ? x[j + 3] : 0f;
    a4 += rest > 4 ? x[j + 4] : 0f;
    a5 += rest > 5 ? x[j + 5] : 0f;
    a6 += rest > 6 ? x[j + 6] : 0f;
    a7 += rest > 7 ? x[j + 7] : 0f;
    a8 += rest > 8 ? x[j + 8] : 0f;
    a9 += rest > 9 ? x[j + 9] : 0f;
    a10 += rest > 10 ? x[j + 10] : 0f;
    a11 += rest > 11 ? x[j + 11] : 0f;
    a12 += rest > 12 ? x[j + 12] : 0f;
    a13 += rest > 13 ? x[j + 13] : 0f;
    a14 += rest > 14 ? x[j + 14] : 0f;
    return ((((a0 + a8) + (a4 + a12)) + ((a2 + a10) + (a6 + a14)))
        + (((a1 + a9) + (a5 + a13)) + ((a3 + a11) + (a7 + a15))));
  }
}
