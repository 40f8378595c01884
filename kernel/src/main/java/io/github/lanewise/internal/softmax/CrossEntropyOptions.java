package io.github.lanewise.internal.softmax;

/**
 * What a cross-entropy computes; checked by its builder.
 *
 * @param smoothing the share of the probability that goes to all classes alike, 0 to 1
 * @param ignores whether rows of the label {@code ignored} do not count
 */
public record CrossEntropyOptions(
    float temperature, double smoothing, boolean ignores, int ignored) {
  /** Whether a row of that label does not count. */
  boolean skips(int label) {
    return ignores && label == ignored;
  }
}
