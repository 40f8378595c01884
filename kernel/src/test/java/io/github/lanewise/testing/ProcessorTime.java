package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** What calls cost the processor, which a busy machine does not change. */
public final class ProcessorTime {
  /** Ends what would take for ever. */
  private static final Duration FOR_EVER = Duration.ofMinutes(2);

  private ProcessorTime() {}

  /** Fails if a call, on one thread, takes more of the processor's time than that. */
  public static void assertAtMost(Duration most, Runnable call) {
    Duration taken =
        assertTimeoutPreemptively(
            FOR_EVER,
            () -> {
              long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
              call.run();
              long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
              return Duration.ofNanos(end - start);
            });
    assertTrue(taken.compareTo(most) <= 0, () -> "takes " + taken + ", " + most + " at most");
  }
}
