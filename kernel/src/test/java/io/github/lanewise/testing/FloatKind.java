package io.github.lanewise.testing;

import java.util.SplittableRandom;

/**
 * Where the inputs of a property come from: each kind goes for another place where floats break.
 */
public enum FloatKind {
  /** Unit variance, as queries, keys and values have it. */
  NORMAL(random -> (float) gaussian(random)),
  /** Scores as a trained model has them: a few tower over the rest. */
  LOGITS(random -> (float) (gaussian(random) * (random.nextInt(16) == 0 ? 12 : 3))),
  /** exp(x) overflows, exp(x - max) does not. */
  OVERFLOWING(random -> (float) (1000 + gaussian(random) * 4)),
  /** exp(x) underflows, exp(x - max) does not. */
  UNDERFLOWING(random -> (float) (-1000 + gaussian(random) * 4)),
  /** Spread so far that most weights round to 0, and some fall on the flush threshold. */
  WIDE(random -> (float) random.nextDouble(-110, 0)),
  /** Zeros of both signs, subnormals, and the smallest normal numbers. */
  NEAR_ZERO(
      random -> {
        int bits = random.nextInt(3) == 0 ? 0 : random.nextInt(0x0100_0000);
        return signed(Float.intBitsToFloat(bits), random);
      }),
  /** Few distinct values: ties everywhere. */
  TIED(random -> random.nextInt(3) - 1),
  /** Multiples of 1/64 below 16: sums with other such numbers are exact. */
  GRID(random -> random.nextInt(-1023, 1024) / 64f),
  /** Any finite float whose square does not overflow, every exponent alike. */
  FINITE_BITS(random -> signed(Float.intBitsToFloat(random.nextInt(0x5e00_0000)), random)),
  /** Any float at all, NaN and infinities included. */
  ANY_BITS(random -> Float.intBitsToFloat(random.nextInt())),
  /** Ordinary numbers with NaN, infinities, -0 and the extremes strewn in. */
  SPRINKLED(random -> random.nextInt(8) == 0 ? special(random, 11) : (float) gaussian(random)),
  /** Ordinary numbers, and once in a while NaN or an infinity. */
  NONFINITE(random -> random.nextInt(200) == 0 ? special(random, 3) : (float) gaussian(random)),
  /** Logits of which some are -∞. */
  MINUS_INFINITIES(
      random -> random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : (float) (gaussian(random) * 4));

  private static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    -0f,
    0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE
  };

  /** Makes one number. */
  private interface Source {
    float from(SplittableRandom random);
  }

  @SuppressWarnings("ImmutableEnumChecker") // captures nothing
  private final Source next;

  FloatKind(Source next) {
    this.next = next;
  }

  /** Returns the kinds without NaN and infinity, and without overflow in a softmax. */
  public static FloatKind[] finite() {
    return new FloatKind[] {NORMAL, LOGITS, OVERFLOWING, UNDERFLOWING, WIDE, NEAR_ZERO, TIED, GRID};
  }

  /** Returns that many numbers of this kind. */
  public float[] floats(SplittableRandom random, int length) {
    float[] x = new float[length];
    for (int j = 0; j < length; j++) {
      x[j] = next.from(random);
    }
    return x;
  }

  private static float special(SplittableRandom random, int among) {
    return SPECIAL[random.nextInt(among)];
  }

  private static float signed(float magnitude, SplittableRandom random) {
    return random.nextBoolean() ? magnitude : -magnitude;
  }

  /**
   * Marsaglia's polar method; SplittableRandom has no nextGaussian that is the same in every JDK.
   */
  private static double gaussian(SplittableRandom random) {
    while (true) {
      double a = random.nextDouble() * 2 - 1;
      double b = random.nextDouble() * 2 - 1;
      double square = a * a + b * b;
      if (square > 0 && square < 1) {
        return a * StrictMath.sqrt(-2 * StrictMath.log(square) / square);
      }
    }
  }
}
