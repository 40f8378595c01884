package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import org.jspecify.annotations.Nullable;

/**
 * A tensor by sequence, head and row, dense or ragged: queries and what belongs to them, or keys.
 */
final class HeadRows {

  /** Null where there is no tensor. */
  @Nullable StridedFloats tensor;

  private final boolean areKeys;
  private Sequences sequences;
  private long rowStride;

  @SuppressWarnings("NullAway.Init") // bound before use
  HeadRows(boolean areKeys) {
    this.areKeys = areKeys;
  }

  /** Binds a tensor, or none. */
  void bind(Sequences sequences, @Nullable FloatTensor t) {
    this.sequences = sequences;
    tensor = t == null ? null : StridedFloats.of(t);
    rowStride = tensor == null ? 0 : sequences.rowStride(tensor);
  }

  @SuppressWarnings("NullAway") // bound again before use
  void unbind() {
    tensor = null;
    sequences = null;
  }

  /** Whether there is a tensor. */
  boolean isBound() {
    return tensor != null;
  }

  /** Makes consecutive rows readable. */
  void load(StagedRows stage, long batch, long head, long row, int rows, int length) {
    stage.load(bound(), at(batch, head, row), rowStride, rows, length);
  }

  /** Copies the first numbers of consecutive rows, one of each. */
  void read(long batch, long head, long row, int rows, float[] to) {
    StridedFloats t = bound();
    long at = at(batch, head, row);
    if (rowStride == 1) {
      t.read(at, to, 0, rows);
      return;
    }
    for (int r = 0; r < rows; r++) {
      to[r] = t.element(at + r * rowStride);
    }
  }

  /** Writes a panel's first lanes to consecutive rows. */
  void write(
      PanelWriter writer,
      long batch,
      long head,
      long row,
      float[] panel,
      int from,
      int length,
      int rows) {
    writer.write(bound(), at(batch, head, row), rowStride, panel, from, length, rows);
  }

  /** The tensor, which there is. */
  StridedFloats bound() {
    StridedFloats t = tensor;
    assert t != null;
    return t;
  }

  /** Index of a row's first element in the storage. */
  long at(long batch, long head, long row) {
    StridedFloats t = bound();
    return areKeys ? sequences.keyAt(t, batch, head, row) : sequences.queryAt(t, batch, head, row);
  }
}
