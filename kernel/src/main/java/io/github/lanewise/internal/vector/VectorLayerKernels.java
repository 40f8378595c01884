package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.LayerKernels;
import io.github.lanewise.internal.scalar.ScalarLayerKernels;
import io.github.lanewise.internal.vector.generated.LayerLoops;

/** Kernels between the products of a layer: whole vectors, and what is left in scalar code. */
final class VectorLayerKernels implements LayerKernels {
  private static final int L = LaneSpecies.LENGTH;

  private final ScalarLayerKernels scalar = new ScalarLayerKernels();

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
    int whole = length & -L;
    if (whole > 0 && onePlus) {
      LayerLoops.normalizeOnePlus(x, xFrom, factor, weight, weightFrom, y, yFrom, 0, whole);
    } else if (whole > 0) {
      LayerLoops.normalize(x, xFrom, factor, weight, weightFrom, y, yFrom, 0, whole);
    }
    if (whole < length) {
      scalar.normalize(
          x,
          xFrom + whole,
          factor,
          weight,
          weightFrom + whole,
          onePlus,
          y,
          yFrom + whole,
          length - whole);
    }
  }

  @Override
  public void sigmoid(float[] x, int xFrom, float[] y, int yFrom, int length) {
    int whole = length & -L;
    if (whole > 0) {
      LayerLoops.sigmoid(x, xFrom, y, yFrom, 0, whole);
    }
    scalar.sigmoid(x, xFrom + whole, y, yFrom + whole, length - whole);
  }

  @Override
  public void siluMultiply(
      float[] x, int xFrom, float[] up, int upFrom, float[] y, int yFrom, int length) {
    int whole = length & -L;
    if (whole > 0) {
      LayerLoops.siluMultiply(x, xFrom, up, upFrom, y, yFrom, 0, whole);
    }
    scalar.siluMultiply(x, xFrom + whole, up, upFrom + whole, y, yFrom + whole, length - whole);
  }

  @Override
  public void gelu(float[] x, int xFrom, float[] y, int yFrom, int length) {
    int whole = length & -L;
    if (whole > 0) {
      LayerLoops.gelu(x, xFrom, y, yFrom, 0, whole);
    }
    scalar.gelu(x, xFrom + whole, y, yFrom + whole, length - whole);
  }

  @Override
  public void geluTanh(float[] x, int xFrom, float[] y, int yFrom, int length) {
    int whole = length & -L;
    if (whole > 0) {
      LayerLoops.geluTanh(x, xFrom, y, yFrom, 0, whole);
    }
    scalar.geluTanh(x, xFrom + whole, y, yFrom + whole, length - whole);
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
    int whole = pairs & -L;
    if (whole > 0) {
      VectorRotation.halves(table, at, pairs, whole, x, xFrom, xStride, y, yFrom, yStride, heads);
    }
    if (whole < pairs) {
      ScalarLayerKernels.rotate(
          table, at, pairs, whole, 1, pairs, x, xFrom, xStride, y, yFrom, yStride, heads);
    }
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
    int whole = pairs & -L;
    if (whole > 0) {
      VectorRotation.interleaved(
          table, at, pairs, whole, x, xFrom, xStride, y, yFrom, yStride, heads);
    }
    if (whole < pairs) {
      ScalarLayerKernels.rotate(
          table, at, pairs, whole, 2, 1, x, xFrom, xStride, y, yFrom, yStride, heads);
    }
  }
}
