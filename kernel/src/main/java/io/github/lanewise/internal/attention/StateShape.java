package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.NodeKernels;

/** The rows of a state, [batch, queryHeads, queryLength], and the width of their values. */
public record StateShape(long batch, long queryHeads, long queryLength, long valueDim) {

  /** The most floats that an array holds in every virtual machine. */
  private static final long MOST_FLOATS = Integer.MAX_VALUE - 8L;

  public StateShape {
    requireNotNegative(batch, "batch");
    requireNotNegative(queryHeads, "queryHeads");
    requireNotNegative(queryLength, "queryLength");
    requireNotNegative(valueDim, "valueDim");
    long heads = batch == 0 ? 0 : product(batch, queryHeads);
    long rows = heads == 0 ? 0 : product(heads, queryLength);
    long width = Math.min(valueDim, MOST_FLOATS) + NodeKernels.values(1);
    if (rows > MOST_FLOATS || rows * width > MOST_FLOATS) {
      throw new IllegalArgumentException(
          "a state of "
              + rows
              + " rows with "
              + valueDim
              + " values each is too large: one array must hold it, with "
              + MOST_FLOATS
              + " floats at most");
    }
  }

  private static void requireNotNegative(long size, String name) {
    if (size < 0) {
      throw new IllegalArgumentException(name + " is " + size + ", but at least 0 is needed");
    }
  }

  private static long product(long a, long b) {
    return b > MOST_FLOATS / a ? MOST_FLOATS + 1 : a * b;
  }

  /** Number of rows of a node. */
  int rows() {
    return (int) (batch * queryHeads * queryLength);
  }

  /** Number of values of a row. */
  int width() {
    return (int) Math.min(valueDim, MOST_FLOATS); // above that there is no row
  }

  /** Floats that a node takes. */
  int nodeLength() {
    return rows() == 0 ? 0 : rows() * (NodeKernels.values(1) + width());
  }
}
