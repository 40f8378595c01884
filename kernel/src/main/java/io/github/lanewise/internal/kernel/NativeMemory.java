package io.github.lanewise.internal.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Tells C2 that a segment is native, whatever it has seen before.
 *
 * <p>An access to a segment goes through methods of the JDK whose profile all code of the process
 * shares. Where that has seen heap segments too, an access is several times slower, and vectors are
 * boxed. A cast to a class that is a constant leaves C2 one receiver, whatever the profile says.
 */
public final class NativeMemory {
  /** The JDK's own class of native segments; mapped ones are of a subclass. */
  private static final Class<? extends MemorySegment> NATIVE =
      Arena.global().allocate(1).getClass();

  private NativeMemory() {}

  /** The same segment, which is native. */
  public static MemorySegment of(MemorySegment segment) {
    return NATIVE.cast(segment);
  }
}
