package io.github.lanewise.internal.kernel;

/**
 * Which weights dropout drops: a hash of (seed, batch, head, query, key) and nothing else, so that
 * a call of any shape decides alike.
 *
 * <p>A row (seed, batch, head, query) and a column (seed, key) have 64 bits each from SplitMix64's
 * mixer, one step for each number; a pair mixes the halves of both in 32 bits, two multiplications,
 * as lanes have them. The weight is dropped if the upper 31 bits are below the probability.
 *
 * <p>Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014, with
 * the constants of Stafford's variant 13; the 32-bit mixer is Wellons's lowbias32.
 */
public final class Dropout {

  /** 2⁶⁴ divided by the golden ratio, odd. */
  private static final long GAMMA = 0x9E37_79B9_7F4A_7C15L;

  /** The two multipliers of the 32-bit mixer. */
  public static final int FIRST = 0x7FEB_352D;

  public static final int SECOND = 0x846C_A68B;

  private Dropout() {}

  /** The upper 31 bits of a hash below this are dropped: {@code probability·2³¹}, rounded. */
  public static int threshold(float probability) {
    return (int) Math.rint(probability * 0x1p31);
  }

  /** What weights that stay are multiplied by. */
  public static float factor(float probability) {
    return (float) (1 / (1 - (double) probability));
  }

  /** The bits of all rows of a head. */
  public static long head(long seed, long batch, long head) {
    return mix(mix(mix(seed + GAMMA) + batch) + head);
  }

  /** The bits of a row. */
  public static long row(long head, long query) {
    return mix(head + query);
  }

  /** The bits of a column. */
  public static long column(long seed, long key) {
    return mix(mix(seed - GAMMA) + key);
  }

  private static long mix(long bits) {
    long z = bits + GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  /** Whether the weight of a row and a column stays. */
  public static boolean keeps(long row, long column, int threshold) {
    long both = row ^ column;
    return keeps((int) both, (int) (both >>> 32), threshold);
  }

  /** The same for the halves of the exclusive or of both. */
  public static boolean keeps(int low, int high, int threshold) {
    int x = low ^ (low >>> 16);
    x = x * FIRST + high;
    x ^= x >>> 15;
    x *= SECOND;
    x ^= x >>> 16;
    return x >>> 1 >= threshold;
  }
}
