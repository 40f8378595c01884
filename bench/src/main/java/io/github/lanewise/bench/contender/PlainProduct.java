package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import java.util.Arrays;

/**
 * C = A·B or A·Bᵀ: four rows of C at once, four steps of the depth at a time.
 *
 * <p>Every row has an array of its own, and all arrays are read at the same index from 0 on: C2
 * leaves a loop scalar that reads and writes two parts of one array, or two arrays at different
 * offsets, as they might overlap; and this one also if it begins anywhere else.
 */
final class PlainProduct {
  /** Columns of a block: 4 rows of B and 4 of C are 16 KB. */
  private static final int BLOCK = 512;

  private final boolean transposed;
  private final int columns;
  private final int depth;
  private final float[] a;
  private final float[] b;
  private final float[] c;
  private final float[][] bRows;
  private final float[][] cRows;

  PlainProduct(Question question, float[] a, float[] b, float[] c) {
    this.transposed = question.operation() == Operation.QK;
    this.columns = question.columns();
    this.depth = question.depth();
    this.a = a;
    this.b = b;
    this.c = c;
    int block = Math.min(columns, BLOCK);
    this.bRows = new float[depth][block];
    this.cRows = new float[4][block];
  }

  void compute() {
    int rows = a.length / depth;
    for (int first = 0; first < columns; first += BLOCK) {
      int width = Math.min(BLOCK, columns - first);
      pack(first, width);
      for (int i = 0; i < rows; i += 4) {
        block(i, rows - 1, width);
        for (int r = 0; r < 4 && i + r < rows; r++) {
          System.arraycopy(cRows[r], 0, c, (i + r) * columns + first, width);
        }
      }
    }
  }

  /** The rows of B, cut to the block. */
  private void pack(int first, int width) {
    if (transposed) {
      transpose(b, first * depth, width, bRows);
      return;
    }
    for (int p = 0; p < depth; p++) {
      System.arraycopy(b, p * columns + first, bRows[p], 0, width);
    }
  }

  /** Beyond the last row, the last again: its results are dropped. */
  private void block(int i, int last, int width) {
    for (float[] row : cRows) {
      Arrays.fill(row, 0, width, 0f);
    }
    int a0 = i * depth;
    int a1 = Math.min(i + 1, last) * depth;
    int a2 = Math.min(i + 2, last) * depth;
    int a3 = Math.min(i + 3, last) * depth;
    accumulate(a, a0, a1, a2, a3, bRows, 0, depth, cRows, width);
  }

  /**
   * Adds to cRows[r][0, length) the products of four runs of a with rows of B: Σ over p in [0,
   * depth) of a[aᵣ + p]·bRows[first + p].
   */
  static void accumulate(
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      float[][] bRows,
      int first,
      int depth,
      float[][] cRows,
      int length) {
    int p = 0;
    for (; p <= depth - 4; p += 4) {
      float[] b0 = bRows[first + p];
      float[] b1 = bRows[first + p + 1];
      float[] b2 = bRows[first + p + 2];
      float[] b3 = bRows[first + p + 3];
      tile(a, a0 + p, a1 + p, a2 + p, a3 + p, b0, b1, b2, b3, cRows, length);
    }
    for (; p < depth; p++) {
      step(a[a0 + p], bRows[first + p], cRows[0], length);
      step(a[a1 + p], bRows[first + p], cRows[1], length);
      step(a[a2 + p], bRows[first + p], cRows[2], length);
      step(a[a3 + p], bRows[first + p], cRows[3], length);
    }
  }

  private static void tile(
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float[][] cRows,
      int length) {
    float a00 = a[a0];
    float a01 = a[a0 + 1];
    float a02 = a[a0 + 2];
    float a03 = a[a0 + 3];
    float a10 = a[a1];
    float a11 = a[a1 + 1];
    float a12 = a[a1 + 2];
    float a13 = a[a1 + 3];
    float a20 = a[a2];
    float a21 = a[a2 + 1];
    float a22 = a[a2 + 2];
    float a23 = a[a2 + 3];
    float a30 = a[a3];
    float a31 = a[a3 + 1];
    float a32 = a[a3 + 2];
    float a33 = a[a3 + 3];
    float[] c0 = cRows[0];
    float[] c1 = cRows[1];
    float[] c2 = cRows[2];
    float[] c3 = cRows[3];
    for (int j = 0; j < length; j++) {
      float x0 = b0[j];
      float x1 = b1[j];
      float x2 = b2[j];
      float x3 = b3[j];
      c0[j] = Math.fma(a03, x3, Math.fma(a02, x2, Math.fma(a01, x1, Math.fma(a00, x0, c0[j]))));
      c1[j] = Math.fma(a13, x3, Math.fma(a12, x2, Math.fma(a11, x1, Math.fma(a10, x0, c1[j]))));
      c2[j] = Math.fma(a23, x3, Math.fma(a22, x2, Math.fma(a21, x1, Math.fma(a20, x0, c2[j]))));
      c3[j] = Math.fma(a33, x3, Math.fma(a32, x2, Math.fma(a31, x1, Math.fma(a30, x0, c3[j]))));
    }
  }

  private static void step(float a, float[] b, float[] c, int length) {
    for (int j = 0; j < length; j++) {
      c[j] = Math.fma(a, b[j], c[j]);
    }
  }

  /** columns[p][j] = x[from + j·depth + p]. */
  static void transpose(float[] x, int from, int rows, float[][] columns) {
    int depth = columns.length;
    for (int p = 0; p < depth; p++) {
      float[] column = columns[p];
      for (int j = 0; j < rows; j++) {
        column[j] = x[from + j * depth + p];
      }
    }
  }

  /** Four sums in turn, as C2 may not reorder one. */
  static float dot(float[] x, float[] y, int from, int to) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    int i = from;
    for (; i <= to - 4; i += 4) {
      sum0 = Math.fma(x[i], y[i], sum0);
      sum1 = Math.fma(x[i + 1], y[i + 1], sum1);
      sum2 = Math.fma(x[i + 2], y[i + 2], sum2);
      sum3 = Math.fma(x[i + 3], y[i + 3], sum3);
    }
    for (; i < to; i++) {
      sum0 = Math.fma(x[i], y[i], sum0);
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }
}
