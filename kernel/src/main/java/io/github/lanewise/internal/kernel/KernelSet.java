package io.github.lanewise.internal.kernel;

/** The kernels of one implementation. */
public record KernelSet(
    LaneKernels lanes,
    TileKernels tiles,
    ScoreKernels scores,
    NodeKernels nodes,
    DecodeKernels decode,
    SamplingKernels sampling) {

  /** Makes the kernels of a provider. */
  public static KernelSet of(KernelProvider provider) {
    return new KernelSet(
        provider.lanes(),
        provider.tiles(),
        provider.scores(),
        provider.nodes(),
        provider.decode(),
        provider.sampling());
  }
}
