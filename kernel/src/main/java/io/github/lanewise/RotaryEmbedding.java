package io.github.lanewise;

import io.github.lanewise.internal.rows.RotationTable;
import java.util.Objects;

/**
 * The rotations of rotary position embeddings: cosines and sines of position · frequency, for each
 * frequency and for each position below a number, made once. {@link Rows#rotate} applies them.
 *
 * <p>Frequency i turns one pair of a head's elements: i and i + n for n frequencies, {@linkplain
 * Pairs#HALVES split halves}, or 2i and 2i + 1, {@linkplain Pairs#INTERLEAVED interleaved}. Scaled
 * frequencies, as long contexts want them, are other numbers in the array.
 *
 * <p><b>Accuracy.</b> An angle is one product in double, and its cosine and sine are those of
 * {@link StrictMath}, rounded once to float.
 *
 * <p><b>Allocation.</b> 8 bytes for each frequency and position: 64 MiB for 64 frequencies and
 * 131,072 positions.
 *
 * <p><b>Threading.</b> Immutable; one for all layers and threads.
 *
 * <p><b>Source.</b> J. Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding,
 * 2021, arXiv:2104.09864.
 */
public final class RotaryEmbedding {
  /** Which elements of a head make a pair. */
  public enum Pairs {
    /** Element i and element i + n, n being half of the rotated ones: GPT-NeoX, Hugging Face. */
    HALVES,
    /** Elements 2i and 2i + 1: the paper, GPT-J, Meta's Llama. */
    INTERLEAVED
  }

  private final RotationTable table;

  private RotaryEmbedding(RotationTable table) {
    this.table = table;
  }

  /**
   * The usual frequencies, base^(-2i/rotatedDim) for i below rotatedDim/2.
   *
   * @param base 10,000 in the paper
   * @param rotatedDim even, at least 2
   */
  public static double[] frequencies(double base, int rotatedDim) {
    if (!(base > 0 && base < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("base is " + base + ", but must be above 0 and finite");
    }
    if (rotatedDim < 2 || rotatedDim % 2 != 0) {
      throw new IllegalArgumentException(
          "rotatedDim is " + rotatedDim + ", but must be even and at least 2");
    }
    double[] frequencies = new double[rotatedDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = StrictMath.pow(base, -2.0 * i / rotatedDim);
    }
    return frequencies;
  }

  /**
   * The rotations at positions 0 to positions - 1.
   *
   * @param frequencies in radians from a position to the next; twice as many elements of a head are
   *     rotated
   */
  public static RotaryEmbedding of(double[] frequencies, int positions, Pairs pairs) {
    Objects.requireNonNull(frequencies, "frequencies");
    Objects.requireNonNull(pairs, "pairs");
    double[] own = frequencies.clone();
    if (own.length < 1) {
      throw new IllegalArgumentException("frequencies.length is 0, but must be at least 1");
    }
    if (positions < 1) {
      throw new IllegalArgumentException("positions is " + positions + ", but must be at least 1");
    }
    for (int i = 0; i < own.length; i++) {
      if (!Double.isFinite(own[i])) {
        throw new IllegalArgumentException(
            "frequencies[" + i + "] is " + own[i] + ", but must be finite");
      }
    }
    if (!RotationTable.fits(own.length, positions)) {
      throw new IllegalArgumentException(
          "positions is "
              + positions
              + " and frequencies.length is "
              + own.length
              + ", but twice their product must fit an array");
    }
    return new RotaryEmbedding(RotationTable.of(own, positions, pairs == Pairs.INTERLEAVED));
  }

  /** The same with frequencies that are floats, as files of weights have them. */
  public static RotaryEmbedding of(float[] frequencies, int positions, Pairs pairs) {
    Objects.requireNonNull(frequencies, "frequencies");
    double[] wide = new double[frequencies.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = frequencies[i];
    }
    return of(wide, positions, pairs);
  }

  /** Elements of a head that are rotated: the first ones. */
  public int rotatedDim() {
    return 2 * table.pairs();
  }

  /** Positions from 0 that there are rotations for. */
  public int positions() {
    return table.positions();
  }

  /** Which elements make a pair. */
  public Pairs pairs() {
    return table.interleaved() ? Pairs.INTERLEAVED : Pairs.HALVES;
  }

  RotationTable table() {
    return table;
  }
}
