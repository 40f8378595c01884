package io.github.lanewise.internal.runtime;

import io.github.lanewise.DigestMain;
import io.github.lanewise.internal.scalar.ScalarProvider;

/** Prints the digest of every operation, while each call of a kernel goes to either form. */
final class MixedDigestMain {
  private MixedDigestMain() {}

  /** The seed. */
  public static void main(String[] arguments) {
    long seed = Long.parseLong(arguments[0]);
    Selection.preparation = vector -> Tampered.mixed(vector, new ScalarProvider().kernels(), seed);
    DigestMain.main(new String[0]);
  }
}
