package io.github.lanewise.bench.gate;

import io.github.lanewise.bench.stage.Text;
import org.jspecify.annotations.Nullable;

/**
 * What is thought of one work.
 *
 * @param expected ratio, 0 if only garbage is judged
 * @param seen null if nothing was measured
 * @param complaint why it fails; null if it passes
 */
record Verdict(
    String work, double expected, @Nullable Measurement seen, @Nullable String complaint) {

  /**
   * How much slower than expected a work may be, in its ratio: less than what the loss of vectors
   * costs, more than the difference between CPUs and the noise of any machine that still works.
   */
  static final double MARGIN = 2;

  boolean passed() {
    return complaint == null;
  }

  /** The least ratio that passes. */
  static double enough(double expected) {
    return expected / MARGIN;
  }

  /** Judges a measurement by what is expected, null if a work has no expectation. */
  static Verdict judge(String work, @Nullable Double expected, @Nullable Measurement seen) {
    double ratio = expected == null ? 0 : expected;
    String complaint = null;
    if (expected == null) {
      complaint = "has no expectation at this width; --renew gives it one";
    } else if (seen == null) {
      complaint = "was not measured, the process came to a bad end before";
    } else if (seen.bytes() != 0) {
      complaint = Text.format("allocates %.1f bytes a call, but must allocate none", seen.bytes());
    } else if (!(seen.ratio() >= enough(ratio))) {
      complaint =
          Text.format(
              "ratio %.2f is below %.2f, half of what is expected", seen.ratio(), enough(ratio));
    }
    return new Verdict(work, ratio, seen, complaint);
  }

  /** A line of a table. */
  String line() {
    String figures =
        seen == null ? "" : Text.format("%9.2f %9.2f %9.1f", seen.ratio(), expected, seen.bytes());
    return Text.format("  %-36s%s  %s", work, figures, passed() ? "" : "FAILED: " + complaint);
  }
}
