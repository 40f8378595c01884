package io.github.lanewise.internal.kernel;

/** The kernels of one implementation. */
public record KernelSet(
    LaneKernels lanes,
    TileKernels tiles,
    ScoreKernels scores,
    NodeKernels nodes,
    DecodeKernels decode,
    SamplingKernels sampling,
    GradientKernels gradients,
    PackedKernels packed,
    LayerKernels layers) {

  /** Makes the kernels of one implementation. */
  public interface Provider {
    /** Width of its vectors in bits; 0 for scalar code. */
    int laneBits();

    KernelSet kernels();
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
                        : kind == DecodeKernels.class
                            ? decode
                            : kind == SamplingKernels.class
                                ? sampling
                                : kind == GradientKernels.class
                                    ? gradients
                                    : kind == PackedKernels.class ? packed : layers;
    return kind.cast(kernels);
  }
}
