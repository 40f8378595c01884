package io.github.lanewise.reference;

import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.apache.commons.math3.dfp.DfpMath;

/**
 * The correctly rounded float exp: the float nearest to the real number e^x, for every float x.
 *
 * <p>The double exp has an error below one unit in its last place. Unless a boundary between two
 * roundings lies within that error, rounding the double is right. The few cases left are decided in
 * decimal arithmetic of 60 digits; e^x is irrational for x ≠ 0, so that no case is a tie.
 */
public final class CorrectlyRounded {
  private static final DfpField DECIMAL = new DfpField(60);

  /** Twice the error of StrictMath.exp, relative: 2 · 2⁻⁵². */
  private static final double DOUBLE_ERROR = 0x1p-51;

  private CorrectlyRounded() {}

  /** Returns the float nearest to e^x; NaN for NaN. */
  public static float exp(float x) {
    double y = StrictMath.exp(x);
    return isHard(y) ? decimalExp(x) : (float) y;
  }

  /** Tells whether the double result leaves the float in doubt. */
  static boolean isHard(double y) {
    return Float.compare((float) (y * (1 - DOUBLE_ERROR)), (float) (y * (1 + DOUBLE_ERROR))) != 0;
  }

  /**
   * Returns |y - e^x| in units in the last place of the correctly rounded result; 0 where both are
   * NaN or both overflow, infinity where only one does.
   */
  public static double expErrorInUlps(float x, float y) {
    float correct = exp(x);
    if (Float.compare(correct, y) == 0) {
      return Float.isFinite(y) ? Math.abs(y - StrictMath.exp(x)) / Math.ulp(correct) : 0;
    }
    if (!Float.isFinite(correct) || !Float.isFinite(y)) {
      return Double.POSITIVE_INFINITY;
    }
    return Math.abs(y - StrictMath.exp(x)) / Math.ulp(correct);
  }

  /** Returns the float nearest to e^x by decimal arithmetic, for finite x. */
  static float decimalExp(float x) {
    Dfp exact = DfpMath.exp(DECIMAL.newDfp(x));
    float guess = (float) StrictMath.exp(x);
    if (guess > 0 && exact.lessThan(boundaryAbove(Math.nextDown(guess)))) {
      return Math.nextDown(guess);
    }
    return exact.lessThan(boundaryAbove(guess)) ? guess : Math.nextUp(guess);
  }

  /** Midway to the next float; half an ulp beyond the largest. A double holds it exactly. */
  private static Dfp boundaryAbove(float x) {
    return DECIMAL.newDfp(x + Math.ulp(x) / 2.0);
  }
}
