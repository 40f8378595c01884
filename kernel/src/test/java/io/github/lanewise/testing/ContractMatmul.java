package io.github.lanewise.testing;

/**
 * The dot product of the arithmetic contract: one chain of fused multiply-adds, ascending, from +0.
 */
public final class ContractMatmul {
  private ContractMatmul() {}

  /** Returns Σ a[aFrom + c]·b[bFrom + c·bStride] over c in [0, length). */
  public static float dot(float[] a, int aFrom, float[] b, int bFrom, int bStride, int length) {
    float dot = 0;
    for (int c = 0; c < length; c++) {
      dot = Math.fma(a[aFrom + c], b[bFrom + c * bStride], dot);
    }
    return dot;
  }

  /** Returns alpha · A[m,k] · B[n,k]ᵀ of one batch, row-major. */
  public static float[] multiplyTransposed(float alpha, float[] a, float[] b, int m, int n, int k) {
    float[] c = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        c[i * n + j] = alpha * dot(a, i * k, b, j * k, 1, k);
      }
    }
    return c;
  }

  /** Returns alpha · A[m,k] · B[k,n] of one batch, row-major. */
  public static float[] multiply(float alpha, float[] a, float[] b, int m, int n, int k) {
    float[] c = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        c[i * n + j] = alpha * dot(a, i * k, b, j, n, k);
      }
    }
    return c;
  }
}
