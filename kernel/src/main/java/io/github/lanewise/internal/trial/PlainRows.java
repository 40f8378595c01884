package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.WeightSums;

/**
 * The kernels of plain softmax as vector code, the others still as scalar code: what serves rows
 * while the rarer kernels are being compiled.
 */
record PlainRows(LaneKernels vector, LaneKernels scalar) implements LaneKernels {
  @Override
  public float max(float[] x, int from, int to) {
    return scalar.max(x, from, to);
  }

  @Override
  public float largest(float[] x, int from, int to) {
    return vector.largest(x, from, to);
  }

  @Override
  public int indexOf(float[] x, int from, int to, float value) {
    return scalar.indexOf(x, from, to, value);
  }

  @Override
  public float maskedCopy(
      float[] x, int xFrom, float[] y, int yFrom, int length, long[] bits, int at) {
    return scalar.maskedCopy(x, xFrom, y, yFrom, length, bits, at);
  }

  @Override
  public long pack(boolean[] flags, int from, int length) {
    return scalar.pack(flags, from, length);
  }

  @Override
  public float sum(float[] x, int from, int to) {
    return scalar.sum(x, from, to);
  }

  @Override
  public void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
    scalar.exp(x, xFrom, y, yFrom, length);
  }

  @Override
  public void scale(float[] x, int xFrom, float factor, float[] y, int yFrom, int length) {
    vector.scale(x, xFrom, factor, y, yFrom, length);
  }

  @Override
  public void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
    scalar.divide(x, xFrom, divisor, y, yFrom, length);
  }

  @Override
  public void shiftAndDivide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
    scalar.shiftAndDivide(x, xFrom, shift, divisor, y, yFrom, length);
  }

  @Override
  public void logWeights(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
    scalar.logWeights(x, xFrom, shift, logSum, y, yFrom, length);
  }

  @Override
  public long weights(
      WeightSums kind,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      float[] scratch) {
    return (kind.wantsMoment() ? scalar : vector)
        .weights(kind, x, xRow, y, yRow, from, to, shift, scratch);
  }

  @Override
  public float dot(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    return scalar.dot(y, yRow, dy, dyRow, from, to);
  }

  @Override
  public float visibleSum(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    return scalar.visibleSum(y, yRow, dy, dyRow, from, to);
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
    scalar.backward(y, yFrom, dy, dyFrom, dot, divisor, dx, dxFrom, length);
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
    scalar.logBackward(y, yFrom, dy, dyFrom, sum, divisor, dx, dxFrom, length);
  }
}
