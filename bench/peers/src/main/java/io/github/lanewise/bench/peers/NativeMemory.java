package io.github.lanewise.bench.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Memory outside of Java's heap, zero at first, that begins at a line of the cache. */
final class NativeMemory {
  private static final int CACHE_LINE = 64;

  private NativeMemory() {}

  /** Room for so many values of 4 bytes. */
  static ByteBuffer bytes(int length) {
    int bytes = Math.multiplyExact(length, Integer.BYTES);
    int lines = Math.ceilDiv(bytes, CACHE_LINE) + 1; // one more, for the slice loses a part of one
    return ByteBuffer.allocateDirect(Math.multiplyExact(lines, CACHE_LINE))
        .alignedSlice(CACHE_LINE)
        .slice(0, bytes)
        .order(ByteOrder.nativeOrder());
  }

  static FloatBuffer floats(int length) {
    return bytes(length).asFloatBuffer();
  }

  static FloatBuffer copyOf(float[] values) {
    return floats(values.length).put(0, values);
  }
}
