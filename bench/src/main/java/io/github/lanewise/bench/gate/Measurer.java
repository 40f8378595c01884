package io.github.lanewise.bench.gate;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Measures works in this process, one after the other. */
final class Measurer {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long WARM_UP_NANOS = 100_000_000;

  /** Of a round, for the work; the ruler takes about half as long. */
  private static final long SLICE_NANOS = 1_000_000;

  private static final int ROUNDS = 15;

  /** A fifth of a second: for a moment the machine does nothing else. */
  private static final int RULER_ROUNDS = 400;

  /** So many works are waited for in vain: where everything is broken, that is soon known. */
  private static final int IMPATIENT_AFTER = 3;

  private final Ruler ruler = new Ruler();
  private final long patienceNanos;
  private int disappointments;

  /**
   * @param patienceNanos how long a work that is slow, or allocates, is given to come to rest: on a
   *     busy machine the compiler needs its time
   */
  Measurer(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /** Measures until the ratio is {@code enough}, or patience ends. */
  Measurement measure(Work work, double enough) {
    long patience = disappointments < IMPATIENT_AFTER ? patienceNanos : 0;
    long calls = callsPerSlice(work.call());
    double ratio = ratio(work, calls);
    long start = System.nanoTime();
    while (!(ratio >= enough) && System.nanoTime() - start < patience) {
      ratio = ratio(work, calls);
    }
    double bytes = bytes(work.call(), calls, patience);
    if (bytes > 0 || (Double.isFinite(enough) && !(ratio >= enough))) {
      disappointments++;
    }
    return new Measurement(work.name(), ratio, bytes);
  }

  /** Steps of the ruler in a nanosecond: the best of many rounds, one of which is undisturbed. */
  Measurement ruler() {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < RULER_ROUNDS; round++) {
      long start = System.nanoTime();
      ruler.run();
      least = Math.min(least, System.nanoTime() - start);
    }
    return new Measurement(Ruler.NAME, Ruler.STEPS / least, 0);
  }

  /** Warms up, and counts. */
  private static long callsPerSlice(Runnable call) {
    long calls = 0;
    long best = Long.MAX_VALUE;
    long start = System.nanoTime();
    long now = start;
    while (calls < 10 || now - start < WARM_UP_NANOS) {
      long before = now;
      call.run();
      calls++;
      now = System.nanoTime();
      best = Math.min(best, now - before);
    }
    return Math.max(1, SLICE_NANOS / Math.max(best, 1));
  }

  /** The ratio of medians of some rounds, in which both take turns. */
  private double ratio(Work work, long calls) {
    double[] rulerNanos = new double[ROUNDS];
    double[] workNanos = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      ruler.run();
      long between = System.nanoTime();
      for (long n = 0; n < calls; n++) {
        work.call().run();
      }
      rulerNanos[round] = (between - start) / Ruler.STEPS;
      workNanos[round] = (System.nanoTime() - between) / (calls * work.steps());
    }
    return median(rulerNanos) / median(workNanos);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2]; // their number is odd
  }

  /** The least of several rounds: whatever else the process does can only add. */
  private static double bytes(Runnable call, long calls, long patience) {
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    for (int round = 0;
        round < ROUNDS || (least > 0 && System.nanoTime() - start < patience);
        round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (long n = 0; n < calls; n++) {
        call.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return (double) least / calls;
  }
}
