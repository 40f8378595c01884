package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.LaneKernels;

/** Kernels over runs of consecutive floats. */
final class ScalarLaneKernels implements LaneKernels {
  @Override
  public float max(float[] x, int from, int to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public float sum(float[] x, int from, int to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    throw new UnsupportedOperationException();
  }
}
