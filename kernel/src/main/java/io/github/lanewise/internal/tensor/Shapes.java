package io.github.lanewise.internal.tensor;

import java.util.Arrays;

/** Arithmetic on shapes, in long and without silent overflow. */
public final class Shapes {

  public static final int MAX_RANK = 4;

  private Shapes() {}

  /**
   * Number of elements of a shape of rank 1 to 4 without negative sizes.
   *
   * @throws IllegalArgumentException if the shape is none, or its sizes other than 0 multiply to
   *     more than a long can hold
   */
  public static long requireValid(long[] shape) {
    if (shape.length < 1 || shape.length > MAX_RANK) {
      throw new IllegalArgumentException(
          "the shape " + Arrays.toString(shape) + " has rank " + shape.length + ", but 1 to 4 are possible");
    }
    long product = 1;
    boolean empty = false;
    for (int axis = 0; axis < shape.length; axis++) {
      long size = shape[axis];
      if (size < 0) {
        throw new IllegalArgumentException(
            "size " + axis + " of the shape " + Arrays.toString(shape) + " is " + size + ", but at least 0 is needed");
      }
      empty |= size == 0;
      long high = Math.multiplyHigh(product, Math.max(size, 1));
      product *= Math.max(size, 1);
      if (high != 0 || product < 0) {
        throw new IllegalArgumentException(
            "the shape " + Arrays.toString(shape) + " has more than " + Long.MAX_VALUE + " elements");
      }
    }
    return empty ? 0 : product;
  }

  /** Strides of a gapless row-major layout; an empty axis counts as one of size 1. */
  static long[] rowMajorStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(shape[axis], 1);
    }
    return strides;
  }
}
