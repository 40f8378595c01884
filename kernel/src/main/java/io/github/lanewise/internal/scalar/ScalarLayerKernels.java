package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.ExpPolynomial.LEAST;
import static io.github.lanewise.internal.kernel.GeluFunctions.CUBIC;
import static io.github.lanewise.internal.kernel.GeluFunctions.FARTHEST;
import static io.github.lanewise.internal.kernel.GeluFunctions.H0;
import static io.github.lanewise.internal.kernel.GeluFunctions.H1;
import static io.github.lanewise.internal.kernel.GeluFunctions.H2;
import static io.github.lanewise.internal.kernel.GeluFunctions.H3;
import static io.github.lanewise.internal.kernel.GeluFunctions.H4;
import static io.github.lanewise.internal.kernel.GeluFunctions.H5;
import static io.github.lanewise.internal.kernel.GeluFunctions.H6;
import static io.github.lanewise.internal.kernel.GeluFunctions.H7;
import static io.github.lanewise.internal.kernel.GeluFunctions.H8;
import static io.github.lanewise.internal.kernel.GeluFunctions.LINEAR;
import static io.github.lanewise.internal.kernel.GeluFunctions.LOWEST;
import static io.github.lanewise.internal.kernel.GeluFunctions.TURN;
import static io.github.lanewise.internal.scalar.ScalarMath.fma;

import io.github.lanewise.internal.kernel.LayerKernels;

/** Kernels between the products of a layer, one element or pair at a time. */
public final class ScalarLayerKernels implements LayerKernels {
  @Override
  public void normalize(
      float[] x,
      int xFrom,
      float factor,
      float[] weight,
      int weightFrom,
      boolean onePlus,
      float[] y,
      int yFrom,
      int length) {
    for (int i = 0; i < length; i++) {
      float w = weight[weightFrom + i];
      y[yFrom + i] = x[xFrom + i] * factor * (onePlus ? 1f + w : w);
    }
  }

  @Override
  public void sigmoid(float[] x, int xFrom, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      y[yFrom + i] = sigmoid(x[xFrom + i]);
    }
  }

  @Override
  public void siluMultiply(
      float[] x, int xFrom, float[] up, int upFrom, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      float gate = x[xFrom + i];
      float factor = gate < LEAST ? LEAST : gate;
      y[yFrom + i] = factor * sigmoid(gate) * up[upFrom + i];
    }
  }

  @Override
  public void gelu(float[] x, int xFrom, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      y[yFrom + i] = gelu(x[xFrom + i]);
    }
  }

  @Override
  public void geluTanh(float[] x, int xFrom, float[] y, int yFrom, int length) {
    for (int i = 0; i < length; i++) {
      float u = x[xFrom + i];
      float z = fma(u * u, CUBIC, LINEAR) * u;
      y[yFrom + i] = (u < LOWEST ? LOWEST : u) * sigmoid(z);
    }
  }

  private static float sigmoid(float z) {
    float e = ScalarMath.exp(-Math.abs(z));
    return (z < 0f ? e : 1f) / (e + 1f);
  }

  private static float gelu(float x) {
    float magnitude = Math.abs(x);
    float a = magnitude > FARTHEST ? FARTHEST : magnitude;
    float s = a * a;
    float rest = fma(a, a, -s);
    float e = ScalarMath.exp(s * -0.5f);
    e = fma(e, rest * -0.5f, e);
    float t = 1f / fma(a, TURN, 1f);
    float q = fma(H8, t, H7);
    q = fma(q, t, H6);
    q = fma(q, t, H5);
    q = fma(q, t, H4);
    q = fma(q, t, H3);
    q = fma(q, t, H2);
    q = fma(q, t, H1);
    q = fma(q, t, H0);
    return fma(-(q * t * a), e, x < 0f ? -0f : x);
  }

  @Override
  public void rotateHalves(
      float[] table,
      int at,
      int pairs,
      float[] x,
      int xFrom,
      int xStride,
      float[] y,
      int yFrom,
      int yStride,
      int heads) {
    rotate(table, at, pairs, 0, 1, pairs, x, xFrom, xStride, y, yFrom, yStride, heads);
  }

  @Override
  public void rotateInterleaved(
      float[] table,
      int at,
      int pairs,
      float[] x,
      int xFrom,
      int xStride,
      float[] y,
      int yFrom,
      int yStride,
      int heads) {
    rotate(table, at, pairs, 0, 2, 1, x, xFrom, xStride, y, yFrom, yStride, heads);
  }

  /**
   * Turns the pairs from {@code first} on.
   *
   * @param step from a pair to the next one
   * @param across from one element of a pair to the other
   */
  public static void rotate(
      float[] table,
      int at,
      int pairs,
      int first,
      int step,
      int across,
      float[] x,
      int xFrom,
      int xStride,
      float[] y,
      int yFrom,
      int yStride,
      int heads) {
    for (int head = 0; head < heads; head++) {
      int from = xFrom + head * xStride;
      int to = yFrom + head * yStride;
      for (int i = first; i < pairs; i++) {
        float cos = table[at + i];
        float sin = table[at + pairs + i];
        float a = x[from + i * step];
        float b = x[from + i * step + across];
        y[to + i * step] = fma(b, -sin, a * cos);
        y[to + i * step + across] = fma(a, sin, b * cos);
      }
    }
  }
}
