package io.github.lanewise.internal.rows;

/**
 * The cosines and sines of every position: for each the cosines of all pairs, then their sines.
 *
 * @param values 2·pairs for each position
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RotationTable(float[] values, int pairs, int positions, boolean interleaved) {
  /** More floats do not fit an array. */
  private static final long MOST_VALUES = Integer.MAX_VALUE - 1024;

  /** Whether a table of that size can be. */
  public static boolean fits(int pairs, int positions) {
    return 2L * pairs * positions <= MOST_VALUES;
  }

  /** Computes the table: the angle is the product in double, and each value is rounded once. */
  public static RotationTable of(double[] frequencies, int positions, boolean interleaved) {
    int pairs = frequencies.length;
    float[] values = new float[2 * pairs * positions];
    for (int position = 0; position < positions; position++) {
      int at = position * 2 * pairs;
      for (int i = 0; i < pairs; i++) {
        double angle = position * frequencies[i];
        values[at + i] = (float) StrictMath.cos(angle);
        values[at + pairs + i] = (float) StrictMath.sin(angle);
      }
    }
    return new RotationTable(values, pairs, positions, interleaved);
  }
}
