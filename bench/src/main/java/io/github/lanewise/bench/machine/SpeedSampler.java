package io.github.lanewise.bench.machine;

import java.util.function.LongSupplier;

/**
 * Speed of a loop as the best of a few short sampler. Half of them are at the place within a cache
 * line that was the fastest so far, between the others that try each place: on a busy machine any
 * window may be interrupted, and with it the only one at a good place.
 */
final class SpeedSampler {
  /**
   * Every place that an array can have in a cache line, by the 8 bytes to which the JVM aligns
   * objects: a vector of 64 bytes that lies across two lines costs two accesses, and where an array
   * begins is known to the garbage collector alone.
   */
  static final int PLACES = 8;

  /** A window is over at the end of the pass that exceeds it. */
  static final long NANOS = 250_000;

  private static final int WARMING_CALLS = 20_000;
  private static final int MOST_SAMPLES = 100;
  private static final int STEADY_SAMPLES = 3;

  private int fastest;

  /** Part of the work, of 10 us or more: the clock is read between two passes. */
  interface Pass {
    void run(int place);
  }

  /** Returns the amounts a nanosecond of the best window, one pass being {@code amount}. */
  double best(Pass pass, double amount, LongSupplier nanoClock) {
    double best = 0;
    int from = fastest;
    for (int window = 0; window < 2 * PLACES; window++) {
      int place = window % 2 == 0 ? from : window / 2;
      double speed = amount * passesPerNano(pass, place, nanoClock);
      if (speed > best) {
        best = speed;
        fastest = place;
      }
    }
    return best;
  }

  private static double passesPerNano(Pass pass, int place, LongSupplier nanoClock) {
    long start = nanoClock.getAsLong();
    long end = start;
    int passes = 0;
    while (end - start < NANOS) {
      pass.run(place);
      passes++;
      end = nanoClock.getAsLong();
    }
    return (double) passes / (end - start);
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
