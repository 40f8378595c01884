package io.github.lanewise.testing;

import io.github.lanewise.Workers;

/** One, two or three workers, shared by all tests of the process. */
public final class TestWorkers {
  private static final Workers TWO = Workers.threads(2);
  private static final Workers THREE = Workers.threads(3);

  private TestWorkers() {}

  /** Draws who does the work. */
  public static Workers draw(Draw draw) {
    switch (draw.oneOf("workers", 1, 2, 3)) {
      case 1:
        return Workers.caller();
      case 2:
        return TWO;
      default:
        return THREE;
    }
  }
}
