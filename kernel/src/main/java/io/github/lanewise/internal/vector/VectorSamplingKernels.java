package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.scalar.ScalarSamplingKernels;

/** Kernels over logits and weights; what is less than a vector is left to the scalar code. */
final class VectorSamplingKernels implements SamplingKernels {
  private static final int L = LaneSpecies.LENGTH;

  private final ScalarSamplingKernels scalar = new ScalarSamplingKernels();

  @Override
  public void blockMaxima(float[] x, int from, int to, float[] maxima, int at) {
    int block = at;
    int begin = from;
    for (; begin <= to - CHUNK; begin += CHUNK) {
      maxima[block++] = VectorSampling.blockMaximum(x, begin);
    }
    scalar.blockMaxima(x, begin, to, maxima, block);
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
    int whole = length & -L;
    long units =
        scalar.units(
            x, xFrom + whole, p, pFrom + whole, length - whole, least, leastWeight, scratch);
    for (int i = 0; i < whole; i += EXACT * L) {
      int count = Math.min(EXACT * L, whole - i);
      VectorSampling.units(x, xFrom + i, p, pFrom + i, count, least, leastWeight, scratch);
      double sum = 0; // exact: whole units, fewer than 2⁵³
      for (int lane = 0; lane < 2 * L; lane++) {
        sum += scratch[lane];
      }
      units += (long) (sum * UNITS);
    }
    return units;
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
    assert length <= LONGEST_TAILS : length;
    int whole = length & -L;
    scalar.tails(
        x, xFrom + whole, p, pFrom + whole, length - whole, thresholds, sums, counts, at, scratch);
    VectorSampling.tails(x, xFrom, p, pFrom, whole, thresholds, scratch);
    for (int t = 0; t < THRESHOLDS; t++) {
      double sum = 0;
      double count = 0;
      for (int lane = t * L; lane < (t + 1) * L; lane++) {
        sum += scratch[lane];
        count += scratch[THRESHOLDS * L + lane];
      }
      sums[at + t] += sum;
      counts[at + t] += (long) count;
    }
  }

  @Override
  public void between(float[] x, int from, int length, float least, float below, long[] bits) {
    int whole = length & -Long.SIZE;
    VectorSampling.between(x, from, whole, least, below, bits);
    if (whole < length) {
      long rest = 0;
      for (int i = whole; i < length; i++) {
        rest |= x[from + i] >= least && x[from + i] < below ? 1L << i : 0L;
      }
      bits[whole >> 6] = rest;
    }
  }
}
