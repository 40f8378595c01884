package io.github.lanewise.internal.sampling;

import static io.github.lanewise.internal.kernel.SamplingKernels.THRESHOLDS;

/**
 * Finds where the first tokens of a row end that make up a certain number or weight, without
 * sorting: a few passes, each of which tries several logits at once, until few tokens are left
 * between one that is too high and one that is low enough; these are selected one by one.
 *
 * <p>The sums of the passes are not exact. They only lead the way: a logit for which they leave a
 * doubt is not used, and the last step is exact.
 */
final class CutSearch {
  /** So few tokens are selected one by one at about the cost of a pass. */
  private static final int FEW = 1 << 11;

  /**
   * More than the relative error of a pass's sums: 2¹⁰ additions in a lane of the narrowest vectors
   * for a piece, each of an error of at most 2⁻²⁴, and the pieces in double.
   */
  private static final double DOUBT = 1e-4;

  private final double[] units = new double[THRESHOLDS];
  private final long[] counts = new long[THRESHOLDS];

  /** Below it lie tokens that may or may not be in, from it on all are: +inf if none is known. */
  private float high;

  /** From it on the tokens reach the target. */
  private float low;

  private long countHigh;
  private long countLow;

  /**
   * The key up to which the tokens, in order, reach the target.
   *
   * @param byCount whether the target is a number of tokens, or of units
   * @param target at least 1; all tokens reach it
   * @param lowest a logit from which on the tokens are known to reach it
   */
  long find(
      LogitRow row,
      Candidates candidates,
      boolean byCount,
      long target,
      float lowest,
      float max,
      float temperature,
      float[] scratch) {
    high = Float.POSITIVE_INFINITY;
    low = lowest;
    countHigh = 0;
    countLow = row.length;
    narrow(row, byCount, target, max);
    long key = select(row, candidates, byCount, target, max, temperature, scratch);
    if (key == NONE) { // never seen: the passes have misled the search
      high = Float.POSITIVE_INFINITY;
      low = lowest;
      countHigh = 0;
      key = select(row, candidates, byCount, target, max, temperature, scratch);
    }
    assert key != NONE;
    return key;
  }

  private static final long NONE = Long.MAX_VALUE;

  private void narrow(LogitRow row, boolean byCount, long target, float max) {
    double doubt = byCount ? 0 : target * DOUBT + row.length;
    int idle = 0;
    // A round divides the logits evenly; if that parts nothing, the floats between them. Equal
    // logits are never parted.
    while (countLow - countHigh > FEW && idle < 2) {
      long before = countLow - countHigh;
      spread(row, max, idle == 0);
      row.tails(units, counts);
      for (int t = 0; t < THRESHOLDS; t++) {
        float logit = row.thresholds[t];
        double reached = byCount ? counts[t] : units[t];
        if (logit > low && reached - doubt >= target) {
          low = logit;
          countLow = counts[t];
        } else if (logit < high && logit > low && reached + doubt < target) {
          high = logit;
          countHigh = counts[t];
        }
      }
      idle = countLow - countHigh < before ? 0 : idle + 1;
    }
  }

  /** Chooses the thresholds between low and high. */
  private void spread(LogitRow row, float max, boolean even) {
    float top = Math.min(high, max);
    if (even) {
      double bottom = low;
      if (low == Float.NEGATIVE_INFINITY) {
        // Below the least block maximum, as far as that is below the largest, and farther each
        // time.
        double below = Math.min(top, leastBlockMaximum(row, max));
        bottom = below - 2 * (max - below) - Math.ulp(max);
      }
      double step = (top - bottom) / (THRESHOLDS + (high <= max ? 1 : 0));
      for (int t = 0; t < THRESHOLDS; t++) {
        int steps = low == Float.NEGATIVE_INFINITY ? t : t + 1;
        row.thresholds[t] = (float) (bottom + steps * step);
      }
    } else {
      long bottom = TokenOrder.ordered(Float.floatToRawIntBits(low));
      long distance = TokenOrder.ordered(Float.floatToRawIntBits(top)) - bottom;
      for (int t = 0; t < THRESHOLDS; t++) {
        int ordered = (int) (bottom + distance * (t + 1) / (THRESHOLDS + 1));
        row.thresholds[t] = Float.intBitsToFloat(TokenOrder.ordered(ordered));
      }
    }
  }

  private static float leastBlockMaximum(LogitRow row, float max) {
    float least = max;
    for (int block = 0; block < row.blocks(); block++) {
      float maximum = row.blockMaxima[block];
      least = maximum > Float.NEGATIVE_INFINITY ? Math.min(least, maximum) : least;
    }
    return least;
  }

  private long select(
      LogitRow row,
      Candidates candidates,
      boolean byCount,
      long target,
      float max,
      float temperature,
      float[] scratch) {
    boolean none = high == Float.POSITIVE_INFINITY;
    candidates.collect(row, low, high);
    if (byCount) {
      return candidates.keyOf(target - countHigh);
    }
    long missing = target - (none ? 0L : row.keep(high, Integer.MAX_VALUE, 0f));
    long present = candidates.weigh(max, temperature, scratch);
    return missing >= 1 && missing <= present ? candidates.keyReaching(missing) : NONE;
  }
}
