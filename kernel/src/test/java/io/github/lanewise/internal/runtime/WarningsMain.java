package io.github.lanewise.internal.runtime;

import io.github.lanewise.Lanes;

/** Brings about the warning. For a process of its own. */
final class WarningsMain {
  private WarningsMain() {}

  /** As a user's call does; with an argument, as if its class were one of that name. */
  public static void main(String[] arguments) {
    if (arguments.length == 0) {
      System.out.println(Lanes.sum(new float[] {1, 2}, 0, 2));
    } else {
      Warnings.give("a reason", arguments[0]);
    }
  }
}
