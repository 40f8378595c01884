package io.github.lanewise.testing;

import io.github.lanewise.Lanewise;
import java.util.stream.IntStream;

/**
 * Lengths at which loops over lanes, over the 16 virtual lanes and over blocks of 256 begin or end.
 */
public final class Sizes {
  private Sizes() {}

  /** Returns the lane count of this process; the scalar code stands for all 16 virtual lanes. */
  public static int lanes() {
    int bits = Lanewise.implementation().laneBits();
    return bits == 0 ? 16 : bits / Float.SIZE;
  }

  /** Returns the lengths to try, ascending. */
  public static int[] sweep() {
    int l = lanes();
    int[] fromLanes = {0, 1, 2, 3, l / 2, l - 1, l, l + 1, 2 * l - 1, 2 * l, 4 * l, 4 * l + 1};
    int[] fixed = {5, 13, 31, 67, 127, 251, 255, 256, 257, 509, 512, 513, 769, 1021, 4098};
    return IntStream.concat(IntStream.of(fromLanes), IntStream.of(fixed))
        .sorted()
        .distinct()
        .toArray();
  }

  /** Returns offsets of a range within its array: 0, 1 and half a vector. */
  public static int[] offsets() {
    return new int[] {0, 1, lanes() / 2};
  }
}
