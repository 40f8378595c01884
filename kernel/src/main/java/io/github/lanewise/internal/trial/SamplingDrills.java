package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.SamplingKernels;
import java.util.List;

/** The kernels over logits. */
final class SamplingDrills {
  private static final int ROW = 1024;
  private static final int[] LENGTHS = {256, 100, 67, 256, 300, 5, 130, 33};

  private final float[] x = Drill.samples(ROW);
  private final float[] p = new float[ROW];
  private final float[] maxima = new float[ROW];
  private final float[] thresholds = {-2f, -1f, 0f, 1f};
  private final double[] sums = new double[SamplingKernels.THRESHOLDS];
  private final long[] counts = new long[SamplingKernels.THRESHOLDS];
  private final float[] scratch = new float[SamplingKernels.SCRATCH];
  private final long[] bits = new long[ROW / Long.SIZE];

  SamplingDrills() {
    for (int i = 0; i < ROW; i++) {
      p[i] = (x[i] + 3f) / 6f;
    }
  }

  List<Drill> all() {
    return List.of(
        new Drill(
            "block maxima",
            true,
            (kernels, from, to) -> {
              for (int call = from; call < to; call++) {
                kernels.sampling().blockMaxima(x, 0, length(call), maxima, 0);
              }
            },
            (kernels, calls) -> {
              for (int call = 0; call < calls; call++) {
                kernels.sampling().blockMaxima(x, 0, ROW, maxima, 0);
              }
            }),
        new Drill(
            "units",
            true,
            (kernels, from, to) -> {
              for (int call = from; call < to; call++) {
                kernels.sampling().units(x, 0, p, 0, length(call), -1f, 0.1f, scratch);
              }
            },
            (kernels, calls) -> {
              for (int call = 0; call < calls; call++) {
                kernels.sampling().units(x, 0, p, 0, ROW, -1f, 0.1f, scratch);
              }
            }),
        new Drill(
            "tails",
            true,
            (kernels, from, to) -> {
              for (int call = from; call < to; call++) {
                tails(kernels.sampling(), length(call));
              }
            },
            (kernels, calls) -> {
              for (int call = 0; call < calls; call++) {
                tails(kernels.sampling(), ROW);
              }
            }),
        new Drill(
            "between",
            true,
            (kernels, from, to) -> {
              for (int call = from; call < to; call++) {
                kernels.sampling().between(x, 0, length(call), -1f, 1f, bits);
              }
            },
            (kernels, calls) -> {
              for (int call = 0; call < calls; call++) {
                kernels.sampling().between(x, 0, ROW, -1f, 1f, bits);
              }
            }));
  }

  private static int length(int call) {
    return LENGTHS[call % LENGTHS.length];
  }

  private void tails(SamplingKernels kernels, int length) {
    kernels.tails(x, 0, p, 0, length, thresholds, sums, counts, 0, scratch);
  }
}
