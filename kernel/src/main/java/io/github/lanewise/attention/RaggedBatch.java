package io.github.lanewise.attention;

import io.github.lanewise.internal.mask.Sequences;
import java.util.Arrays;
import java.util.Objects;

/**
 * Which sequences of a {@link KeyValueCache} take part in a step, and with how many tokens each:
 * one for a sequence that is being decoded, many for a prompt, none for one that waits.
 *
 * <p>Tensors of a step are [tokens, heads, dim]: the rows of the first sequence that is named, then
 * those of the next. {@link KeyValueCache#append(RaggedBatch, io.github.lanewise.FloatTensor,
 * io.github.lanewise.FloatTensor)} adds the tokens, and then the last {@code length} tokens of each
 * sequence are its queries.
 *
 * <p><b>Errors.</b> Arrays of different lengths, a sequence that comes twice and a negative length
 * are an IllegalArgumentException, a negative sequence an IndexOutOfBoundsException; what a cache
 * has to say to it, its methods say.
 *
 * <p><b>Threading.</b> The arrays are the caller's, and may be refilled between calls, not during
 * one; every call checks them again.
 */
public final class RaggedBatch {

  private final int[] sequences;
  private final int[] lengths;

  private RaggedBatch(int[] sequences, int[] lengths) {
    this.sequences = sequences;
    this.lengths = lengths;
  }

  /**
   * A step of {@code lengths[i]} tokens of sequence {@code sequences[i]} each.
   *
   * @param sequences distinct numbers of a cache's sequences, in any order; the array is kept
   * @param lengths 0 allowed; the array is kept
   */
  public static RaggedBatch of(int[] sequences, int[] lengths) {
    Objects.requireNonNull(sequences, "sequences");
    Objects.requireNonNull(lengths, "lengths");
    Sequences.requireSameLength(sequences.length, lengths.length);
    for (int i = 0; i < sequences.length; i++) {
      if (sequences[i] < 0) {
        throw new IndexOutOfBoundsException(
            "sequences[" + i + "] is " + sequences[i] + ", but must be at least 0");
      }
      Sequences.requireLength(i, lengths[i]);
    }
    requireDistinct(sequences);
    return new RaggedBatch(sequences, lengths);
  }

  private static void requireDistinct(int[] sequences) {
    int[] sorted = sequences.clone();
    Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        throw new IllegalArgumentException("sequence " + sorted[i] + " comes twice");
      }
    }
  }

  /**
   * The sum of the lengths: rows of the step's tensors.
   *
   * @throws IllegalArgumentException if a length is negative, or if there are more than 2³¹ - 1
   */
  public int tokens() {
    long tokens = 0;
    for (int i = 0; i < lengths.length; i++) {
      Sequences.requireLength(i, lengths[i]);
      tokens += lengths[i];
    }
    if (tokens > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the batch has " + tokens + " tokens, but at most " + Integer.MAX_VALUE + " are allowed");
    }
    return (int) tokens;
  }

  /** The caller's array. */
  int[] sequences() {
    return sequences;
  }

  /** The caller's array. */
  int[] lengths() {
    return lengths;
  }

  @Override
  public String toString() {
    return "RaggedBatch[sequences="
        + Arrays.toString(sequences)
        + ", lengths="
        + Arrays.toString(lengths)
        + "]";
  }
}
