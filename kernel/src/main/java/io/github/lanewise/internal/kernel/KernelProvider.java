package io.github.lanewise.internal.kernel;

/** One implementation of all kernels. */
public interface KernelProvider {
  /** Width of its vectors in bits; 0 for scalar code. */
  int laneBits();

  LaneKernels lanes();

  TileKernels tiles();

  ScoreKernels scores();

  NodeKernels nodes();

  SamplingKernels sampling();

  DecodeKernels decode();
}
