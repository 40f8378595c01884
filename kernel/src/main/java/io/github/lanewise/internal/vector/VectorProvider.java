package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.KernelSet;

/** The vector kernels. */
public final class VectorProvider implements KernelSet.Provider {
  @Override
  public int laneBits() {
    return LaneSpecies.FLOATS.vectorBitSize();
  }

  @Override
  public KernelSet kernels() {
    return new KernelSet(
        new VectorLaneKernels(),
        new VectorTileKernels(),
        new VectorScoreKernels(),
        new VectorNodeKernels(),
        new VectorDecodeKernels(),
        new VectorSamplingKernels(),
        new VectorGradientKernels(),
        new VectorPackedKernels(),
        new VectorLayerKernels());
  }
}
