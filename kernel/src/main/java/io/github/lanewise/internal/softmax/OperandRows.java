package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.tensor.StridedFloats;
import org.jspecify.annotations.Nullable;

/** Where the rows (b, h, i) of one operand lie. */
final class OperandRows {
  @Nullable StridedFloats floats;
  float @Nullable [] array;
  private long offset;
  private long batchStride;
  private long headStride;
  private long rowStride;

  /** Rows that lie one after the other at the same distance: so many, from each multiple of it. */
  long run;

  /** That distance. */
  long spacing;

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

  /** Finds {@link #run} and {@link #spacing} of an operand with so many rows. */
  void findRuns(long queries, long heads, long batches) {
    run = 1;
    boolean even =
        join(queries, rowStride) && join(heads, headStride) && join(batches, batchStride);
    assert !even || run == queries * heads * batches;
  }

  /** Whether the run goes on over another axis. */
  private boolean join(long count, long stride) {
    if (run == 1) {
      spacing = stride;
    } else if (count > 1 && stride != run * spacing) {
      return false;
    }
    run *= count;
    return true;
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
