package io.github.lanewise.internal.kernel;

/** Kernels that are put into service together, because the operations that use one use all. */
public enum KernelFamily {
  /** {@link LaneKernels}: softmax and the primitives. */
  ROWS("rows"),
  /** {@link TileKernels}: matrix products and packing. */
  TILES("tiles"),
  /** {@link ScoreKernels} and {@link NodeKernels}: from scores to weights, and the merge tree. */
  SCORES("scores and merges"),
  /** {@link DecodeKernels}: products with pages of a cache. */
  DECODE("decode"),
  /** {@link SamplingKernels}. */
  SAMPLING("sampling"),
  /** {@link GradientKernels}: attention's gradients. */
  GRADIENTS("gradients"),
  /** {@link PackedKernels}: products with packed matrices. */
  PACKED("packed products"),
  /** {@link LayerKernels}: norms, activations and rotations. */
  LAYERS("layers");

  private final String title;

  KernelFamily(String title) {
    this.title = title;
  }

  /** Its name in messages and reports. */
  public String title() {
    return title;
  }
}
