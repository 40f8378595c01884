package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.TileKernels;

/** Kernels over tiles of matrices. */
final class VectorTileKernels implements TileKernels {}
