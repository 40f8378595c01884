package io.github.lanewise.internal.trial;

import static io.github.lanewise.internal.kernel.GradientKernels.PANEL;

import io.github.lanewise.internal.kernel.Arithmetic;
import io.github.lanewise.internal.kernel.GradientKernels;
import io.github.lanewise.internal.kernel.KernelSet;
import java.util.Arrays;
import java.util.List;

/** The kernels of attention's gradients. */
final class GradientDrills {
  private static final int ROWS = 64;

  private final float[] source = Drill.samples(ROWS * PANEL);
  private final float[] scores = new float[ROWS * PANEL];
  private final float[] gradients = new float[ROWS * PANEL];
  private final float[] slopes = new float[ROWS * PANEL];
  private final float[] laneSums = new float[ROWS * Arithmetic.LANES];
  private final float[] sums = new float[ROWS + GradientKernels.ROWS];
  private final float[] dots = new float[ROWS + GradientKernels.ROWS];
  private final float[] scratch = new float[TileDrills.DIM];

  GradientDrills() {
    Arrays.fill(sums, 4f);
  }

  List<Drill> all() {
    return List.of(
        new Drill("differentiate", true, this::gradients, this::usualGradients),
        new Drill("sums of nodes", true, this::sums, this::usualSums),
        new Drill("dots of rows", true, this::dots, this::usualDots),
        new Drill("softcap with slope", false, this::caps, this::usualCaps),
        new Drill("sums of options", false, this::options, this::usualOptions));
  }

  private static int columns(int call) {
    return call % 4 == 3 ? 7 : PANEL;
  }

  private void differentiate(GradientKernels kernels, int rows, int columns) {
    System.arraycopy(source, 0, scores, 0, (rows + 3) / 4 * 4 * PANEL);
    System.arraycopy(source, 0, gradients, 0, (rows + 3) / 4 * 4 * PANEL);
    kernels.differentiate(scores, gradients, 0, rows, columns, sums, dots, 0, 0.3f);
  }

  private void gradients(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      differentiate(kernels.gradients(), 4 + call % 13, columns(call));
    }
  }

  private void usualGradients(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      differentiate(kernels.gradients(), ROWS, PANEL);
    }
  }

  private void sums(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int length = (1 + call % 4) * PANEL;
      System.arraycopy(source, 0, scores, 0, length);
      kernels.gradients().add(scores, 0, source, PANEL, length);
      kernels.gradients().addZero(scores, 0, length);
    }
  }

  private void usualSums(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      System.arraycopy(source, 0, scores, 0, ROWS * PANEL);
      kernels.gradients().add(scores, 0, source, 0, ROWS * PANEL);
      kernels.gradients().addZero(scores, 0, ROWS * PANEL);
    }
  }

  private void dots(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int width = 16 + call % 40;
      kernels.gradients().rowDots(source, 0, PANEL, source, 5, PANEL, 2, width, dots, 0, scratch);
    }
  }

  private void usualDots(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels
          .gradients()
          .rowDots(source, 0, PANEL, source, 5, PANEL, 32, TileDrills.DIM, dots, 0, scratch);
    }
  }

  private void cap(GradientKernels kernels, int rows, int columns) {
    System.arraycopy(source, 0, scores, 0, rows * PANEL);
    kernels.softcap(scores, 0, rows, columns, 0.3f, 2f, slopes);
    kernels.multiply(scores, slopes, 0, rows, columns);
  }

  private void caps(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      cap(kernels.gradients(), 3 + call % 6, columns(call));
    }
  }

  private void optionSums(GradientKernels kernels, int rows, int columns) {
    System.arraycopy(source, 0, scores, 0, rows * PANEL);
    kernels.scoreProducts(scores, source, 0, rows, columns);
    kernels.addToLanes(scores, 0, rows, columns, laneSums, 0);
    kernels.sumRows(scores, 0, rows, columns, slopes, 0);
    Arrays.fill(laneSums, 0f);
  }

  private void options(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      optionSums(kernels.gradients(), 3 + call % 6, columns(call));
    }
  }

  private void usualOptions(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      optionSums(kernels.gradients(), 32, PANEL);
    }
  }

  private void usualCaps(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      cap(kernels.gradients(), 32, PANEL);
    }
  }
}
