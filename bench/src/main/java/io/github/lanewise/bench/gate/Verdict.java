package io.github.lanewise.bench.gate;

import io.github.lanewise.bench.gate.GateFork.Seen;
import io.github.lanewise.bench.stage.Text;
import org.jspecify.annotations.Nullable;

/**
 * What is thought of the vector kernels of a cell.
 *
 * @param lanes their width in bits
 * @param scalar what the scalar kernels of this JDK need
 * @param here the vector kernels in this JDK
 * @param there in the one that is judged, which may be the same
 */
record Verdict(
    Cell cell, int lanes, @Nullable Seen scalar, @Nullable Seen here, @Nullable Seen there) {
  /**
   * The least speed in another JDK, as a part of that in this one: less than two compilers that
   * both keep the vectors differ by, with the noise of a shared machine, and more than what is left
   * where one has lost them.
   */
  static final double LEAST_OF_HERE = 0.7;

  /** The speed there, that of the scalar kernels being 1; NaN if one of them was not measured. */
  double overScalar() {
    return nanos(scalar) / nanos(there);
  }

  /** The speed there, that here being 1; NaN if one of them was not measured. */
  double ofHere() {
    return nanos(here) / nanos(there);
  }

  private static double nanos(@Nullable Seen seen) {
    return seen == null ? Double.NaN : seen.nanos();
  }

  /** Why it fails; null if it passes. */
  @Nullable String complaint() {
    if (there == null || !Double.isFinite(overScalar()) || !Double.isFinite(ofHere())) {
      return "was not measured";
    }
    if (there.bytes() != 0) {
      return Text.format("allocates %.1f bytes a call, but must allocate none", there.bytes());
    }
    double least = cell.known().least(lanes);
    if (!(overScalar() >= least)) {
      return Text.format(
          "has %.2f times the speed of scalar kernels, less than %.2f, half of what is known",
          overScalar(), least);
    }
    if (!(ofHere() >= LEAST_OF_HERE)) {
      return Text.format("has %.2f of its speed here, less than %.1f", ofHere(), LEAST_OF_HERE);
    }
    return null;
  }

  /** A line of a table. */
  String line() {
    String complaint = complaint();
    return Text.format(
        "  %-36s%9.2f%1s%9.2f %9.1f  %s",
        cell.name(),
        overScalar(),
        cell.known().least(lanes) > 0 ? "" : "*",
        ofHere(),
        there == null ? Double.NaN : there.bytes(),
        complaint == null ? "" : "FAILED: " + complaint);
  }
}
