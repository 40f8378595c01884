package io.github.lanewise.internal.mask;

import org.jspecify.annotations.Nullable;

/** A mask that shows every row one range of keys, known from the row's position alone. */
abstract sealed class RangeNode extends MaskNode
    permits EverythingNode, WindowNode, PrefixNode, LengthsNode {

  RangeNode(@Nullable Long namedOffset) {
    super(namedOffset);
  }

  /** The intersection with another range as one range; null if there is no simple form. */
  @Nullable RangeNode intersect(RangeNode other) {
    return null;
  }

  /** The union with another range as one range; null if there is no simple form. */
  @Nullable RangeNode unite(RangeNode other) {
    return null;
  }

  @Override
  final boolean rangesOnly() {
    return true;
  }

  @Override
  final long word(MaskPlan plan, long b, long h, long i, long key, int length) {
    long first = first(plan, b, h, i);
    return first == NOWHERE ? 0 : ones(first - key, Math.min(end(plan, b, h, i) - key, length));
  }

  @Override
  final void chunk(
      MaskPlan plan,
      long b,
      long h,
      long i,
      long key0,
      int length,
      long[] bits,
      int at,
      Combine combine) {
    long first = first(plan, b, h, i);
    long end = Math.min(end(plan, b, h, i), key0 + length);
    for (int w = 0; w < MaskPlan.CHUNK_WORDS; w++) {
      long key = key0 + w * (long) Long.SIZE;
      put(bits, at + w, first >= end ? 0 : ones(first - key, end - key), combine);
    }
  }
}
