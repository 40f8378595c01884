package io.github.lanewise.internal.kernel;

/**
 * Brings vector kernels before the compiler after fewer calls.
 *
 * <p>HotSpot hands a method to C2 when it has been called 600 times and its calls and loop rounds
 * together are 15,000, of which it takes note at every 8192nd round. A round of a vector loop that
 * is not compiled yet costs ten microseconds and makes fifty objects. So each vector kernel begins
 * with a loop that does nothing, {@link #rounds} times: never, but for the trial. C2 removes it, so
 * that compiled kernels know nothing of it.
 */
public final class Practice {
  /** 607 calls of so many rounds are two times 8192 rounds. */
  public static final int ROUNDS = 27;

  /** Rounds of the empty loop: {@link #ROUNDS} while there is a trial, else 0. */
  public static int rounds;

  private Practice() {}
}
