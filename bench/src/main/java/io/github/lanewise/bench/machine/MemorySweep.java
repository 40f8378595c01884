package io.github.lanewise.bench.machine;

import java.util.Arrays;

/**
 * How a loop goes through its floats: piece after piece of what is large, so that a sample of some
 * milliseconds finds as little of it in the caches as a pass over all of it would; again and again
 * over what is small, so that the clock is read seldom.
 */
final class MemorySweep {
  private static final int PASS = 1 << 20; // floats
  private static final int UNIT = 128; // 4 streams of 2 vectors of 16
  private static final int MOST = 1 << 27; // half a gigabyte
  private static final int LINE = 16;

  private final int piece;
  private final int pieces;
  private final int repeats;
  private int at;

  MemorySweep(double elements) {
    int wanted = (int) Math.max(UNIT, Math.min(elements, MOST));
    pieces = Math.max(1, Math.round((float) wanted / PASS));
    piece = wanted / pieces / UNIT * UNIT;
    repeats = pieces > 1 ? 1 : (PASS + piece - 1) / piece;
  }

  /** Floats at a stretch. */
  int piece() {
    return piece;
  }

  /** How often a pass goes over its piece. */
  int repeats() {
    return repeats;
  }

  double elementsOfPass() {
    return (double) piece * repeats;
  }

  /** Where the next pass begins: at one of the places within a cache line. */
  int next(int place) {
    int from = at * piece + place * LINE / LimitSource.PLACES;
    at = (at + 1) % pieces;
    return from;
  }

  /**
   * From an element of the first range to that of the second: whole cache lines, for they begin at
   * the same place of one; and half a page beyond whole pages, as a load behind a store to the same
   * place of another page waits for it.
   */
  int distance() {
    int page = 1024;
    return (pieces * piece + LINE + page - 1) / page * page + page / 2;
  }

  /** Memory for one range or two, every page of it written to. */
  float[] allocate(int ranges) {
    float[] memory = new float[(ranges - 1) * distance() + pieces * piece + LINE];
    Arrays.fill(memory, 1f);
    return memory;
  }
}
