package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.comparison.LimitKind;

/**
 * A loop that runs against one limit of the machine. A sample takes about 5 ms and is the best of a
 * few, so that what disturbed one of them does not count.
 */
public interface LimitSource {
  /** Returns what the machine reaches now, in the unit of the limit. */
  double sample();

  /**
   * Returns a loop against a limit, ready to be sampled.
   *
   * @param bytes of the question, all that is read and written; without meaning for {@link
   *     LimitKind#FMA}
   */
  static LimitSource of(LimitKind kind, double bytes) {
    switch (kind) {
      case COPY:
        return new CopyLoop(bytes);
      case READ:
        return new ReadLoop(bytes);
      default:
        return new FmaLoop();
    }
  }
}
