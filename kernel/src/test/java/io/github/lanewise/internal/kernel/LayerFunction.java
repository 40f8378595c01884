package io.github.lanewise.internal.kernel;

import io.github.lanewise.reference.ReferenceRows;

/** An activation, its true value, and the bound that {@link io.github.lanewise.Rows} states. */
enum LayerFunction {
  SIGMOID {
    @Override
    void apply(LayerKernels kernels, float[] x, float[] y) {
      kernels.sigmoid(x, 0, y, 0, x.length);
    }

    @Override
    double exact(double x) {
      return ReferenceRows.sigmoid(x);
    }

    @Override
    double relative(double x) {
      return 4;
    }

    @Override
    double absolute() {
      return 0x1p-149;
    }
  },
  GELU {
    @Override
    void apply(LayerKernels kernels, float[] x, float[] y) {
      kernels.gelu(x, 0, y, 0, x.length);
    }

    /** Near 0, where most floats are, by two terms of the series: the oracle takes its time. */
    @Override
    double exact(double x) {
      return Math.abs(x) < 0x1p-20 ? x / 2 + x * x / Math.sqrt(2 * Math.PI) : ReferenceRows.gelu(x);
    }

    @Override
    double relative(double x) {
      return 10;
    }

    @Override
    double absolute() {
      return 0x1p-148;
    }
  },
  GELU_TANH {
    @Override
    void apply(LayerKernels kernels, float[] x, float[] y) {
      kernels.geluTanh(x, 0, y, 0, x.length);
    }

    @Override
    double exact(double x) {
      return ReferenceRows.geluTanh(x);
    }

    @Override
    double relative(double x) {
      double z = 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
      return 6 + 5 * (z < 0 ? -z : z * Math.exp(-z));
    }

    @Override
    double absolute() {
      return 0x1p-145;
    }
  };

  abstract void apply(LayerKernels kernels, float[] x, float[] y);

  abstract double exact(double x);

  /** The bound's relative part, in 2⁻²⁴. */
  abstract double relative(double x);

  abstract double absolute();
}
