package io.github.lanewise;

/** Checks of array ranges, with both numbers in the message. */
final class Ranges {
  private Ranges() {}

  /** Checks 0 ≤ from ≤ to ≤ length. */
  static void check(int length, String name, int from, int to) {
    if (from < 0 || from > to || to > length) {
      throw new IndexOutOfBoundsException(
          "range [" + from + ", " + to + ") of " + name + ", which has length " + length);
    }
  }

  /** Checks that a run of {@code count} elements from {@code from} on lies inside. */
  static void checkRun(int length, String name, int from, int count) {
    if (count < 0) {
      throw new IndexOutOfBoundsException("length is " + count + ", but must be at least 0");
    }
    if (from < 0 || from > length - count) {
      throw new IndexOutOfBoundsException(
          count + " elements from " + from + " of " + name + ", which has length " + length);
    }
  }

  /** Checks that two runs of one array are the same or do not meet. */
  static void checkOverlap(
      float[] x, String xName, int xFrom, float[] y, String yName, int yFrom, int count) {
    if (x == y && xFrom != yFrom && Math.abs((long) xFrom - yFrom) < count) {
      throw new IllegalArgumentException(
          yName
              + " from "
              + yFrom
              + " overlaps "
              + xName
              + " from "
              + xFrom
              + " over "
              + count
              + " elements, but must be the same run or disjoint");
    }
  }
}
