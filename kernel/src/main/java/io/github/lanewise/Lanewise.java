package io.github.lanewise;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.runtime.Processor;
import java.time.Duration;

/** What runs, and getting it ready to run fast. */
public final class Lanewise {
  /** No warm-up takes that long. */
  private static final Duration LONGEST = Duration.ofDays(1);

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

  /**
   * Compiles every kernel that calls on arrays need, by calling all operations on small data until
   * the compilers come to rest.
   *
   * <p>A service calls this before it takes its first request: what the calls compute is the same
   * without, but the first ones take a hundred times as long.
   *
   * @param atMost when to stop even if the compilers are still busy; one round may outlast it by
   *     some milliseconds
   * @throws IllegalArgumentException if it is negative
   */
  public static void warmUp(Duration atMost) {
    if (atMost.isNegative()) {
      throw new IllegalArgumentException("atMost is " + atMost + ", but must not be negative");
    }
    Kernels.requireAvailable();
    long nanos = atMost.compareTo(LONGEST) < 0 ? atMost.toNanos() : LONGEST.toNanos();
    if (nanos > 0) {
      new WarmUp().run(nanos);
    }
  }
}
