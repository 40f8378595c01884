package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.KernelProvider;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;

/** The vector kernels. */
public final class VectorProvider implements KernelProvider {
  @Override
  public int laneBits() {
    return LaneSpecies.FLOATS.vectorBitSize();
  }

  @Override
  public LaneKernels lanes() {
    return new VectorLaneKernels();
  }

  @Override
  public TileKernels tiles() {
    return new VectorTileKernels();
  }

  @Override
  public ScoreKernels scores() {
    return new VectorScoreKernels();
  }

  @Override
  public NodeKernels nodes() {
    return new VectorNodeKernels();
  }

  @Override
  public SamplingKernels sampling() {
    return new VectorSamplingKernels();
  }

  @Override
  public DecodeKernels decode() {
    return new VectorDecodeKernels();
  }
}
