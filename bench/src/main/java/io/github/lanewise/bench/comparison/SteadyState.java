package io.github.lanewise.bench.comparison;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/** What a call is like when the compilers are done with it. */
public final class SteadyState {
  /** Longer than C2 takes for the largest kernel: it counts a compilation when it has ended. */
  private static final long QUIET_NANOS = 600_000_000;

  private static final long LONG_QUIET_NANOS = 4_000_000_000L;
  private static final int STEADY_CALLS = 3;

  /**
   * Time of this process, compilers included: where others keep the machine busy, wall time lies.
   */
  private static final long MOST_CPU_NANOS = 8_000_000_000L;

  private static final long MOST_NANOS = 40_000_000_000L;
  private static final long ALLOCATION_NANOS = 5_000_000;
  private static final int ALLOCATION_SAMPLES = 3;

  private SteadyState() {}

  /**
   * Calls until the compilers have had nothing to do for a while, and calls do not become faster.
   * That while is one of this process's own time: a busy machine takes longer than any number of
   * iterations fixed beforehand.
   *
   * @return nanoseconds of the fastest call
   */
  public static double settle(Runnable call) {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    double best = Double.MAX_VALUE;
    long compiled = -1;
    long quietCpu = 0;
    int steady = 0;
    long begin = System.nanoTime();
    long beginCpu = processNanos();
    long quietSince = begin;
    long now = begin;
    boolean quiet = false;
    while (!(quiet && steady >= STEADY_CALLS)
        && now - begin < MOST_NANOS
        && processNanos() - beginCpu < MOST_CPU_NANOS) {
      long start = System.nanoTime();
      call.run();
      now = System.nanoTime();
      steady = now - start < 0.9 * best ? 0 : steady + 1;
      best = Math.min(best, (double) (now - start));
      long total = compilers == null ? 0 : compilers.getTotalCompilationTime();
      if (total != compiled) {
        compiled = total;
        quietSince = now;
        quietCpu = processNanos();
      }
      long wall = now - quietSince;
      // calls that wait for others use no time of this process
      quiet =
          wall > LONG_QUIET_NANOS
              || (wall > QUIET_NANOS && processNanos() - quietCpu > QUIET_NANOS);
    }
    return best;
  }

  private static long processNanos() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : System.nanoTime();
  }

  /**
   * Bytes on the heap per call, of all threads, as a call may have some of its own; the least of
   * some samples, as those of the JVM allocate now and then.
   */
  public static double bytesPerCall(Runnable call) {
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
        || !threads.isThreadAllocatedMemorySupported()) {
      return Double.NaN;
    }
    double least = Double.MAX_VALUE;
    for (int sample = 0; sample < ALLOCATION_SAMPLES; sample++) {
      long calls = 0;
      long start = System.nanoTime();
      long before = threads.getTotalThreadAllocatedBytes();
      do {
        call.run();
        calls++;
      } while (System.nanoTime() - start < ALLOCATION_NANOS);
      least = Math.min(least, (double) (threads.getTotalThreadAllocatedBytes() - before) / calls);
    }
    return least;
  }
}
