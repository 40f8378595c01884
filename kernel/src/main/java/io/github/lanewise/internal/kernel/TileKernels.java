package io.github.lanewise.internal.kernel;

/** Kernels over tiles of matrices: what matrix products and attention are built from. */
public interface TileKernels {}
