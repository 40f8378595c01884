package io.github.lanewise.attention;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An arena that counts what is taken from it, and gives nothing more when it is told to. */
final class FailingArena implements Arena {
  private final Arena arena = Arena.ofConfined();
  private long bytes;
  private long left = Long.MAX_VALUE;

  long bytes() {
    return bytes;
  }

  /** After so many requests more, every one is refused. */
  void runOutAfter(long requests) {
    left = requests;
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    if (left == 0) {
      throw new IllegalStateException("the arena is exhausted");
    }
    left--;
    bytes += byteSize;
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
