package io.github.lanewise.internal.kernel;

/**
 * Sums over rows in double precision, in an order that the number of rows alone decides: blocks of
 * {@link Arithmetic#CHUNK} rows, ascending, and the binary tree of {@link RowReductions} over the
 * blocks.
 */
public final class DoubleSums {
  private DoubleSums() {}

  /** The sum of the first {@code count} numbers; +0 if there is none. */
  public static double sum(float[] x, int count) {
    return count == 0 ? 0 : node(x, 0, count);
  }

  /** The sum of the first {@code count} numbers; +0 if there is none. */
  public static double sum(double[] x, int count) {
    return count == 0 ? 0 : node(x, 0, count);
  }

  private static double node(float[] x, int from, int to) {
    if (isBlock(from, to)) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += x[i];
      }
      return sum;
    }
    int middle = middle(from, to);
    return node(x, from, middle) + node(x, middle, to);
  }

  private static double node(double[] x, int from, int to) {
    if (isBlock(from, to)) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += x[i];
      }
      return sum;
    }
    int middle = middle(from, to);
    return node(x, from, middle) + node(x, middle, to);
  }

  private static boolean isBlock(int from, int to) {
    return from >> Arithmetic.CHUNK_BITS == (to - 1) >> Arithmetic.CHUNK_BITS;
  }

  /** Where the lowest node above both ends divides them. */
  private static int middle(int from, int to) {
    int level = 31 - Integer.numberOfLeadingZeros(from ^ (to - 1));
    return (to - 1) >> level << level;
  }
}
