package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.tensor.StridedFloats;

/**
 * The query rows of one block: up to 32 rows of the heads of one group, one row a lane, with what
 * the mask lets each of them see.
 */
final class BlockRows {

  long batch;
  int count;

  /** Query head of each lane. */
  final long[] head = new long[TileKernels.PANEL];

  /** Query of each lane, counted from the call's first. */
  final long[] query = new long[TileKernels.PANEL];

  /** Hull of the keys that each lane sees: [first, end), empty if first = end. */
  final long[] first = new long[TileKernels.PANEL];

  final long[] end = new long[TileKernels.PANEL];

  /** Hull of the keys that any lane sees. */
  long firstKey;

  long endKey;

  /** Rows {@code [row0, row0 + count)} of the group's rows, head by head. */
  void set(long batch, long firstHead, long queries, long row0, int count, MaskPlan mask) {
    this.batch = batch;
    this.count = count;
    firstKey = Long.MAX_VALUE;
    endKey = 0;
    for (int c = 0; c < count; c++) {
      head[c] = firstHead + (row0 + c) / queries;
      query[c] = (row0 + c) % queries;
      first[c] = mask.first(batch, head[c], query[c]);
      end[c] = mask.end(batch, head[c], query[c]);
      if (first[c] < end[c]) {
        firstKey = Math.min(firstKey, first[c]);
        endKey = Math.max(endKey, end[c]);
      }
    }
    firstKey = Math.min(firstKey, endKey);
  }

  /** The end of the run of lanes from {@code c} that have the same head. */
  int endOfHead(int c) {
    int stop = c + 1;
    while (stop < count && head[stop] == head[c]) {
      stop++;
    }
    return stop;
  }

  /** Index of lane {@code c}'s row in the storage of a tensor [batch, heads, queries, …]. */
  long offsetIn(StridedFloats t, int c) {
    return t.offset() + batch * t.stride(0) + head[c] * t.stride(1) + query[c] * t.stride(2);
  }
}
