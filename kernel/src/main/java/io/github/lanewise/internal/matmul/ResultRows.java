package io.github.lanewise.internal.matmul;

import io.github.lanewise.internal.tensor.StridedFloats;

/** The way of a product's rows from scratch to where they belong. */
public final class ResultRows {
  private ResultRows() {}

  /** Writes {@code alpha · scratch[from … from + width)} to a tensor; the scratch may change. */
  public static void write(
      float[] scratch, int from, float alpha, StridedFloats c, long to, int width) {
    float[] own = c.arrayOrNull();
    if (own != null) {
      multiply(scratch, from, alpha, own, (int) to, width);
    } else {
      multiply(scratch, from, alpha, scratch, from, width);
      c.write(scratch, from, to, width);
    }
  }

  private static void multiply(
      float[] source, int from, float alpha, float[] target, int to, int length) {
    for (int i = 0; i < length; i++) {
      target[to + i] = source[from + i] * alpha;
    }
  }
}
