package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.KernelSet;

/**
 * One kernel, or a few that always follow each other, at work on data of their own.
 *
 * <p>Before C2 has compiled a kernel, each of its vector operations is a call that makes objects, a
 * hundred times slower, and the JVM compiles that slow way too. So the practice is on as little
 * data as shows every branch of the kernel, with a few rounds of each loop: C2 takes the profile
 * for what is usual.
 *
 * @param plain whether plain softmax or attention needs it, so that it comes first
 * @param practice calls numbers {@code from} to {@code to} in ever other small shapes
 * @param usual so many calls in the shape of a usual operation, which are timed
 */
record Drill(String name, boolean plain, Practice practice, Usual usual) {

  /** Calls with numbers, which choose their shapes. */
  @FunctionalInterface
  interface Practice {
    /** Loops over the calls by itself: as a method of its own, each call would be compiled too. */
    void run(KernelSet kernels, int from, int to);
  }

  /** Calls that are all alike. */
  @FunctionalInterface
  interface Usual {
    void run(KernelSet kernels, int calls);
  }
}
