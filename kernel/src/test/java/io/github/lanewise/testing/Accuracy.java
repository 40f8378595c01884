package io.github.lanewise.testing;

import io.github.lanewise.Lanewise;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Locale;

/**
 * The largest error seen against its bound. Every error is checked as it comes; {@link #print}
 * tells how close to the bound the largest one was.
 */
public final class Accuracy {
  /** Unit roundoff of float. */
  public static final double U = 0x1p-24;

  /**
   * Bounds below this are those of results that may be flushed to 0: always reached, hence not
   * told.
   */
  private static final double FLUSHED = 0x1p-120;

  /** Says of a parameter what its errors are of. */
  @Target(ElementType.PARAMETER)
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Of {
    String value();
  }

  private final String what;
  private double largestRatio;
  private double errorThere;
  private double boundThere;
  private long count;

  public Accuracy(String what) {
    this.what = what;
  }

  /** Fails unless |actual - expected| ≤ bound; equal infinities and NaN for NaN pass. */
  public void check(double expected, double actual, double bound, String where) {
    count++;
    if (Double.compare(expected, actual) == 0) {
      return;
    }
    double error = Math.abs(actual - expected);
    if (!(error <= bound)) {
      throw new AssertionError(
          what
              + where
              + " is "
              + actual
              + ", but should be "
              + expected
              + " within "
              + bound
              + " (off by "
              + error
              + ")");
    }
    if (bound > FLUSHED && error / bound > largestRatio) {
      largestRatio = error / bound;
      errorThere = error;
      boundThere = bound;
    }
  }

  /** Prints the largest error in relation to its bound. */
  public void print() {
    System.out.printf(
        Locale.ROOT,
        "[%s] %s: at most %.1f %% of the bound (%.3g of %.3g) in %d values%n",
        Lanewise.implementation().name() + Lanewise.implementation().laneBits(),
        what,
        100 * largestRatio,
        errorThere,
        boundThere,
        count);
  }

  /** Returns log₂(n/256), or 0 up to 256: the levels of the tree over the blocks. */
  public static double blockLevels(int n) {
    return Math.max(0, Math.log(n / 256.0) / Math.log(2));
  }
}
