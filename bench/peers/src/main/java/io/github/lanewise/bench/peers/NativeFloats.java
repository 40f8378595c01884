package io.github.lanewise.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.javacpp.FloatPointer;

/** Floats outside of Java's heap that begin at a line of the cache, as native libraries like it. */
final class NativeFloats implements AutoCloseable {
  private static final long CACHE_LINE = 64;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment;
  private final FloatPointer pointer;

  NativeFloats(long length) {
    segment = arena.allocate(length * Float.BYTES, CACHE_LINE);
    pointer = new FloatPointer(segment.asByteBuffer().asFloatBuffer());
    if (pointer.address() != segment.address()) {
      throw new IllegalStateException("The pointer is not the segment's address");
    }
  }

  static NativeFloats copyOf(float[] values) {
    NativeFloats copy = new NativeFloats(values.length);
    MemorySegment.copy(values, 0, copy.segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    return copy;
  }

  FloatPointer pointer() {
    return pointer;
  }

  float[] toArray() {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  void fillWithNaN() {
    for (long i = 0; i < segment.byteSize() / Float.BYTES; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
    }
  }

  @Override
  public void close() {
    pointer.close();
    arena.close();
  }
}
