package io.github.lanewise.bench.engine;

/** Times in classes that are 1 % wide, so that any number of them takes the same room. */
final class LatencyHistogram {
  private static final double WIDTH = Math.log(1.01);
  private static final double SHORTEST = 1e-6;
  private static final int CLASSES = 2000; // up to 400 s

  private final long[] counts = new long[CLASSES];
  private long count;

  void add(double seconds) {
    int at = (int) (Math.log(Math.max(seconds, SHORTEST) / SHORTEST) / WIDTH);
    counts[Math.min(at, CLASSES - 1)]++;
    count++;
  }

  /** The time, in seconds, that this share of the times is at most; to 1 %. */
  double percentile(double percent) {
    long wanted = (long) Math.ceil(percent / 100 * count);
    long seen = 0;
    for (int at = 0; at < CLASSES; at++) {
      seen += counts[at];
      if (seen >= wanted && seen > 0) {
        return SHORTEST * Math.exp((at + 1) * WIDTH);
      }
    }
    return 0;
  }
}
