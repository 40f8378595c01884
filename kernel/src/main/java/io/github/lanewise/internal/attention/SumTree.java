package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.runtime.Kernels;
import java.util.Arrays;

/** Adds partial sums, panels of floats, by the tree over the chunk index. */
final class SumTree extends ChunkTree {

  @Override
  void clear(int node) {
    Arrays.fill(nodes, node, node + nodeLength(), 0f);
  }

  @Override
  void merge(int a, int b) {
    Kernels.gradients().add(nodes, a, nodes, b, nodeLength());
  }

  /** Folds the tree, and makes every -0 a +0. */
  int finish() {
    int root = root();
    Kernels.gradients().addZero(nodes, root, nodeLength());
    return root;
  }
}
