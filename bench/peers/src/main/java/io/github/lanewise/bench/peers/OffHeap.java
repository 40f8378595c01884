package io.github.lanewise.bench.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory for those who work outside the heap. */
final class OffHeap {
  private static final int CACHE_LINE = 64;

  private OffHeap() {}

  /** Room for so many values of 4 bytes, all zero, at the start of a cache line. */
  static ByteBuffer allocate(int length) {
    int bytes = Math.multiplyExact(length, Integer.BYTES);
    int lines = Math.ceilDiv(bytes, CACHE_LINE) + 1; // one more, for the slice loses a part of one
    return ByteBuffer.allocateDirect(Math.multiplyExact(lines, CACHE_LINE))
        .alignedSlice(CACHE_LINE)
        .slice(0, bytes)
        .order(ByteOrder.nativeOrder());
  }
}
