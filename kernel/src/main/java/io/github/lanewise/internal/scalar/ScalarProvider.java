package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.KernelSet;

/** The scalar kernels. */
public final class ScalarProvider implements KernelSet.Provider {
  @Override
  public int laneBits() {
    return 0;
  }

  @Override
  public KernelSet kernels() {
    return new KernelSet(
        new ScalarLaneKernels(),
        new ScalarTileKernels(),
        new ScalarScoreKernels(),
        new ScalarNodeKernels(),
        new ScalarDecodeKernels(),
        new ScalarSamplingKernels(),
        new ScalarGradientKernels(),
        new ScalarPackedKernels(),
        new ScalarLayerKernels());
  }
}
