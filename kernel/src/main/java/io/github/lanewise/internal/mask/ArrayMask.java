package io.github.lanewise.internal.mask;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Shapes;
import java.util.Arrays;
import java.util.Objects;

/**
 * A mask that the caller spells out in an array. The hull of a row is all of it: to look for a
 * tighter one costs as much as the bits.
 */
public sealed interface ArrayMask extends MaskExpression {

  /** The shape that the array has. */
  Shape shape();

  @Override
  default void check(MaskPlan plan) {
    shape().requireFit(plan);
  }

  @Override
  default boolean isEverything(MaskPlan plan) {
    return false;
  }

  @Override
  default boolean rangesOnly() {
    return false;
  }

  @Override
  default boolean startsAtZero() {
    return true;
  }

  @Override
  default long first(MaskPlan plan, long b, long h, long i) {
    return plan.keys(b) == 0 ? NOWHERE : 0;
  }

  @Override
  default long end(MaskPlan plan, long b, long h, long i) {
    return plan.keys(b);
  }

  /** One boolean per key. */
  @SuppressWarnings("ArrayRecordComponent") // two masks are equal if they read the same array
  record Allowed(boolean[] allowed, Shape shape) implements ArrayMask {

    /** The mask that an array and a shape make, which may both be the caller's. */
    public static Allowed of(boolean[] allowed, long[] shape) {
      Objects.requireNonNull(allowed, "allowed");
      Allowed mask = new Allowed(allowed, Shape.of(shape));
      mask.shape.requireLength(allowed.length, mask.shape.keys, "elements");
      return mask;
    }

    @Override
    public long word(MaskPlan plan, long b, long h, long i, long key, int length) {
      long row = shape.row(b, h, i);
      if (shape.keys == 1) {
        return allowed[(int) row] ? MaskExpression.ones(0, length) : 0;
      }
      return Kernels.lanes().pack(allowed, (int) (row * shape.keys + key), length);
    }

    @Override
    public String toString() {
      return "allowed(" + shape + ")";
    }
  }

  /** One bit per key; a row begins with a new long. */
  @SuppressWarnings("ArrayRecordComponent") // two masks are equal if they read the same array
  record AllowedBits(long[] bits, Shape shape) implements ArrayMask {

    /** The mask that an array and a shape make, which may both be the caller's. */
    public static AllowedBits of(long[] bits, long[] shape) {
      Objects.requireNonNull(bits, "bits");
      AllowedBits mask = new AllowedBits(bits, Shape.of(shape));
      mask.shape.requireLength(bits.length, mask.rowWords(), "longs");
      return mask;
    }

    private long rowWords() {
      return Math.ceilDiv(shape.keys, Long.SIZE);
    }

    @Override
    public long word(MaskPlan plan, long b, long h, long i, long key, int length) {
      long row = shape.row(b, h, i);
      if (shape.keys == 1) {
        return (bits[(int) row] & 1) != 0 ? MaskExpression.ones(0, length) : 0;
      }
      return bits[wordAt(b, h, i, key)] & MaskExpression.ones(0, length);
    }

    /** The index of the long that begins with that key, a multiple of 64. */
    int wordAt(long b, long h, long i, long key) {
      return (int) (shape.row(b, h, i) * rowWords() + key / Long.SIZE);
    }

    @Override
    public String toString() {
      return "allowedBits(" + shape + ")";
    }
  }

  /**
   * A shape of rank 1 to 4, broadcast right-aligned to [batch, heads, queries, keys]: the sizes of
   * missing axes are 1, and a size of 1 stands for any.
   */
  record Shape(int rank, long batch, long heads, long queries, long keys) {

    static Shape of(long[] shape) {
      long[] sizes = Objects.requireNonNull(shape, "shape").clone();
      Shapes.requireValid(sizes);
      int rank = sizes.length;
      return new Shape(
          rank,
          rank < 4 ? 1 : sizes[rank - 4],
          rank < 3 ? 1 : sizes[rank - 3],
          rank < 2 ? 1 : sizes[rank - 2],
          sizes[rank - 1]);
    }

    private long[] sizes() {
      long[] all = {batch, heads, queries, keys};
      return Arrays.copyOfRange(all, Shapes.MAX_RANK - rank, Shapes.MAX_RANK);
    }

    /** Number of the row that (b, h, i) reads. */
    long row(long b, long h, long i) {
      long head = (batch == 1 ? 0 : b) * heads + (heads == 1 ? 0 : h);
      return head * queries + (queries == 1 ? 0 : i);
    }

    /** Checks the length of the array, at a given width of a row. */
    void requireLength(int length, long rowWidth, String what) {
      long rows = Shapes.count(new long[] {batch, heads, queries});
      boolean fits = rowWidth == 0 || rows <= Integer.MAX_VALUE / rowWidth;
      if (!fits || rows * rowWidth != length) {
        throw new IllegalArgumentException(
            "the shape "
                + this
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

    void requireFit(MaskPlan plan) {
      requireSize(0, batch, plan.batch());
      requireSize(1, heads, plan.heads());
      requireSize(2, queries, plan.queries());
      if (!plan.isOpen()) {
        requireSize(3, keys, plan.keys());
      } else if (keys != 1 && keys < plan.keys()) {
        throw new IllegalArgumentException(
            "the mask's shape "
                + this
                + " has "
                + keys
                + " keys, but "
                + (plan.isShard() ? "the shard ends at " : "the longest sequence holds ")
                + plan.keys());
      }
    }

    private void requireSize(int axis, long size, long needed) {
      if (size != 1 && size != needed) {
        throw new IllegalArgumentException(
            "size "
                + (axis - (Shapes.MAX_RANK - rank))
                + " of the mask's shape "
                + this
                + " is "
                + size
                + ", but "
                + (needed == 1 ? "1" : "1 or " + needed)
                + " is needed");
      }
    }

    @Override
    public String toString() {
      return Arrays.toString(sizes());
    }
  }
}
