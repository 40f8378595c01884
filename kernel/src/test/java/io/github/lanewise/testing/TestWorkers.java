package io.github.lanewise.testing;

import io.github.lanewise.Workers;

/** Workers shared by all tests of the process: daemons, which end with it. */
public final class TestWorkers {
  public static final Workers TWO = Workers.threads(2);
  public static final Workers THREE = Workers.threads(3);

  private TestWorkers() {}

  /** Draws who does the work. */
  public static Workers draw(Draw draw) {
    return switch (draw.oneOf("workers", 1, 2, 3)) {
      case 1 -> Workers.caller();
      case 2 -> TWO;
      default -> THREE;
    };
  }
}
