package io.github.lanewise.bench.gate;

import io.github.lanewise.bench.stage.Text;
import org.jspecify.annotations.Nullable;

/**
 * A work in this JDK and in another one: of each the best that was seen.
 *
 * @param expected ratio in this JDK
 * @param here null if nothing was measured
 * @param there null if nothing was measured
 */
record Compared(
    String work, double expected, @Nullable Measurement here, @Nullable Measurement there) {

  /**
   * The least speed that passes, as a part of that in this JDK: less than two compilers that both
   * keep the vectors differ by, with the noise of a shared machine, and more than what is left of
   * it where one has lost them.
   */
  static final double LEAST = 0.7;

  /** Adds what was seen in more processes. */
  Compared and(@Nullable Measurement here, @Nullable Measurement there) {
    return new Compared(work, expected, better(this.here, here), better(this.there, there));
  }

  /** Less garbage is better, then speed counts. */
  private static @Nullable Measurement better(@Nullable Measurement a, @Nullable Measurement b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    if (a.bytes() != b.bytes()) {
      return a.bytes() < b.bytes() ? a : b;
    }
    return Double.isNaN(a.ratio()) || b.ratio() > a.ratio() ? b : a;
  }

  boolean passed() {
    return complaint() == null;
  }

  /** The speed there, 1 being that here. */
  private static double share(Measurement here, Measurement there) {
    return there.ratio() / here.ratio();
  }

  /** Why it fails; null if it passes. */
  @Nullable String complaint() {
    if (here == null) {
      return "was not measured in this JDK";
    }
    if (!(here.ratio() >= Verdict.enough(expected))) {
      // What is slow here, as the compiler is not done yet, is no measure.
      return Text.format(
          "cannot be judged, its ratio here is %.2f, not half of what is expected", here.ratio());
    }
    if (there == null) {
      return "was not measured, the process came to a bad end before";
    }
    if (there.bytes() != 0) {
      return Text.format("allocates %.1f bytes a call, but must allocate none", there.bytes());
    }
    if (!(share(here, there) >= LEAST)) {
      return Text.format("has %.2f of its speed here, less than %.2f", share(here, there), LEAST);
    }
    return null;
  }

  /** A line of a table. */
  String line() {
    String figures = "";
    if (here != null && there != null) {
      figures =
          Text.format(
              "%9.2f %9.2f %9.2f %9.1f",
              share(here, there), there.ratio(), here.ratio(), there.bytes());
    }
    return Text.format("  %-36s%s  %s", work, figures, passed() ? "" : "FAILED: " + complaint());
  }
}
