package io.github.lanewise.bench.comparison;

/**
 * The inputs of a question, the same for every contender, row-major and dense. What a question does
 * not need has length 0.
 */
public final class Data {
  /** What {@link Operation#DIVIDE} divides by. */
  public static final float DIVISOR = 3f;

  /** Keys that {@link Variant#WINDOW} shows at most. */
  public static final int WINDOW = 256;

  private Data() {}

  /** Lengths of the sequences of a ragged batch, at most {@code columns}: about 60 % on average. */
  static int[] raggedLengths(Question question) {
    int[] lengths = new int[question.batch()];
    for (int b = 0; b < lengths.length; b++) {
      lengths[b] =
          Math.max(
              1,
              (int) ((long) question.columns() * (lengths.length - b * 4L / 5) / lengths.length));
    }
    return lengths;
  }
}
