package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.SamplingKernels;
import java.util.Arrays;

/** Kernels over logits and weights, one element at a time. */
public final class ScalarSamplingKernels implements SamplingKernels {
  @Override
  public void blockMaxima(float[] x, int from, int to, float[] maxima, int at) {
    int block = at;
    for (int begin = from; begin < to; begin += CHUNK) {
      float max = Float.NEGATIVE_INFINITY;
      int end = begin + Math.min(CHUNK, to - begin);
      for (int i = begin; i < end; i++) {
        max = Math.max(max, x[i]);
      }
      maxima[block++] = max;
    }
  }

  @Override
  public long units(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float least,
      float leastWeight,
      float[] scratch) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      float weight = p[pFrom + i];
      if (x[xFrom + i] >= least && weight >= leastWeight) {
        sum += SamplingKernels.units(weight);
      }
    }
    return sum;
  }

  @Override
  public void tails(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float[] thresholds,
      double[] sums,
      long[] counts,
      int at,
      float[] scratch) {
    for (int t = 0; t < THRESHOLDS; t++) {
      float threshold = thresholds[t];
      double sum = 0;
      long count = 0;
      for (int i = 0; i < length; i++) {
        if (x[xFrom + i] >= threshold) {
          sum += p[pFrom + i];
          count++;
        }
      }
      sums[at + t] = sum;
      counts[at + t] = count;
    }
  }

  @Override
  public void between(float[] x, int from, int length, float least, float below, long[] bits) {
    Arrays.fill(bits, 0, (length + 63) >> 6, 0L);
    for (int i = 0; i < length; i++) {
      if (x[from + i] >= least && x[from + i] < below) {
        bits[i >> 6] |= 1L << i;
      }
    }
  }
}
