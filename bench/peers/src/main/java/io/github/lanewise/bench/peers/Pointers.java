package io.github.lanewise.bench.peers;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.Pointer;

/** Native objects that live as long as a run; the last one is let go first. */
final class Pointers implements AutoCloseable {
  private final Deque<Pointer> kept = new ArrayDeque<>();

  <P extends Pointer> P keep(P pointer) {
    kept.push(pointer);
    return pointer;
  }

  @Override
  public void close() {
    while (!kept.isEmpty()) {
      kept.pop().close();
    }
  }
}
