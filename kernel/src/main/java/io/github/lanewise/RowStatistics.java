package io.github.lanewise;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where diagnostics of each row are written in the same pass; a null component is not wanted.
 *
 * <p>Each tensor has the shape of the input without its last axis ([1] for a rank-1 input); for
 * attention [batch, queryHeads, queryLength].
 *
 * @param logSumExp natural logarithm of the sum of exponentials
 * @param entropy entropy of the weights in nats: 0 for a one-hot row, ln n for n equal weights
 * @param maxWeight the largest weight
 */
@SuppressWarnings(
    "exports") // the annotation is for tools; nobody needs its module to compile against this
public record RowStatistics(
    @Nullable FloatTensor logSumExp,
    @Nullable FloatTensor entropy,
    @Nullable FloatTensor maxWeight) {

  private static final RowStatistics NONE = new RowStatistics(null, null, null);

  /**
   * New tensors for all three.
   *
   * @param shape of the statistics: that of the input without its last axis, [1] for a rank-1
   *     input; for attention [batch, queryHeads, queryLength]
   * @throws IllegalArgumentException if an array cannot hold that many elements
   */
  public static RowStatistics allocate(long... shape) {
    return new RowStatistics(
        FloatTensor.allocate(shape), FloatTensor.allocate(shape), FloatTensor.allocate(shape));
  }

  /** The logarithm of the sum alone. */
  public static RowStatistics of(FloatTensor logSumExp) {
    return new RowStatistics(Objects.requireNonNull(logSumExp, "logSumExp"), null, null);
  }

  /** No statistics at all. */
  public static RowStatistics none() {
    return NONE;
  }
}
