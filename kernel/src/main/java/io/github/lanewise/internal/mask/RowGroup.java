package io.github.lanewise.internal.mask;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import java.util.Arrays;

/**
 * Some queries of some heads of one batch element, and which keys any of them sees. Set again
 * without allocation; one thread at a time may ask.
 */
public sealed class RowGroup permits QueryRows {

  MaskPlan plan;
  long batch;
  long firstHead;
  long endHead;
  long firstQuery;
  long endQuery;

  private long firstKey;
  private long endKey;

  private final long[] rowBits = new long[MaskPlan.CHUNK_WORDS];
  private final long[] seen = new long[MaskPlan.CHUNK_WORDS];

  /** No rows, until they are set. */
  @SuppressWarnings("NullAway.Init") // bound by `set` before any other method
  public RowGroup() {}

  /**
   * The queries {@code [firstQuery, firstQuery + queries)} of the heads {@code [firstHead,
   * firstHead + heads)}.
   *
   * @param plan stays bound as long as questions are asked
   */
  public void set(
      MaskPlan plan, long batch, long firstHead, long heads, long firstQuery, long queries) {
    this.plan = plan;
    this.batch = batch;
    this.firstHead = firstHead;
    this.firstQuery = firstQuery;
    endHead = firstHead + heads;
    endQuery = firstQuery + queries;
  }

  /** Finds the smallest range that holds the hulls of all rows. */
  public void findHull() {
    long first = Long.MAX_VALUE;
    long end = 0;
    long least = plan.firstKey();
    long most = plan.keys(batch);
    for (long h = firstHead; h < endHead; h++) {
      for (long i = firstQuery; i < endQuery && (first > least || end < most); i++) {
        long rowEnd = plan.end(batch, h, i);
        if (rowEnd > 0) {
          first = Math.min(first, plan.first(batch, h, i));
          end = Math.max(end, rowEnd);
        }
      }
    }
    setHull(first, end);
  }

  final void setHull(long first, long end) {
    firstKey = Math.min(first, end);
    endKey = end;
  }

  /** Where the hull that was found begins. */
  public final long firstKey() {
    return firstKey;
  }

  /** Where it ends; the same if it is empty. */
  public final long endKey() {
    return endKey;
  }

  /**
   * A key from {@code key} on before which, from {@code key} on, no row sees anything; beyond the
   * hull if none sees anything any more. Where the mask is all ranges, gaps between the ranges of
   * the rows are not looked for.
   */
  public final long next(long key) {
    if (plan.rangesOnly()) {
      return key;
    }
    long next = Long.MAX_VALUE;
    for (long h = firstHead; h < endHead; h++) {
      for (long i = firstQuery; i < endQuery && next > key; i++) {
        next = Math.min(next, plan.next(batch, h, i, key));
      }
    }
    return next;
  }

  /**
   * Whether any row may see one of the keys {@code [chunk0, end)} of a chunk, as in {@link #next}.
   */
  public final boolean seesAny(long chunk0, long end) {
    if (plan.rangesOnly()) {
      return true;
    }
    for (long h = firstHead; h < endHead; h++) {
      for (long i = firstQuery; i < endQuery; i++) {
        if (plan.chunk(batch, h, i, chunk0, (int) (end - chunk0), rowBits, 0) != MaskPlan.NONE) {
          return true;
        }
      }
    }
    return false;
  }

  /** Finds the keys {@code [chunk0, end)} of a chunk that any row may see, as in {@link #next}. */
  public final void findSeen(long chunk0, long end) {
    int length = (int) (end - chunk0);
    Arrays.fill(seen, plan.rangesOnly() ? -1L : 0L);
    boolean all = plan.rangesOnly();
    for (long h = firstHead; h < endHead; h++) {
      for (long i = firstQuery; i < endQuery && !all; i++) {
        int state = plan.chunk(batch, h, i, chunk0, length, rowBits, 0);
        if (state == MaskPlan.ALL) {
          Arrays.fill(seen, -1L);
        }
        all = state == MaskPlan.ALL || (state == MaskPlan.SOME && joins(length));
      }
    }
  }

  /** Adds a row's keys to those seen; returns whether that makes all of them. */
  private boolean joins(int length) {
    int count = 0;
    for (int w = 0; w < seen.length; w++) {
      seen[w] |= rowBits[w];
      count += Long.bitCount(seen[w]);
    }
    return count == length;
  }

  /** The first seen key from {@code k} on, or {@code end}; both counted from the chunk's start. */
  public final int nextSeen(int k, int end) {
    return nextSet(seen, k, end);
  }

  /** The first key from {@code k} on that is not seen, or {@code end}. */
  public final int endOfSeen(int k, int end) {
    int at = k;
    while (at < end && isSet(seen, at)) {
      at++;
    }
    return at;
  }

  /**
   * The number of the first row, head by head, that sees one of the keys {@code [from, end)}; -1 if
   * none does.
   */
  public final long firstRowThatSees(long from, long end) {
    for (long h = firstHead; h < endHead; h++) {
      for (long i = firstQuery; i < endQuery; i++) {
        if (rowSees(h, i, from, end)) {
          return (h - firstHead) * (endQuery - firstQuery) + i - firstQuery;
        }
      }
    }
    return -1;
  }

  private boolean rowSees(long h, long i, long from, long end) {
    long stop = Math.min(end, plan.end(batch, h, i));
    long key = Math.max(from, plan.first(batch, h, i));
    while (key < stop) {
      key = plan.next(batch, h, i, key);
      if (key >= stop) {
        return false;
      }
      long chunk0 = key / CHUNK * CHUNK;
      int length = (int) Math.min(CHUNK, plan.keys(batch) - chunk0);
      int state = plan.chunk(batch, h, i, chunk0, length, rowBits, 0);
      int last = (int) Math.min(CHUNK, stop - chunk0);
      boolean some = state == MaskPlan.SOME;
      if (some ? nextSet(rowBits, (int) (key - chunk0), last) < last : state == MaskPlan.ALL) {
        return true;
      }
      key = chunk0 + CHUNK;
    }
    return false;
  }

  private static int nextSet(long[] bits, int k, int end) {
    int at = k;
    while (at < end && !isSet(bits, at)) {
      at++;
    }
    return at;
  }

  private static boolean isSet(long[] bits, int k) {
    return (bits[k / Long.SIZE] >>> k & 1) != 0;
  }
}
