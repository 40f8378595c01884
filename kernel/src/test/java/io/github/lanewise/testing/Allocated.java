package io.github.lanewise.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that a call allocates on the calling thread once it is compiled. */
public final class Allocated {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP = 20_000;

  /** The thread's own time: calls that take long run loops, for which they are compiled sooner. */
  private static final long WARM_UP_NANOS = 500_000_000L;

  /** On a busy machine the compiler needs its time; what really allocates still does after it. */
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private static final int CALLS = 500;

  private Allocated() {}

  /** For calls that are to allocate nothing. */
  public static double bytesPerCall(Runnable call) {
    return bytesPerCall(call, 0);
  }

  /**
   * Returns the least of several rounds: whatever else the machine does can only add. There are as
   * many as it takes to get down to {@code enough} bytes; where that never happens, patience ends.
   */
  public static double bytesPerCall(Runnable call, long enough) {
    long cpu = THREADS.getCurrentThreadCpuTime();
    for (int n = 0; n < WARM_UP && THREADS.getCurrentThreadCpuTime() - cpu < WARM_UP_NANOS; n++) {
      call.run();
    }
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    while (least > enough * CALLS && System.nanoTime() - start < PATIENCE_NANOS) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int n = 0; n < CALLS; n++) {
        call.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return (double) least / CALLS;
  }
}
