package io.github.lanewise.internal.tensor;

/** Whether two tensors share memory. */
public final class Overlap {

  private Overlap() {}

  /** Whether any element of one shares a byte with any element of the other. */
  public static boolean overlaps(StridedFloats a, StridedFloats b) {
    throw new UnsupportedOperationException();
  }

  /** Whether every index names the same element in both. */
  public static boolean same(StridedFloats a, StridedFloats b) {
    throw new UnsupportedOperationException();
  }
}
