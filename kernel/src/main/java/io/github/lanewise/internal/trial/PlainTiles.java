package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.TileKernels;

/**
 * The kernels of attention in whole chunks of finite values as vector code, the others still as
 * scalar code: what serves tiles while the rarer kernels are being compiled.
 */
record PlainTiles(TileKernels vector, TileKernels scalar) implements TileKernels {
  @Override
  public void product(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float[] out,
      int outFrom) {
    vector.product(a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, out, outFrom);
  }

  @Override
  public void product(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride) {
    vector.product(
        a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, alpha, out, outFrom, outStride);
  }

  @Override
  public void transpose(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int depth,
      float[] target,
      int targetFrom,
      int targetStride) {
    vector.transpose(
        source, sourceFrom, sourceStride, rows, depth, target, targetFrom, targetStride);
  }

  @Override
  public boolean packGroups(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int width,
      int lanes,
      float[] target,
      int targetFrom,
      int groupStride) {
    return vector.packGroups(
        source, sourceFrom, sourceStride, rows, width, lanes, target, targetFrom, groupStride);
  }

  @Override
  public boolean isFinite(float[] x, int from, int length) {
    return vector.isFinite(x, from, length);
  }

  @Override
  public void addProduct(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float[] out,
      int outFrom) {
    scalar.addProduct(a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, out, outFrom);
  }

  @Override
  public void productOfLive(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      long[] live,
      int liveFrom,
      boolean onTop,
      float[] out,
      int outFrom) {
    scalar.productOfLive(
        a,
        aFrom,
        aGroupStride,
        rows,
        b,
        bFrom,
        columns,
        depth,
        live,
        liveFrom,
        onTop,
        out,
        outFrom);
  }
}
