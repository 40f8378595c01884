package io.github.lanewise.internal.mask;

import io.github.lanewise.internal.tensor.Shapes;
import java.util.Arrays;
import java.util.Objects;

/**
 * A mask that the caller spells out in an array of rank 1 to 4, broadcast right-aligned to [batch,
 * heads, queries, keys]. The hull of a row is all of it: to look for a tighter one costs as much as
 * the bits.
 */
abstract sealed class ArrayNode extends MaskNode permits AllowedNode, AllowedBitsNode {

  private static final int KEYS = Shapes.MAX_RANK - 1;

  private final long[] shape; // the caller's
  private final long[] sizes = {1, 1, 1, 1}; // padded on the left
  private final long[] rowStrides = new long[KEYS]; // in rows; 0 where the size is 1

  ArrayNode(long[] shape) {
    super(null);
    this.shape = Objects.requireNonNull(shape, "shape").clone();
    Shapes.requireValid(this.shape);
    int padding = Shapes.MAX_RANK - shape.length;
    System.arraycopy(this.shape, 0, sizes, padding, shape.length);
    long stride = 1;
    for (int axis = KEYS - 1; axis >= 0; axis--) {
      rowStrides[axis] = sizes[axis] == 1 ? 0 : stride;
      stride *= Math.max(sizes[axis], 1);
    }
  }

  /** Checks the length of the array against the shape, at a given width of a row. */
  final void requireLength(int length, long rowWidth, String what) {
    long rows = Shapes.count(new long[] {sizes[0], sizes[1], sizes[2]});
    boolean fits = rowWidth == 0 || rows <= Integer.MAX_VALUE / rowWidth;
    if (!fits || rows * rowWidth != length) {
      throw new IllegalArgumentException(
          "the shape "
              + Arrays.toString(shape)
              + " has "
              + rows
              + " rows of "
              + rowWidth
              + " "
              + what
              + ", but the array has length "
              + length);
    }
  }

  final long rowSize() {
    return sizes[KEYS];
  }

  /** Whether one element stands for all keys of a row. */
  final boolean isOnePerRow() {
    return sizes[KEYS] == 1;
  }

  final long row(long b, long h, long i) {
    return b * rowStrides[0] + h * rowStrides[1] + i * rowStrides[2];
  }

  @Override
  final void check(MaskPlan plan) {
    requireSize(0, plan.batch());
    requireSize(1, plan.heads());
    requireSize(2, plan.queries());
    if (!plan.isShard()) {
      requireSize(KEYS, plan.keys());
    } else if (sizes[KEYS] != 1 && sizes[KEYS] < plan.keys()) {
      throw new IllegalArgumentException(
          "the mask's shape "
              + Arrays.toString(shape)
              + " has "
              + sizes[KEYS]
              + " keys, but the shard ends at "
              + plan.keys());
    }
  }

  private void requireSize(int axis, long size) {
    if (sizes[axis] != 1 && sizes[axis] != size) {
      throw new IllegalArgumentException(
          "size "
              + (axis - (Shapes.MAX_RANK - shape.length))
              + " of the mask's shape "
              + Arrays.toString(shape)
              + " is "
              + sizes[axis]
              + ", but "
              + (size == 1 ? "1" : "1 or " + size)
              + " is needed");
    }
  }

  @Override
  final boolean isEverything(MaskPlan plan) {
    return false;
  }

  @Override
  final boolean rangesOnly() {
    return false;
  }

  @Override
  final boolean startsAtZero() {
    return true;
  }

  @Override
  final long first(MaskPlan plan, long b, long h, long i) {
    return plan.keys(b) == 0 ? NOWHERE : 0;
  }

  @Override
  final long end(MaskPlan plan, long b, long h, long i) {
    return plan.keys(b);
  }

  @Override
  public final String toString() {
    return (this instanceof AllowedNode ? "allowed(" : "allowedBits(")
        + Arrays.toString(shape)
        + ")";
  }
}
