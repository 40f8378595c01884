package io.github.lanewise.bench.result;

import io.github.lanewise.bench.result.BenchResult.Disturbance;

/** Who is faster, or that nobody can be named. */
public enum Verdict {
  /** The whole spread says that the base of the ratio, Lanewise, is faster. */
  FASTER,
  /** The whole spread says that the other is faster. */
  SLOWER,
  /** The spread reaches into the noise. */
  NO_WINNER,
  /** There are not two rounds that could show a spread. */
  NO_INTERVAL;

  /**
   * What two forks of the same code may differ by for reasons of their own: another layout of code
   * and data, another compilation.
   */
  private static final double LEAST_NOISE = 0.15;

  /**
   * Returns which difference is none in a run: 0.15, or the spread of the machine's own limit in
   * that run, if it is larger. NaN, where that is unknown, counts as 0.15.
   */
  public static double noise(Disturbance disturbance) {
    double spread = disturbance.limitSpread();
    return spread > LEAST_NOISE ? spread : LEAST_NOISE;
  }

  /**
   * Names a winner, if all of the ratio's spread lies beyond 1 + noise, or below 1 / (1 + noise):
   * the same rule for both.
   *
   * <p>If both draw their times from the same distribution, a winner is named with probability 1 -
   * coverage at most, however wild the noise is: at five rounds 1/16, at three 1/4. It takes a
   * noise that is above the limit in every single round.
   */
  public static Verdict of(Ratio ratio, double noise) {
    if (ratio.rounds() < 2) {
      return NO_INTERVAL;
    }
    if (ratio.low() > 1 + noise) {
      return FASTER;
    }
    // not <= 1: a spread of NaN names nobody
    return ratio.high() < 1 / (1 + noise) ? SLOWER : NO_WINNER;
  }
}
