package io.github.lanewise.bench.gate;

/**
 * What every operation is compared with: scalar multiply-adds in eight chains.
 *
 * <p>Each chain waits for itself, so that no compiler turns the loop into vectors; eight of them
 * keep both ports busy that CPUs have for this. Whatever slows the machine down, a lower clock or a
 * neighbour on the same core, slows ruler and kernels alike, and the ratio stays. A loop over
 * arrays would not do: how far C2 vectorises it differs from CPU to CPU.
 */
final class Ruler {
  /** As a work of its own, by which the rulers of two JDKs are compared. */
  static final String NAME = "ruler";

  private static final int CHAINS = 8;

  /** Chains that were the same could be computed once. */
  private static final float APART = 0x1p-20f;

  private static final int TURNS = 300_000;

  /** Multiply-adds of one call of {@link #run}: about half a millisecond. */
  static final double STEPS = (double) CHAINS * TURNS;

  private float last = 1;

  /** Takes {@link #STEPS} steps. */
  void run() {
    last = chains(last, 0.999f, 0.001f);
    if (Float.isNaN(last)) {
      throw new IllegalStateException("the ruler ends in NaN, but stays at 1");
    }
  }

  private static float chains(float start, float factor, float addend) {
    float x0 = start;
    float x1 = start + 1 * APART;
    float x2 = start + 2 * APART;
    float x3 = start + 3 * APART;
    float x4 = start + 4 * APART;
    float x5 = start + 5 * APART;
    float x6 = start + 6 * APART;
    float x7 = start + 7 * APART;
    for (int turn = 0; turn < TURNS; turn++) {
      x0 = Math.fma(x0, factor, addend);
      x1 = Math.fma(x1, factor, addend);
      x2 = Math.fma(x2, factor, addend);
      x3 = Math.fma(x3, factor, addend);
      x4 = Math.fma(x4, factor, addend);
      x5 = Math.fma(x5, factor, addend);
      x6 = Math.fma(x6, factor, addend);
      x7 = Math.fma(x7, factor, addend);
    }
    return (x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7) / CHAINS;
  }
}
