package io.github.lanewise.internal.kernel;

/** What {@link LaneKernels#weights} does with the weights p = exp(d). */
public enum WeightSums {
  /** Writes p, sums p. */
  WRITE,
  /** Writes p, sums p and p·d. */
  WRITE_WITH_MOMENT,
  /** Sums p. */
  SUM,
  /** Sums p and p·d. */
  SUM_WITH_MOMENT,
  /** Writes d, sums p where it is not 0, and counts where it is. */
  REST;

  public static WeightSums of(boolean write, boolean moment) {
    return write ? (moment ? WRITE_WITH_MOMENT : WRITE) : (moment ? SUM_WITH_MOMENT : SUM);
  }

  public boolean writes() {
    return this == WRITE || this == WRITE_WITH_MOMENT;
  }

  public boolean wantsMoment() {
    return this == WRITE_WITH_MOMENT || this == SUM_WITH_MOMENT;
  }
}
