package io.github.lanewise.attention;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/** A shared arena that counts what is taken from it. */
final class CountingArena implements Arena {
  private final Arena arena = Arena.ofShared();
  private final AtomicLong bytes = new AtomicLong();

  long bytes() {
    return bytes.get();
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    bytes.addAndGet(byteSize);
    return arena.allocate(byteSize, byteAlignment);
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  @Override
  public void close() {
    arena.close();
  }
}
