package io.github.lanewise.internal.mask;

import io.github.lanewise.internal.runtime.Kernels;

/** One boolean per key. */
final class AllowedNode extends ArrayNode {

  private final boolean[] allowed;

  AllowedNode(boolean[] allowed, long[] shape) {
    super(shape);
    requireLength(allowed.length, rowSize(), "elements");
    this.allowed = allowed;
  }

  @Override
  long word(MaskPlan plan, long b, long h, long i, long key, int length) {
    long row = row(b, h, i);
    if (isOnePerRow()) {
      return allowed[(int) row] ? ones(0, length) : 0;
    }
    return Kernels.lanes().pack(allowed, (int) (row * rowSize() + key), length);
  }
}
