package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.LayerKernels;
import java.util.List;

/** The kernels between the products of a layer. */
final class LayerDrills {
  private static final int ROW = 1024;
  private static final int[] LENGTHS = {256, 100, 64, 17, 300, 5, 40, 128, 33};

  /** Pairs of a usual head, and of smaller ones, with and without a rest. */
  private static final int PAIRS = 64;

  private static final int[] SMALL_PAIRS = {32, 16, 20, 3, 48};

  private static final int HEADS = 4;

  private final float[] x = Drill.samples(ROW);
  private final float[] other = Drill.samples(2 * ROW);
  private final float[] y = new float[ROW];

  List<Drill> all() {
    return List.of(
        new Drill("norm", true, this::norms, this::usualNorms),
        new Drill("silu", true, this::silus, this::usualSilus),
        new Drill("halves", true, this::halves, this::usualHalves),
        new Drill("interleaved", true, this::interleaved, this::usualInterleaved),
        new Drill("sigmoid", true, this::sigmoids, this::usualSigmoids),
        new Drill("gelu", true, this::gelus, this::usualGelus),
        new Drill("gelu by tanh", true, this::tanhGelus, this::usualTanhGelus));
  }

  private static int length(int call) {
    return LENGTHS[call % LENGTHS.length];
  }

  private void norms(KernelSet kernels, int from, int to) {
    LayerKernels layers = kernels.layers();
    for (int call = from; call < to; call++) {
      layers.normalize(x, 0, 0.7f, other, 0, false, y, 0, length(call));
      layers.normalize(x, 0, 0.7f, other, 0, true, y, 0, length(call));
    }
  }

  private void usualNorms(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.layers().normalize(x, 0, 0.7f, other, 0, false, y, 0, ROW);
      kernels.layers().normalize(x, 0, 0.7f, other, 0, true, y, 0, ROW);
    }
  }

  private void silus(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.layers().siluMultiply(x, 0, other, 0, y, 0, length(call));
    }
  }

  private void usualSilus(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.layers().siluMultiply(x, 0, other, 0, y, 0, ROW);
    }
  }

  private void sigmoids(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.layers().sigmoid(x, 0, y, 0, length(call));
    }
  }

  private void usualSigmoids(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.layers().sigmoid(x, 0, y, 0, ROW);
    }
  }

  private void gelus(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.layers().gelu(x, 0, y, 0, length(call));
    }
  }

  private void usualGelus(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.layers().gelu(x, 0, y, 0, ROW);
    }
  }

  private void tanhGelus(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.layers().geluTanh(x, 0, y, 0, length(call));
    }
  }

  private void usualTanhGelus(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.layers().geluTanh(x, 0, y, 0, ROW);
    }
  }

  private void halves(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int pairs = SMALL_PAIRS[call % SMALL_PAIRS.length];
      int stride = 2 * PAIRS;
      kernels.layers().rotateHalves(other, 0, pairs, x, 0, stride, y, 0, stride, 1 + call % HEADS);
    }
  }

  private void usualHalves(KernelSet kernels, int calls) {
    int stride = 2 * PAIRS;
    for (int call = 0; call < calls; call++) {
      kernels.layers().rotateHalves(other, 0, PAIRS, x, 0, stride, y, 0, stride, HEADS);
    }
  }

  private void interleaved(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int pairs = SMALL_PAIRS[call % SMALL_PAIRS.length];
      int stride = 2 * PAIRS;
      kernels
          .layers()
          .rotateInterleaved(other, 0, pairs, x, 0, stride, y, 0, stride, 1 + call % HEADS);
    }
  }

  private void usualInterleaved(KernelSet kernels, int calls) {
    int stride = 2 * PAIRS;
    for (int call = 0; call < calls; call++) {
      kernels.layers().rotateInterleaved(other, 0, PAIRS, x, 0, stride, y, 0, stride, HEADS);
    }
  }
}
