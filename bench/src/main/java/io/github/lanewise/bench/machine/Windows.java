package io.github.lanewise.bench.machine;

import java.util.function.LongSupplier;

/** Speed of a loop as the best of a few short windows. */
final class Windows {
  /**
   * One for each place that a vector can have in a cache line, by the 8 bytes to which the JVM
   * aligns objects: a vector of 64 bytes that lies across two lines costs two accesses, and where
   * an array begins is known to the garbage collector alone.
   */
  static final int COUNT = 8;

  /** A window is over at the end of the pass that exceeds it. */
  static final long NANOS = 500_000;

  private static final int WARMING_CALLS = 20_000;
  private static final int MOST_SAMPLES = 100;
  private static final int STEADY_SAMPLES = 3;

  private Windows() {}

  /** Part of the work, of 10 us or more: the clock is read between two passes. */
  interface Pass {
    void run(int window);
  }

  /** Returns the amounts a nanosecond of the best window, one pass being {@code amount}. */
  static double best(Pass pass, double amount, LongSupplier nanoClock) {
    double best = 0;
    for (int window = 0; window < COUNT; window++) {
      long start = nanoClock.getAsLong();
      long end = start;
      int passes = 0;
      while (end - start < NANOS) {
        pass.run(window);
        passes++;
        end = nanoClock.getAsLong();
      }
      best = Math.max(best, passes * amount / (end - start));
    }
    return best;
  }

  /**
   * Samples a loop until the compilers are done with it: until it has not become faster by a tenth
   * for some samples.
   *
   * @param little the loop over next to nothing: calls count for the compilers, and an interpreter
   *     takes a second for a window of vectors
   */
  static void warm(Runnable little, LimitSource loop) {
    for (int call = 0; call < WARMING_CALLS; call++) {
      little.run();
    }
    double best = 0;
    int steady = 0;
    for (int sample = 0; sample < MOST_SAMPLES && steady < STEADY_SAMPLES; sample++) {
      double speed = loop.sample();
      steady = speed > 1.1 * best ? 0 : steady + 1;
      best = Math.max(best, speed);
    }
  }
}
