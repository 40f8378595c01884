package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.tensor.StridedFloats;
import org.jspecify.annotations.Nullable;

/** Where the rows (b, h, i) of one operand lie. */
final class RowView {
  @Nullable StridedFloats floats;
  float @Nullable [] array;
  private long offset;
  private long batchStride;
  private long headStride;
  private long rowStride;

  /**
   * Binds to an operand.
   *
   * @param rowAxes how many of its leading axes count rows: all but the last; or all, of statistics
   */
  void bind(@Nullable StridedFloats operand, int rowAxes) {
    floats = operand;
    array = null;
    if (operand != null) {
      array = operand.arrayOrNull();
      offset = operand.offset();
      batchStride = rowAxes >= 3 ? operand.stride(rowAxes - 3) : 0;
      headStride = rowAxes >= 2 ? operand.stride(rowAxes - 2) : 0;
      rowStride = rowAxes >= 1 ? operand.stride(rowAxes - 1) : 0;
    }
  }

  void unbind() {
    floats = null;
    array = null;
  }

  /** Element index of a row's first element. */
  long at(long b, long h, long i) {
    return offset + b * batchStride + h * headStride + i * rowStride;
  }

  /** Copies a run of the operand that is not an array. */
  void read(long at, float[] target, int from, int count) {
    StridedFloats source = floats;
    assert source != null;
    source.read(at, target, from, count);
  }

  /** Copies to a run of the operand that is not an array. */
  void write(float[] source, int from, long at, int count) {
    StridedFloats target = floats;
    assert target != null;
    target.write(source, from, at, count);
  }

  /** Sets the one element of a row of statistics, if they are wanted. */
  void set(long b, long h, long i, float value) {
    StridedFloats target = floats;
    if (target != null) {
      target.setElement(value, at(b, h, i));
    }
  }
}
