package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;

/** From panels {@code [length][PANEL]}, one lane a row, to the rows of a tensor of any layout. */
final class PanelWriter {

  private float[] staged = new float[0];

  /**
   * Writes a panel's first lanes to rows of a tensor.
   *
   * @param at index of the first element that is written of the first row
   * @param rowStride from one row to the next
   */
  void write(
      StridedFloats t, long at, long rowStride, float[] panel, int from, int length, int lanes) {
    float[] own = t.arrayOrNull();
    if (own != null) {
      Kernels.tiles()
          .transpose(panel, from, TileKernels.PANEL, length, lanes, own, (int) at, (int) rowStride);
      return;
    }
    float[] rows = room(lanes * length);
    Kernels.tiles().transpose(panel, from, TileKernels.PANEL, length, lanes, rows, 0, length);
    if (rowStride == length) {
      t.write(rows, 0, at, lanes * length);
      return;
    }
    for (int c = 0; c < lanes; c++) {
      t.write(rows, c * length, at + c * rowStride, length);
    }
  }

  /** So many floats at least, with any contents, until the next call. */
  float[] room(int length) {
    if (staged.length < length) {
      staged = new float[length];
    }
    return staged;
  }
}
