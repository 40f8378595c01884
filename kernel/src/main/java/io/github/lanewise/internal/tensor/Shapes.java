package io.github.lanewise.internal.tensor;

import java.util.Arrays;
import java.util.Objects;

/** Arithmetic on shapes, in long and without silent overflow. */
public final class Shapes {

  /** The most axes that a tensor or a mask has. */
  public static final int MAX_RANK = 4;

  /** The longest array that HotSpot allocates. */
  public static final long MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 2;

  private Shapes() {}

  /** A copy of a caller's shape, checked after it was copied: another thread may change it. */
  public static long[] validCopy(long[] shape) {
    long[] own = Objects.requireNonNull(shape, "shape").clone();
    requireValid(own);
    return own;
  }

  /** The beginning of a message about a shape. */
  public static String describe(long[] shape, long count) {
    return "the shape " + Arrays.toString(shape) + " has " + count + " elements";
  }

  /**
   * Checks that a shape has rank 1 to 4 and no negative size, and that its sizes other than 0
   * multiply to a long: then no product of any of them can overflow.
   */
  public static void requireValid(long[] shape) {
    if (shape.length < 1 || shape.length > MAX_RANK) {
      throw new IllegalArgumentException(
          "the shape "
              + Arrays.toString(shape)
              + " has rank "
              + shape.length
              + ", but rank 1 to "
              + MAX_RANK
              + " is needed");
    }
    long product = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] < 0) {
        throw new IllegalArgumentException(
            "size " + axis + " of the shape " + Arrays.toString(shape) + " is negative");
      }
      long factor = Math.max(shape[axis], 1);
      if (Math.multiplyHigh(product, factor) != 0 || product * factor < 0) {
        throw new IllegalArgumentException(
            "the shape "
                + Arrays.toString(shape)
                + " is too large: its sizes multiply to more than "
                + Long.MAX_VALUE);
      }
      product *= factor;
    }
  }

  /** Number of elements of a valid shape. */
  public static long count(long[] shape) {
    long count = 1;
    for (long size : shape) {
      if (size == 0) {
        return 0;
      }
      count *= size;
    }
    return count;
  }

  /**
   * Strides of a gapless row-major layout. Around an empty axis they are 0, so that every row of an
   * empty tensor begins within its storage.
   */
  static long[] rowMajorStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return strides;
  }
}
