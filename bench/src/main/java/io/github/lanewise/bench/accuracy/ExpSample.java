package io.github.lanewise.bench.accuracy;

/**
 * A sample of the floats for which exp is work: 2⁻²⁴ <= |x|, and e^x neither 0 nor infinite. For
 * the half of all floats beyond, the result is 0 or infinite, and for most others it is 1: they
 * would hide the rest in one bin. Every {@code stride}-th bit pattern, plus the neighbours of
 * everything at which an algorithm may change its mind, and the float at which Lanewise is worst.
 */
final class ExpSample {
  private static final float SMALLEST = 0x1p-24f;

  /** ln of 2¹²⁸ and of 2⁻¹⁵⁰, rounded to the float inside. */
  private static final float MOST = 0x1.62e42ep6f;

  private static final float LEAST = -0x1.9fe368p6f;

  /** Where Lanewise errs most, of all floats: found by a sweep over them. */
  private static final float WORST = -0x1.ab490ap4f;

  private static final int NEIGHBOURS = 3;
  private static final double HALF_LN2 = 0.5 * 0x1.62e42fefa39efp-1;

  private final int stride;

  ExpSample(int stride) {
    this.stride = stride;
  }

  /** Takes the floats of the sample, a run at a time. */
  interface Taker {
    void take(float[] x, int count);
  }

  /** Hands out the whole sample, in runs of at most the array's length, which is used again. */
  void forEach(float[] run, Taker taker) {
    Filler filler = new Filler(run, taker);
    stretch(filler, SMALLEST, MOST);
    stretch(filler, -SMALLEST, LEAST);
    // Where e^x rounds to another power of two than before, and where the scale of a subnormal
    // result begins: x = n·(ln 2)/2.
    for (int n = (int) (LEAST / HALF_LN2); n <= MOST / HALF_LN2; n++) {
      neighbours(filler, (float) (n * HALF_LN2));
    }
    for (float edge : new float[] {MOST, LEAST, SMALLEST, -SMALLEST, WORST}) {
      neighbours(filler, edge);
    }
    filler.flush();
  }

  private void stretch(Filler filler, float first, float last) {
    int end = Float.floatToRawIntBits(last);
    for (int bits = Float.floatToRawIntBits(first); bits <= end; bits += stride) {
      filler.add(Float.intBitsToFloat(bits));
    }
  }

  private static void neighbours(Filler filler, float x) {
    int bits = Float.floatToRawIntBits(x);
    for (int d = -NEIGHBOURS; d <= NEIGHBOURS; d++) {
      float near = Float.intBitsToFloat(bits + d);
      if (Math.abs(near) >= SMALLEST && near >= LEAST && near <= MOST) {
        filler.add(near);
      }
    }
  }

  private static final class Filler {
    private final float[] run;
    private final Taker taker;
    private int count;

    Filler(float[] run, Taker taker) {
      this.run = run;
      this.taker = taker;
    }

    void add(float x) {
      run[count++] = x;
      if (count == run.length) {
        flush();
      }
    }

    void flush() {
      if (count > 0) {
        taker.take(run, count);
      }
      count = 0;
    }
  }
}
