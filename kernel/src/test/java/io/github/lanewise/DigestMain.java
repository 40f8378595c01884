package io.github.lanewise;

import io.github.lanewise.testing.Layout;

/**
 * Prints the digest of every operation, each called for the first time. For a fresh process that
 * starts with what it is to show: {@code lanewise.start=vector}, or a width.
 */
public final class DigestMain {

  private DigestMain() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    Lanewise.Implementation before = Lanewise.implementation();
    System.out.println("lanes " + before.laneBits());
    Operation.digests(Layout.ARRAY, Workers.caller()).forEach(System.out::println);
    if (!before.isComplete()) {
      throw new AssertionError("not everything was served by what was chosen: " + before);
    }
  }
}
