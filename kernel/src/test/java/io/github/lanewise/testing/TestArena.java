package io.github.lanewise.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/** An arena that counts what is taken from it, and gives nothing more when it is told to. */
public final class TestArena implements Arena {
  private final Arena arena;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
  private volatile MemorySegment last = MemorySegment.NULL;

  public TestArena(Arena arena) {
    this.arena = arena;
  }

  /** Bytes taken so far. */
  public long bytes() {
    return bytes.get();
  }

  /** What was taken last. */
  public MemorySegment last() {
    return last;
  }

  /** After so many requests more, every one is refused. */
  public void runOutAfter(long requests) {
    left.set(requests);
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    if (left.get() == 0) {
      throw new IllegalStateException("the arena is exhausted");
    }
    left.decrementAndGet();
    bytes.addAndGet(byteSize);
    MemorySegment segment = arena.allocate(byteSize, byteAlignment);
    last = segment;
    return segment;
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
