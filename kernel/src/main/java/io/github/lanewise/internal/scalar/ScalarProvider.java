package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.KernelProvider;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;

/** The scalar kernels. */
public final class ScalarProvider implements KernelProvider {
  @Override
  public int laneBits() {
    return 0;
  }

  @Override
  public LaneKernels lanes() {
    return new ScalarLaneKernels();
  }

  @Override
  public TileKernels tiles() {
    return new ScalarTileKernels();
  }

  @Override
  public ScoreKernels scores() {
    return new ScalarScoreKernels();
  }

  @Override
  public NodeKernels nodes() {
    return new ScalarNodeKernels();
  }

  @Override
  public SamplingKernels sampling() {
    return new ScalarSamplingKernels();
  }

  @Override
  public DecodeKernels decode() {
    return new ScalarDecodeKernels();
  }
}
