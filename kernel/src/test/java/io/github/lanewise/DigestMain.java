package io.github.lanewise;

/** Prints the digest of every operation, each called for the first time. For a fresh process. */
final class DigestMain {

  private DigestMain() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    System.out.println("lanes " + Lanewise.implementation().laneBits());
    Operation.digests(Layout.ARRAY, Workers.caller()).forEach(System.out::println);
  }
}
