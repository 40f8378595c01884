package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.ScoreKernels.PANEL;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows (b, h, i) of one operand lie. Kernels see arrays only: rows that are not runs of
 * an array are copied to one, and back.
 */
public final class OperandRows {
  /** Each element is a row, as of statistics. */
  static final int NO_AXIS = -1;

  /** Positions of rows side by side that are copied at once from where there is no array. */
  private static final int LINES = 64;

  private static final Workspace.Floats STAGED_LINES = Workspace.floats();

  public @Nullable StridedFloats floats;

  /** The array that the rows are runs of; null where they have to be copied. */
  public float @Nullable [] array;

  private long offset;
  private long batchStride;
  private long headStride;
  private long rowStride;

  /** From an element of a row to the next one. */
  private long step;

  /** Rows that lie one after the other at the same distance: so many, from each multiple of it. */
  long run;

  /** That distance. */
  long spacing;

  /**
   * Binds to an operand.
   *
   * @param axis the axis that rows run along, the others count them; or {@link #NO_AXIS}
   */
  public void bind(@Nullable StridedFloats operand, int axis) {
    floats = operand;
    array = null;
    if (operand != null) {
      boolean empty = operand.count() == 0; // rows without elements may count beyond the storage
      offset = empty ? 0 : operand.offset();
      batchStride = empty ? 0 : stride(operand, axis, 2);
      headStride = empty ? 0 : stride(operand, axis, 1);
      rowStride = empty ? 0 : stride(operand, axis, 0);
      step = axis == NO_AXIS || operand.size(axis) <= 1 ? 1 : operand.stride(axis);
      array = step == 1 ? operand.arrayOrNull() : null;
    }
  }

  private static long stride(StridedFloats operand, int axis, int fromEnd) {
    int rowAxis = rowAxis(operand.rank(), axis, fromEnd);
    return rowAxis < 0 ? 0 : operand.stride(rowAxis);
  }

  /** The axis that counts rows, the last but so many of those that do; negative for none. */
  static int rowAxis(int rank, int axis, int fromEnd) {
    int found = rank - 1 - fromEnd;
    return found <= axis ? found - 1 : found;
  }

  /** Whether rows lie across the order of memory. */
  boolean areAcross() {
    return step != 1;
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

  public void unbind() {
    floats = null;
    array = null;
  }

  /** Element index of a row's first element. */
  public long at(long b, long h, long i) {
    return offset + b * batchStride + h * headStride + i * rowStride;
  }

  /** Copies elements of the row at an element index, from its element {@code first} on. */
  public void read(long at, int first, float[] target, int to, int count) {
    StridedFloats source = floats;
    assert source != null;
    if (step == 1) {
      source.read(at + first, target, to, count);
      return;
    }
    for (int j = 0; j < count; j++) {
      target[to + j] = source.element(at + (first + j) * step);
    }
  }

  /** Copies to elements of the row at an element index, from its element {@code first} on. */
  public void write(float[] source, int from, long at, int first, int count) {
    StridedFloats target = floats;
    assert target != null;
    if (step == 1) {
      target.write(source, from, at + first, count);
      return;
    }
    for (int j = 0; j < count; j++) {
      target.setElement(source[from + j], at + (first + j) * step);
    }
  }

  /** Copies rows, {@link #spacing} apart, of which the first is at an element index. */
  void readRows(
      long at, int rows, int length, float[] target, int to, int stride, Workspace workspace) {
    if (!areSideBySide(rows)) {
      for (int r = 0; r < rows; r++) {
        read(at + r * spacing, 0, target, to + r * stride, length);
      }
      return;
    }
    StridedFloats source = floats;
    assert source != null;
    float[] own = source.arrayOrNull();
    if (own != null) {
      Kernels.tiles().transpose(own, (int) at, (int) step, length, rows, target, to, stride);
      return;
    }
    float[] lines = workspace.get(STAGED_LINES, LINES * rows);
    for (int j = 0; j < length; j += LINES) {
      int count = Math.min(LINES, length - j);
      for (int t = 0; t < count; t++) {
        source.read(at + (j + t) * step, lines, t * rows, rows);
      }
      Kernels.tiles().transpose(lines, 0, rows, count, rows, target, to + j, stride);
    }
  }

  /** The way back of {@link #readRows}. */
  void writeRows(
      float[] source, int from, int stride, long at, int rows, int length, Workspace workspace) {
    if (!areSideBySide(rows)) {
      for (int r = 0; r < rows; r++) {
        write(source, from + r * stride, at + r * spacing, 0, length);
      }
      return;
    }
    StridedFloats target = floats;
    assert target != null;
    float[] own = target.arrayOrNull();
    if (own != null) {
      Kernels.tiles().transpose(source, from, stride, rows, length, own, (int) at, (int) step);
      return;
    }
    float[] lines = workspace.get(STAGED_LINES, LINES * rows);
    for (int j = 0; j < length; j += LINES) {
      int count = Math.min(LINES, length - j);
      Kernels.tiles().transpose(source, from + j, stride, rows, count, lines, 0, rows);
      for (int t = 0; t < count; t++) {
        target.write(lines, t * rows, at + (j + t) * step, rows);
      }
    }
  }

  /** Copies rows side by side to the lanes of a panel, and raises their maxima in a node. */
  void readColumns(long at, int rows, int length, float[] panel, float[] node) {
    StridedFloats source = floats;
    assert source != null;
    float[] own = source.arrayOrNull();
    if (own != null) {
      Kernels.scores().stageColumns(own, (int) at, (int) step, length, rows, panel, 0, node, 0);
      return;
    }
    for (int j = 0; j < length; j++) {
      source.read(at + j * step, panel, j * PANEL, rows);
    }
    Kernels.scores().stageColumns(panel, 0, PANEL, length, rows, panel, 0, node, 0);
  }

  /** Copies a panel, times a factor for each lane, to rows side by side. */
  void writeColumns(float[] panel, int rows, int length, float[] factors, long at) {
    StridedFloats target = floats;
    assert target != null;
    float[] own = target.arrayOrNull();
    if (own != null) {
      Kernels.scores().scaleColumns(panel, 0, length, rows, factors, own, (int) at, (int) step);
      return;
    }
    Kernels.scores().scaleColumns(panel, 0, length, rows, factors, panel, 0, PANEL);
    for (int j = 0; j < length; j++) {
      target.write(panel, j * PANEL, at + j * step, rows);
    }
  }

  /** Whether neighbours in memory are the same element of neighbouring rows. */
  boolean areSideBySide(int rows) {
    return step != 1 && spacing == 1 && rows > 1;
  }

  /** Sets the one element of a row of statistics, if they are wanted. */
  void set(long b, long h, long i, float value) {
    StridedFloats target = floats;
    if (target != null) {
      target.setElement(value, at(b, h, i));
    }
  }
}
