package io.github.lanewise.internal.jvm;

import org.jspecify.annotations.Nullable;

/** Whether {@link Math#fma(float, float, float)} is one machine instruction. */
public final class FusedMultiplyAdd {
  /**
   * True where the machine has the instruction. A constant, so that compiled code holds one branch
   * only.
   */
  public static final boolean IN_HARDWARE = detect();

  private FusedMultiplyAdd() {}

  private static boolean detect() {
    @Nullable String option = Jvm.option("UseFMA");
    return option != null ? Boolean.parseBoolean(option) : isFast();
  }

  /**
   * Tells the instruction from its emulation by time: without the instruction {@code Math.fma} goes
   * through BigDecimal, which takes microseconds; with it even the interpreter takes nanoseconds.
   * Only asked where the option cannot be read.
   */
  private static boolean isFast() {
    long best = Long.MAX_VALUE;
    float sum = 1;
    for (int round = 0; round < 8; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < 64; i++) {
        sum = Math.fma(0.7f, sum, 0.1f * i);
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    return best < 64 * 300 && sum > 0;
  }
}
