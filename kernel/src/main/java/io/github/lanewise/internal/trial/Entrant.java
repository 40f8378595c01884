package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.jvm.Jvm;
import io.github.lanewise.internal.kernel.KernelSet;

/** A drill on its way: practice until the vector kernel is compiled, then its times. */
final class Entrant {
  /** Calls at a time. */
  private static final int SLICE = 64;

  /**
   * Calls that bring a kernel before C2, with those that come before the JVM counts: see {@link
   * io.github.lanewise.internal.kernel.Practice}.
   */
  private static final int LEARNED = 14 * SLICE;

  /** Calls of a look whether the compiler is done; every so many looks it is a slice. */
  private static final int LOOK = 8;

  private static final int LOOKS_PER_SLICE = 8;

  /** Calls after which more calls will hardly change anything: C2's threshold is 5000. */
  private static final int PLENTY = 8000;

  /** A time is taken of about so long a run. */
  private static final long BATCH_NANOS = 50_000;

  /** Batches of a look at code that need not be compiled, beside the first. */
  private static final int GLANCES = 2;

  /** For calls that take long where they are interpreted: of loops the JVM compiles soon. */
  private static final int FEWEST_BATCHES = 12;

  /** Code that runs all the time is compiled by then, unless the compilers are busy. */
  private static final long COMPILED_NANOS = 5_000_000;

  /** No better time for so long ends the search for the best. */
  private static final long NO_BETTER_NANOS = 3_000_000;

  final Drill drill;

  private int calls;
  private int looks;
  private boolean settled;

  /** Of the last calls that were measured, in bytes a call. */
  private double garbage;

  Entrant(Drill drill) {
    this.drill = drill;
  }

  /** Whether its vector kernels are compiled: they make no objects. */
  boolean isSettled() {
    return settled;
  }

  /** Whether practice has nothing more to give. */
  boolean isPractised() {
    return settled || calls >= PLENTY;
  }

  /** Whether it waits for the compiler, and further calls would be for nothing. */
  boolean isWaiting() {
    return settled || (calls >= LEARNED && looks % LOOKS_PER_SLICE != 0);
  }

  double garbage() {
    return garbage;
  }

  /** Practises once more. */
  void practise(KernelSet vector) {
    boolean waits = isWaiting();
    looks = calls >= LEARNED ? looks + 1 : 0;
    run(vector, waits ? LOOK : SLICE);
    if (garbage == 0 && waits) {
      run(vector, SLICE); // every shape
    }
    settled = garbage == 0;
  }

  private void run(KernelSet vector, int count) {
    long before = Jvm.allocatedBytes();
    drill.practice().run(vector, calls, calls + count);
    long after = Jvm.allocatedBytes();
    calls += count;
    // Where nobody can tell, plenty of practice must do.
    garbage = after == Jvm.UNKNOWN ? (calls >= PLENTY ? 0 : 1) : (double) (after - before) / count;
  }

  /**
   * The least time of a usual call, in nanoseconds. What it allocates is known afterwards.
   *
   * @param compiled whether to go on until the code has had the time to be compiled
   * @param atMost when to stop in any case, in nanoseconds
   */
  double leastTime(KernelSet kernels, boolean compiled, long atMost) {
    long begun = System.nanoTime();
    long better = begun;
    double least = Double.POSITIVE_INFINITY;
    int count = 1;
    for (int batch = 0; ; batch++) {
      long before = Jvm.allocatedBytes();
      long start = System.nanoTime();
      drill.usual().run(kernels, count);
      long stop = System.nanoTime();
      garbage = (double) (Jvm.allocatedBytes() - before) / count;
      double time = (double) (stop - start) / count;
      if (time < 0.95 * least) {
        better = stop;
      }
      least = Math.min(least, time);
      count = Math.clamp((long) (BATCH_NANOS / time), 1, SLICE);
      boolean enough =
          compiled
              ? batch >= FEWEST_BATCHES
                  && stop - begun > COMPILED_NANOS
                  && stop - better > NO_BETTER_NANOS
              : batch == GLANCES;
      if (enough || stop - begun > atMost) {
        return least;
      }
    }
  }

  /** Back to practice: a usual call has shown the kernel something new. */
  void unsettle() {
    settled = false;
  }
}
