package io.github.lanewise;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.runtime.Processor;
import java.time.Duration;

/** What runs, and getting it ready to run fast. */
public final class Lanewise {
  private Lanewise() {}

  /**
   * The implementation of the kernels that this process uses.
   *
   * @param name {@code vector} or {@code scalar}
   * @param laneBits width of a vector: 128, 256 or 512; 0 for scalar code
   * @param reason why this one, in words
   * @param jdk version of the Java runtime
   * @param cpu architecture and, where the system tells, model of the processor
   */
  public record Implementation(String name, int laneBits, String reason, String jdk, String cpu) {}

  /**
   * Returns the implementation of the kernels that this process uses.
   *
   * @throws IllegalStateException if the system property {@code lanewise.lanes} asks for one that
   *     cannot be had
   */
  public static Implementation implementation() {
    return new Implementation(
        Kernels.name(),
        Kernels.laneBits(),
        Kernels.reason(),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        Processor.describe());
  }

  /** Compiles every kernel, for at most the given time. */
  public static void warmUp(Duration atMost) {
    Kernels.requireAvailable();
  }
}
