package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import java.util.List;

/** The kernels over rows. */
final class RowDrills {
  /** A usual row. */
  private static final int ROW = 1024;

  /** Short ones, with and without a rest, within a block and beyond it. */
  private static final int[] LENGTHS = {256, 100, 64, 17, 300, 5, 40, 128, 33};

  /**
   * Of several rows at once: in whole vectors and not, from one vector to a dozen, so that at each
   * lane width a row ends in each number of vectors, and beyond a block.
   */
  private static final int[] GROUPED = {16, 32, 48, 64, 20, 45, 50, 70, 90, 200, 128, 272};

  private final float[] x = Drill.samples(2 * ROW);
  private final float[] y = new float[2 * ROW];
  private final float[] z = Drill.samples(2 * ROW);
  private final float[] scratch = new float[RowReductions.SCRATCH];
  private final float[] factors = new float[RowReductions.RECIPROCALS_AND_SUMS];
  private final float[] group = new float[RowReductions.GROUP_SCRATCH];
  private final boolean[] flags = new boolean[ROW];
  private final long[] bits = new long[ROW / Long.SIZE];

  RowDrills() {
    for (int i = 0; i < ROW; i++) {
      flags[i] = i % 3 != 1;
    }
  }

  List<Drill> all() {
    return List.of(
        new Drill("weights", true, this::weights, (k, n) -> usualWeights(k, n, WeightSums.WRITE)),
        new Drill(
            "weights of a leaf",
            true,
            this::leaves,
            (k, n) -> usualWeights(k, n, WeightSums.WRITE)),
        new Drill("largest", true, this::largest, this::usualLargest),
        new Drill("scale", true, this::scale, this::usualScale),
        new Drill("scale and largest", true, this::chains, this::usualChains),
        new Drill("weights of short rows", true, this::shortWeights, this::usualShortWeights),
        new Drill("rows at once", true, this::groups, this::usualGroups),
        new Drill("uneven rows", true, this::groups, this::usualUnevenGroups),
        new Drill("staged rows", true, this::stagedGroups, this::usualStagedGroups),
        new Drill(
            "weights with moment",
            false,
            this::moments,
            (k, n) -> usualWeights(k, n, WeightSums.WRITE_WITH_MOMENT)),
        new Drill(
            "rest of weights", false, this::rests, (k, n) -> usualWeights(k, n, WeightSums.REST)),
        new Drill("rows without their maxima", false, this::hidden, this::usualHidden),
        new Drill("masks", false, this::masks, this::usualMasks),
        new Drill("exp", false, this::exp, this::usualExp),
        new Drill("sum and maximum", false, this::reductions, this::usualReductions),
        new Drill("shift", false, this::shifts, this::usualShifts),
        new Drill("gradient", false, this::gradients, this::usualGradients));
  }

  private static int length(int call) {
    return LENGTHS[call % LENGTHS.length];
  }

  private void weights(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      WeightSums kind = call % 8 == 7 ? WeightSums.SUM : WeightSums.WRITE;
      rows.weights(kind, x, 0, y, 0, 0, length(call), 3f, scratch);
    }
  }

  /** A whole leaf has a kernel of its own. */
  private void leaves(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.lanes().weights(WeightSums.WRITE, x, 0, y, 0, 0, RowReductions.LEAF, 3f, scratch);
    }
  }

  /** What is left of a row behind whole steps: less than a vector, or more. */
  private void shortWeights(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      int length = call % 2 == 0 ? 1 + call % 15 : 17 + call % 40;
      rows.weights(WeightSums.WRITE, x, 0, y, 0, 0, length, 3f, scratch);
    }
  }

  private void usualShortWeights(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.lanes().weights(WeightSums.WRITE, x, 0, y, 0, 0, 50, 3f, scratch);
    }
  }

  private void moments(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      WeightSums kind = call % 8 == 7 ? WeightSums.SUM_WITH_MOMENT : WeightSums.WRITE_WITH_MOMENT;
      rows.weights(kind, x, 0, y, 0, 0, Math.min(256, length(call)), 3f, scratch);
    }
  }

  /** The leaf's kernel in half of the calls. */
  private void rests(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      int length = call % 2 == 0 ? RowReductions.LEAF : length(call);
      rows.weights(WeightSums.REST, x, 0, y, 0, 0, length, 3f, scratch);
    }
  }

  private void usualWeights(KernelSet kernels, int calls, WeightSums kind) {
    for (int call = 0; call < calls; call++) {
      kernels.lanes().weights(kind, x, 0, y, 0, 0, ROW, 3f, scratch);
    }
  }

  private void largest(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.lanes().largest(x, 0, length(call));
    }
  }

  private void usualLargest(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.lanes().largest(x, 0, ROW);
    }
  }

  private void scale(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.lanes().scale(x, 0, 0.3f, y, 0, length(call));
    }
  }

  private void usualScale(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.lanes().scale(x, 0, 0.3f, y, 0, ROW);
    }
  }

  private void chains(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.lanes().fmaAndLargest(y, 0, 1f, -0f, x, 0, length(call));
    }
  }

  private void usualChains(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.lanes().fmaAndLargest(y, 0, 1f, -0f, x, 0, ROW);
    }
  }

  private void groups(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int length = GROUPED[call % GROUPED.length];
      group(kernels.lanes(), length, length + call / GROUPED.length % 2, length > 256 ? 2 : 5);
    }
  }

  private void usualGroups(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      group(kernels.lanes(), 64, 64, ROW / 64);
    }
  }

  private void usualUnevenGroups(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      group(kernels.lanes(), 100, 100, ROW / 100);
    }
  }

  private void group(LaneKernels rows, int length, int stride, int count) {
    rows.rowMaxima(x, 0, stride, count, length, group);
    rows.rowWeights(x, 0, stride, count, length, group, y, 0, stride, factors);
    rows.scaleRows(y, 0, stride, count, length, factors, z, 0, stride);
  }

  private void hidden(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      hide(kernels.lanes(), Math.clamp(GROUPED[call % GROUPED.length], 16, 256));
    }
  }

  private void usualHidden(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      hide(kernels.lanes(), 64);
    }
  }

  private void hide(LaneKernels rows, int length) {
    int count = ROW / length;
    System.arraycopy(x, 0, y, 0, count * length);
    rows.rowMaxima(y, 0, length, count, length, group);
    rows.hideMaxima(y, count, length, group);
  }

  private void stagedGroups(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      staged(kernels.lanes(), 1 + call % 15, 5 + call % 4);
    }
  }

  private void usualStagedGroups(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      staged(kernels.lanes(), 12, ROW / 16);
    }
  }

  private void staged(LaneKernels rows, int length, int count) {
    rows.stageRows(x, 0, length, count, length, y);
    rows.scaleRows(y, 0, 16, count, length, factors, z, 0, length);
  }

  private void masks(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      int words = call % 4 + 1;
      for (int word = 0; word < words; word++) {
        bits[word] = rows.pack(flags, word * Long.SIZE, call % 5 == 4 ? 37 : Long.SIZE);
      }
      rows.pack(flags, call % 3, words * Long.SIZE - call % 5, bits, words);
      rows.maskedCopy(x, 0, y, 0, words * Long.SIZE - call % 3, bits, 0);
    }
  }

  private void usualMasks(KernelSet kernels, int calls) {
    LaneKernels rows = kernels.lanes();
    for (int call = 0; call < calls; call++) {
      for (int word = 0; word < 4; word++) {
        bits[word] = rows.pack(flags, word * Long.SIZE, Long.SIZE);
      }
      rows.pack(flags, 4 * Long.SIZE, ROW - 4 * Long.SIZE, bits, 4);
      rows.maskedCopy(x, 0, y, 0, ROW, bits, 0);
    }
  }

  private void exp(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    float normal = x[0];
    for (int call = from; call < to; call++) {
      int length = Math.min(256, length(call));
      rows.exp(x, 0, y, 0, length);
      x[0] = -100f; // a subnormal result is a case of its own
      rows.exp(x, 0, y, 0, length);
      x[0] = normal;
    }
  }

  private void usualExp(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.lanes().exp(x, 0, y, 0, ROW);
    }
  }

  private void reductions(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      int length = length(call);
      rows.max(x, 0, length);
      rows.sum(x, 0, length);
      rows.sum(x, 0, ROW + length);
      rows.dot(x, 0, z, 0, 0, length);
      rows.dot(x, 0, z, 0, 0, ROW);
      rows.visibleSum(x, 0, z, 0, 0, length);
      rows.indexOf(x, 0, length, x[length - 1 - call % 5]);
    }
  }

  private void usualReductions(KernelSet kernels, int calls) {
    LaneKernels rows = kernels.lanes();
    for (int call = 0; call < calls; call++) {
      rows.max(x, 0, ROW);
      rows.sum(x, 0, ROW);
      rows.dot(x, 0, z, 0, 0, ROW);
      rows.visibleSum(x, 0, z, 0, 0, ROW);
    }
  }

  private void shifts(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      rows.divide(x, 0, 3f, y, 0, length(call));
      rows.shiftAndDivide(x, 0, 1f, 0.7f, y, 0, length(call));
      rows.logWeights(x, 0, 1f, 0.7f, y, 0, length(call));
    }
  }

  private void usualShifts(KernelSet kernels, int calls) {
    LaneKernels rows = kernels.lanes();
    for (int call = 0; call < calls; call++) {
      rows.divide(x, 0, 3f, y, 0, ROW);
      rows.shiftAndDivide(x, 0, 1f, 0.7f, y, 0, ROW);
      rows.logWeights(x, 0, 1f, 0.7f, y, 0, ROW);
    }
  }

  private void gradients(KernelSet kernels, int from, int to) {
    LaneKernels rows = kernels.lanes();
    for (int call = from; call < to; call++) {
      int length = Math.min(256, length(call));
      rows.backward(x, 0, z, 0, 0.1f, call % 2 == 0 ? 1f : 0.7f, y, 0, length);
      rows.logBackward(x, 0, z, 0, 0.1f, 1f, y, 0, length);
    }
  }

  private void usualGradients(KernelSet kernels, int calls) {
    LaneKernels rows = kernels.lanes();
    for (int call = 0; call < calls; call++) {
      rows.backward(x, 0, z, 0, 0.1f, 1f, y, 0, ROW);
      rows.logBackward(x, 0, z, 0, 0.1f, 1f, y, 0, ROW);
    }
  }
}
