package io.github.lanewise.internal.softmax;

/**
 * What a softmax computes; checked by its builder.
 *
 * @param zeroIfEmpty whether a row without visible weight is 0 rather than NaN
 */
public record SoftmaxOptions(float temperature, boolean logarithmic, boolean zeroIfEmpty) {
  /** The weight of an invisible position. */
  float hidden() {
    return logarithmic ? Float.NEGATIVE_INFINITY : 0f;
  }

  /** What a row without visible weight is filled with. */
  float ifEmpty() {
    return zeroIfEmpty ? hidden() : Float.NaN;
  }

  /** Whether a position is chosen instead of weighed: temperature 0. */
  boolean isArgmax() {
    return temperature == 0f;
  }

  /** Whether all visible scores weigh the same: infinite temperature. */
  boolean isUniform() {
    return temperature == Float.POSITIVE_INFINITY;
  }
}
