package io.github.lanewise.internal.trial;

/**
 * What a comparison of a family's two forms found.
 *
 * @param scalarNanos time of the calls that were compared, in scalar code
 * @param vectorNanos time of the same calls in vector code, what its garbage costs included
 * @param bytesPerCall what a vector call allocates, on average; 0 as it should be
 */
public record Verdict(double scalarNanos, double vectorNanos, double bytesPerCall) {
  /** Whether the vector form serves from now on. */
  public boolean forVector() {
    return vectorNanos < scalarNanos;
  }

  /** How many times as fast the vector form is. */
  public double ratio() {
    return scalarNanos / vectorNanos;
  }

  /** What two comparisons together have found; the garbage is that of the worse one. */
  public Verdict and(Verdict other) {
    return new Verdict(
        scalarNanos + other.scalarNanos,
        vectorNanos + other.vectorNanos,
        Math.max(bytesPerCall, other.bytesPerCall));
  }
}
