package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.DecodeKernels;

/** The decode products in scalar Java: the same chains as the vector ones, lane by lane. */
public final class ScalarDecodeKernels implements DecodeKernels {

  @Override
  public void product(
      Element element,
      Object a,
      int from,
      int stride,
      int groups,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride) {
    int lanes = element.lanes;
    for (int q = 0; q < queries; q++) {
      for (int g = 0; g < groups; g++) {
        int group = from + g * stride;
        int to = outFrom + q * outStride + g * lanes;
        int factors = bFrom + q * CHUNK;
        switch (element) {
          case FLOAT32:
            floats((float[]) a, group, depth, b, factors, out, to);
            break;
          case BFLOAT16:
            bfloats((short[]) a, group, depth, b, factors, out, to);
            break;
          case FLOAT16:
            halves((short[]) a, group, depth, b, factors, out, to);
            break;
          case INT8:
            bytes((byte[]) a, group, depth, b, factors, out, to);
            break;
        }
      }
    }
  }

  @Override
  public void productOfRows(
      float[] a,
      int from,
      int pitch,
      int columns,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride) {
    for (int q = 0; q < queries; q++) {
      int to = outFrom + q * outStride;
      for (int t = 0; t < depth; t++) {
        float factor = b[bFrom + q * CHUNK + t];
        for (int c = 0; c < columns; c++) {
          out[to + c] = ScalarMath.fma(factor, a[from + t * pitch + c], out[to + c]);
        }
      }
    }
  }

  @Override
  public void productOfKeys(
      float[] a,
      int from,
      int pitch,
      int keys,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride) {
    for (int q = 0; q < queries; q++) {
      for (int k = 0; k < keys; k++) {
        int to = outFrom + q * outStride + k;
        float sum = out[to];
        for (int t = 0; t < depth; t++) {
          sum = ScalarMath.fma(b[bFrom + q * CHUNK + t], a[from + k * pitch + t], sum);
        }
        out[to] = sum;
      }
    }
  }

  @Override
  public void scale(float[] x, int from, int rows, int length, float[] scales, int scalesFrom) {
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < length; i++) {
        x[from + r * CHUNK + i] *= scales[scalesFrom + i];
      }
    }
  }

  private static void floats(
      float[] a, int from, int depth, float[] b, int bFrom, float[] out, int to) {
    for (int t = 0; t < depth; t++) {
      for (int lane = 0; lane < GROUP; lane++) {
        float x = a[from + t * GROUP + lane];
        out[to + lane] = ScalarMath.fma(b[bFrom + t], x, out[to + lane]);
      }
    }
  }

  private static void bfloats(
      short[] a, int from, int depth, float[] b, int bFrom, float[] out, int to) {
    for (int t = 0; t < depth; t++) {
      for (int lane = 0; lane < 2 * GROUP; lane++) {
        float x = Float.intBitsToFloat(a[from + t * 2 * GROUP + lane] << Short.SIZE);
        out[to + lane] = ScalarMath.fma(b[bFrom + t], x, out[to + lane]);
      }
    }
  }

  private static void halves(
      short[] a, int from, int depth, float[] b, int bFrom, float[] out, int to) {
    for (int t = 0; t < depth; t++) {
      for (int lane = 0; lane < 2 * GROUP; lane++) {
        float x = Float.float16ToFloat(a[from + t * 2 * GROUP + lane]);
        out[to + lane] = ScalarMath.fma(b[bFrom + t], x, out[to + lane]);
      }
    }
  }

  private static void bytes(
      byte[] a, int from, int depth, float[] b, int bFrom, float[] out, int to) {
    for (int t = 0; t < depth; t++) {
      for (int lane = 0; lane < 4 * GROUP; lane++) {
        float x = a[from + t * 4 * GROUP + lane];
        out[to + lane] = ScalarMath.fma(b[bFrom + t], x, out[to + lane]);
      }
    }
  }
}
