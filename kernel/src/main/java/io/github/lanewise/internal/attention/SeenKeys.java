package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.mask.MaskPlan;
import java.util.Arrays;

/**
 * Which keys of one chunk any query of a group sees. Keys and values that nobody sees are not read:
 * they may be memory that was never written.
 */
final class SeenKeys {

  private static final int WORDS = CHUNK / Long.SIZE;

  private final long[] seen = new long[WORDS];
  private final long[] row = new long[WORDS];

  /** Looks at the keys {@code [chunk0, end)}, until all of them have been seen. */
  void look(
      MaskPlan mask, long batch, long firstHead, long heads, long queries, long chunk0, long end) {
    int length = (int) (end - chunk0);
    if (mask.rangesOnly()) {
      Arrays.fill(seen, -1L); // up to the head's hull, which is exact but for gaps between rows
      return;
    }
    Arrays.fill(seen, 0L);
    for (long head = firstHead; head < firstHead + heads; head++) {
      for (long i = 0; i < queries; i++) {
        int state = mask.chunk(batch, head, i, chunk0, length, row, 0);
        if (state == MaskPlan.ALL) {
          Arrays.fill(seen, -1L);
          return;
        }
        if (state == MaskPlan.SOME && joins(length)) {
          return;
        }
      }
    }
  }

  /** Whether any of the keys {@code [chunk0, end)} is seen by any query of the group. */
  boolean anyOf(
      MaskPlan mask, long batch, long firstHead, long heads, long queries, long chunk0, long end) {
    for (long head = firstHead; head < firstHead + heads; head++) {
      for (long i = 0; i < queries; i++) {
        if (mask.chunk(batch, head, i, chunk0, (int) (end - chunk0), row, 0) != MaskPlan.NONE) {
          return true;
        }
      }
    }
    return false;
  }

  /** Adds the row's keys; returns whether that makes all of them. */
  private boolean joins(int length) {
    int count = 0;
    for (int w = 0; w < WORDS; w++) {
      seen[w] |= row[w];
      count += Long.bitCount(seen[w]);
    }
    return count == length;
  }

  /** The first seen key from {@code k} on, or {@code end}; both counted from the chunk's start. */
  int next(int k, int end) {
    int at = k;
    while (at < end && !has(at)) {
      at++;
    }
    return at;
  }

  /** The first key from {@code k} on that is not seen, or {@code end}. */
  int endOfRun(int k, int end) {
    int at = k;
    while (at < end && has(at)) {
      at++;
    }
    return at;
  }

  private boolean has(int k) {
    return (seen[k / Long.SIZE] >>> k & 1) != 0;
  }
}
