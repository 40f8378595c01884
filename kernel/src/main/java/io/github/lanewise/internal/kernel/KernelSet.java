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

  /** The kernels of one kind: its interface. */
  public <T> T get(Class<T> kind) {
    Object kernels =
        kind == LaneKernels.class
            ? lanes
            : kind == TileKernels.class
                ? tiles
                : kind == ScoreKernels.class
                    ? scores
                    : kind == NodeKernels.class
                        ? nodes
                        : kind == DecodeKernels.class ? decode : sampling;
    return kind.cast(kernels);
  }
}
