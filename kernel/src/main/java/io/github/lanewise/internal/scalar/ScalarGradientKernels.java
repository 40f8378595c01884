package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.GradientKernels;
import java.util.Arrays;

/** The gradient kernels in scalar Java: the same operations as the vector ones. */
public final class ScalarGradientKernels implements GradientKernels {

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
      Arrays.fill(sums, 0, LANES, 0f);
      addProducts(a, aRow + from, b, bRow + from, 0, to - from, sums);
      return foldLanes(sums);
    }
    int level = 31 - Integer.numberOfLeadingZeros(from ^ last);
    int middle = last >> level << level;
    float left = dot(a, aRow, b, bRow, from, middle, sums);
    return left + dot(a, aRow, b, bRow, middle, to, sums);
  }

  /** Adds the products of the elements {@code [from, to)} to their virtual lanes. */
  public static void addProducts(
      float[] a, int aRow, float[] b, int bRow, int from, int to, float[] sums) {
    for (int j = from; j < to; j++) {
      int lane = j % LANES;
      sums[lane] = ScalarMath.fma(a[aRow + j], b[bRow + j], sums[lane]);
    }
  }

  /** The fixed tree (8, 4, 2, 1) over the 16 virtual lanes. */
  public static float foldLanes(float[] sums) {
    for (int half = LANES / 2; half >= 1; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        sums[lane] += sums[lane + half];
      }
    }
    return sums[0];
  }

  @Override
  public void softcap(
      float[] s, int from, int rows, int columns, float scale, float cap, float[] slopes) {
    for (int r = 0; r < rows; r++) {
      int row = from + r * PANEL;
      for (int c = 0; c < columns; c++) {
        float t = ScalarMath.tanh(s[row + c] * scale / cap);
        s[row + c] = cap * t;
        slopes[row + c] = ScalarMath.fma(-t, t, 1f);
      }
    }
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
    for (int r = 0; r < rows; r++) {
      int row = from + r * PANEL;
      for (int c = row; c < row + columns; c++) {
        if (s[c] == Float.NEGATIVE_INFINITY) {
          s[c] = 0f;
          dp[c] = 0f;
        } else {
          float p = ScalarMath.flushedExp(s[c] - logSumExp[at + r]);
          s[c] = p;
          dp[c] = p * (dp[c] - dots[at + r]) * factor;
        }
      }
    }
  }

  @Override
  public void scoreProducts(float[] s, float[] ds, int from, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      int row = from + r * PANEL;
      for (int c = row; c < row + columns; c++) {
        s[c] = s[c] == Float.NEGATIVE_INFINITY ? 0f : s[c] * ds[c];
      }
    }
  }

  @Override
  public void addToLanes(float[] x, int from, int rows, int columns, float[] sums, int at) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        sums[at + r * LANES + c % LANES] += x[from + r * PANEL + c];
      }
    }
  }

  @Override
  public void foldLanes(float[] sums, int at, int rows, float[] out, int to) {
    for (int r = 0; r < rows; r++) {
      int lanes = at + r * LANES;
      for (int half = LANES / 2; half >= 1; half /= 2) {
        for (int lane = lanes; lane < lanes + half; lane++) {
          sums[lane] += sums[lane + half];
        }
      }
      out[to + r] = sums[lanes];
    }
  }

  @Override
  public void sumRows(float[] x, int from, int rows, int columns, float[] out, int to) {
    Arrays.fill(out, to, to + columns, 0f);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out[to + c] += x[from + r * PANEL + c];
      }
    }
  }

  @Override
  public float sinkSum(float sink, float[] logSumExp, float[] dots, int rows) {
    float sum = 0f;
    for (int r = 0; r < rows; r++) {
      if (logSumExp[r] != Float.NEGATIVE_INFINITY) {
        sum = ScalarMath.fma(ScalarMath.flushedExp(sink - logSumExp[r]), dots[r], sum);
      }
    }
    return sum;
  }

  @Override
  public void multiply(float[] x, float[] factors, int from, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      int row = from + r * PANEL;
      for (int c = row; c < row + columns; c++) {
        x[c] *= factors[c];
      }
    }
  }

  @Override
  public void add(float[] a, int aFrom, float[] b, int bFrom, int length) {
    for (int i = 0; i < length; i++) {
      a[aFrom + i] += b[bFrom + i];
    }
  }

  @Override
  public void addZero(float[] a, int from, int length) {
    for (int i = from; i < from + length; i++) {
      a[i] += 0f;
    }
  }
}
