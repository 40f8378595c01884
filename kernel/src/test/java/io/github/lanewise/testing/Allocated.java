package io.github.lanewise.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that a call allocates on the calling thread once it is compiled. */
public final class Allocated {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP = 20_000;
  private static final int ROUNDS = 20;

  /** On a busy machine the compiler needs its time; what really allocates still does after it. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private static final int CALLS = 500;

  private Allocated() {}

  /** Returns the least of several rounds: whatever else the machine does can only add. */
  public static double bytesPerCall(Runnable call) {
    return bytesPerCall(call, 0);
  }

  /** As {@link #bytesPerCall(Runnable)}, patient only until {@code enough} bytes are reached. */
  public static double bytesPerCall(Runnable call, long enough) {
    for (int n = 0; n < WARM_UP; n++) {
      call.run();
    }
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    for (int round = 0;
        round < ROUNDS || (least > enough * CALLS && System.nanoTime() - start < PATIENCE_NANOS);
        round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int n = 0; n < CALLS; n++) {
        call.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return (double) least / CALLS;
  }
}
