package io.github.lanewise.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.scalar.ScalarLayerKernels;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * Walks over floats by bit pattern, and holds an activation to its bound and to one set of bits.
 */
final class LayerSweep {
  private static final int BATCH = 1 << 12;
  private static final double U = 0x1p-24;

  private final LayerFunction function;
  private final LayerKernels scalar = new ScalarLayerKernels();
  private final float[] x = new float[BATCH];
  private final float[] y = new float[BATCH];
  private final float[] z = new float[BATCH];

  /** The largest relative error where the bound is relative, and the largest share of the bound. */
  private double worst;

  private float worstAt;
  private double share;
  private float shareAt;
  private long count;

  private LayerSweep(LayerFunction function) {
    this.function = function;
  }

  /** Walks over every {@code stride}-th float, on all processors, and prints what it found. */
  static void run(LayerFunction function, long stride) {
    long batches = ((1L << 32) / stride + BATCH - 1) / BATCH;
    int parts = 64;
    List<LayerSweep> sweeps =
        LongStream.range(0, parts)
            .parallel()
            .mapToObj(
                part -> {
                  LayerSweep own = new LayerSweep(function);
                  for (long batch = part; batch < batches; batch += parts) {
                    own.check(batch * BATCH, stride);
                  }
                  return own;
                })
            .toList();
    LayerSweep sweep = new LayerSweep(function);
    sweeps.forEach(sweep::add);
    System.out.printf(
        Locale.ROOT,
        "%s, every %dth float: at most %.3f u, at %s; %.1f %% of the bound, at %s; %d floats%n",
        function,
        stride,
        sweep.worst / U,
        sweep.worstAt,
        100 * sweep.share,
        sweep.shareAt,
        sweep.count);
  }

  private void add(LayerSweep other) {
    if (other.worst > worst) {
      worst = other.worst;
      worstAt = other.worstAt;
    }
    if (other.share > share) {
      share = other.share;
      shareAt = other.shareAt;
    }
    count += other.count;
  }

  private void check(long first, long stride) {
    for (int i = 0; i < BATCH; i++) {
      x[i] = Float.intBitsToFloat((int) ((first + i) * stride));
    }
    function.apply(scalar, x, y);
    function.apply(Kernels.layers(), x, z);
    for (int i = 0; i < BATCH; i++) {
      if (Float.floatToIntBits(y[i]) != Float.floatToIntBits(z[i])) {
        assertEquals(y[i], z[i], function + " of " + Float.toHexString(x[i]));
      }
      measure(x[i], y[i]);
    }
  }

  private void measure(float x, float y) {
    count++;
    double exact = function.exact(x);
    if (Double.compare(exact, y) == 0 || (exact == 0 && y == 0)) {
      return;
    }
    double error = Math.abs(y - exact);
    double relative = function.relative(x) * U * Math.abs(exact);
    double bound = relative + function.absolute();
    if (!(error <= bound)) {
      throw new AssertionError(
          function
              + (" of " + Float.toHexString(x) + " is " + y + ", but should be " + exact)
              + (" within " + bound));
    }
    if (relative > 64 * function.absolute() && error / Math.abs(exact) > worst) {
      worst = error / Math.abs(exact);
      worstAt = x;
    }
    if (error / bound > share) {
      share = error / bound;
      shareAt = x;
    }
  }
}
