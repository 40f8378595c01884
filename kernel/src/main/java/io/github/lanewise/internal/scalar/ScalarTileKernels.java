package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.TileKernels;

/** Kernels over tiles of matrices. */
final class ScalarTileKernels implements TileKernels {}
