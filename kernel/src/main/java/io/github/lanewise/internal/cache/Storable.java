package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.tensor.StridedFloats;

/** What a narrow storage can hold: numbers that are finite, and stay so when they are rounded. */
final class Storable {

  private Storable() {}

  /**
   * Checks every element.
   *
   * @throws IllegalArgumentException with the position of the first that cannot be stored
   */
  static void require(PageLayout layout, StridedFloats t, String name, int dim) {
    float most =
        switch (layout.storage) {
          case FLOAT32 -> Float.POSITIVE_INFINITY;
          case BFLOAT16 -> Narrow.BFLOAT16_LIMIT;
          case FLOAT16 -> Narrow.FLOAT16_LIMIT;
          case INT8 -> Float.MAX_VALUE;
        };
    int heads = t.rank() - 3;
    long batch = heads == 0 ? 1 : t.size(0);
    for (long b = 0; b < batch; b++) {
      for (long h = 0; h < t.size(heads); h++) {
        for (long i = 0; i < t.size(heads + 1); i++) {
          long row = t.offset() + (heads == 0 ? 0 : b * t.stride(0));
          row += h * t.stride(heads) + i * t.stride(heads + 1);
          for (int d = 0; d < dim; d++) {
            float x = t.element(row + d);
            if (!(Math.abs(x) <= most)) {
              String at = (heads == 0 ? "" : b + ", ") + h + ", " + i + ", " + d;
              throw refusal(layout, name, at, x, most);
            }
          }
        }
      }
    }
  }

  private static IllegalArgumentException refusal(
      PageLayout layout, String name, String at, float x, float most) {
    String why =
        Float.isFinite(x)
            ? "rounds numbers above " + most + " to infinity"
            : "holds finite numbers only";
    return new IllegalArgumentException(
        name + "[" + at + "] is " + x + ", but " + layout.storage + " " + why);
  }
}
