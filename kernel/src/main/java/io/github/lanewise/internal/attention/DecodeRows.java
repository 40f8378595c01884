package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.mask.MaskPlan;

/**
 * The query rows of a task, key head by key head, and what each of them sees of the chunk at hand.
 */
final class DecodeRows {

  private static final int WORDS = MaskPlan.CHUNK_WORDS;

  int sequence;
  int firstHead;
  int count;

  /** Query head and query of each row. */
  long[] head = new long[0];

  long[] query = new long[0];

  /** Of the keys of the chunk, counted from its start, those that any row sees: [from, end). */
  int from;

  int end;

  /** What {@link MaskPlan#chunk} says of each row, and its bits. */
  int[] state = new int[0];

  long[] bits = new long[0];

  private MaskPlan mask;

  /** Whether the mask is all ranges, and where then the last begins and the first ends. */
  private boolean ranges;

  private long latestFirst;
  private long earliestEnd;
  private boolean all;

  @SuppressWarnings("NullAway.Init") // bound by `set` before any other method
  DecodeRows() {}

  void set(DecodeCall call, int sequence, int firstHead, int heads) {
    this.sequence = sequence;
    this.firstHead = firstHead;
    mask = call.mask;
    count = heads * call.rows;
    if (head.length < count) {
      head = new long[count];
      query = new long[count];
      state = new int[count];
      bits = new long[count * WORDS];
    }
    long firstQueryHead = (long) firstHead * call.group;
    for (int r = 0; r < count; r++) {
      head[r] = firstQueryHead + r / call.queryLength;
      query[r] = r % call.queryLength;
    }
    ranges = mask.rangesOnly();
    latestFirst = 0;
    earliestEnd = Long.MAX_VALUE;
    for (int r = 0; r < count && ranges && !mask.isNone(); r++) {
      latestFirst = Math.max(latestFirst, mask.first(sequence, head[r], query[r]));
      earliestEnd = Math.min(earliestEnd, mask.end(sequence, head[r], query[r]));
    }
  }

  /** Looks at the keys {@code [chunk0, chunk0 + length)}; false if no row sees any. */
  boolean look(long chunk0, int length) {
    all = ranges && latestFirst <= chunk0 && earliestEnd >= chunk0 + length;
    if (all) {
      from = 0;
      end = length;
      return true;
    }
    from = length;
    end = 0;
    for (int r = 0; r < count; r++) {
      int seen = mask.chunk(sequence, head[r], query[r], chunk0, length, bits, r * WORDS);
      state[r] = seen;
      if (seen != MaskPlan.NONE) {
        long first = mask.first(sequence, head[r], query[r]) - chunk0;
        long last = mask.end(sequence, head[r], query[r]) - chunk0;
        from = Math.min(from, (int) Math.max(0, first));
        end = Math.max(end, (int) Math.min(length, last));
      }
    }
    return from < end;
  }

  /** Whether all, some or none of the chunk's keys are visible to a row. */
  int state(int r) {
    return all ? MaskPlan.ALL : state[r];
  }

  /** Where {@link #bits} tells of a row's keys, beginning at a multiple of 64. */
  static int wordsAt(int r, int key) {
    return r * WORDS + key / Long.SIZE;
  }

  /** Whether any row may see one of the keys {@code [first, end)}. */
  boolean anySees(long first, long end) {
    if (ranges) {
      return true; // up to the hull, which is exact but for gaps between rows
    }
    for (int r = 0; r < count; r++) {
      if (mask.next(sequence, head[r], query[r], first) < end) {
        return true;
      }
    }
    return false;
  }
}
