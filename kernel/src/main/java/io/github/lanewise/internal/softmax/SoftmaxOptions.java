package io.github.lanewise.internal.softmax;

/**
 * What a softmax computes; checked by its builder.
 *
 * @param zeroIfEmpty whether a row without visible weight is 0 rather than NaN
 * @param axis along which rows run; negative from the end
 */
public record SoftmaxOptions(
    float temperature, boolean logarithmic, boolean zeroIfEmpty, int axis) {
  /** The axis of an operand along which its rows run. */
  public int axisOf(int rank) {
    int found = axis < 0 ? axis + rank : axis;
    if (found < 0 || found >= rank) {
      throw new IndexOutOfBoundsException("axis " + axis + ", but the rank is " + rank);
    }
    return found;
  }

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

  /** Whether weights are wanted, at temperature 1. */
  boolean isPlain() {
    return temperature == 1f && !logarithmic;
  }

  /** Whether all visible scores weigh the same: infinite temperature. */
  boolean isUniform() {
    return temperature == Float.POSITIVE_INFINITY;
  }
}
