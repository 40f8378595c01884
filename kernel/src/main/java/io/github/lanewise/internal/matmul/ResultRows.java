package io.github.lanewise.internal.matmul;

import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;

/** The way of a product's rows from scratch to where they belong. */
public final class ResultRows {
  private ResultRows() {}

  /** Writes {@code alpha · scratch[from … from + width)} to a tensor; the scratch may change. */
  public static void write(
      float[] scratch, int from, float alpha, StridedFloats c, long to, int width) {
    LaneKernels lanes = Kernels.lanes();
    float[] own = c.arrayOrNull();
    if (own != null) {
      lanes.scale(scratch, from, alpha, own, (int) to, width);
    } else {
      lanes.scale(scratch, from, alpha, scratch, from, width);
      c.write(scratch, from, to, width);
    }
  }
}
