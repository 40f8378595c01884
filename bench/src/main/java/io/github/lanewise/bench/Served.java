package io.github.lanewise.bench;

import io.github.lanewise.Lanewise;

/** Whether what is measured is what the process names. */
public final class Served {
  private Served() {}

  /**
   * Refuses to measure scalar kernels under the name of vector ones, as a trial would have it in
   * its first seconds.
   *
   * @throws IllegalStateException if a family of kernels is not served by what was chosen
   */
  public static void requireComplete() {
    Lanewise.Implementation implementation = Lanewise.implementation();
    if (!implementation.isComplete()) {
      throw new IllegalStateException(
          "start with -Dlanewise.start=vector: " + implementation.families());
    }
  }
}
