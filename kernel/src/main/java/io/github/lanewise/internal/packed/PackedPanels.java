package io.github.lanewise.internal.packed;

import static io.github.lanewise.internal.kernel.PackedKernels.BLOCK;
import static io.github.lanewise.internal.kernel.PackedKernels.COLUMNS;
import static io.github.lanewise.internal.kernel.PackedKernels.SCALES;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.PackedKernels;
import java.lang.foreign.MemorySegment;

/**
 * A packed matrix B [n, k]: panels of 64 of its rows, one after the other in native memory, as
 * {@link io.github.lanewise.internal.kernel.PackedKernels} describes them. Rows beyond the last are
 * zeros.
 *
 * @param rows n, the columns of a product
 * @param depth k
 * @param regular whether the kernels for one row take it: no FLOAT16 is infinite or NaN, and no
 *     INT8 times its scale is -0
 * @param unbias factor of the exponents of FLOAT16 and of scales
 */
public record PackedPanels(
    Element element, long rows, long depth, boolean regular, float unbias, MemorySegment memory) {

  /** Of IEEE 754's own fields: the difference between the biases of the exponents, 127 - 15. */
  static final float UNBIAS = 0x1p112f;

  /** Of fields that hold the exponents from -24 to 6, those of the subnormals included. */
  static final float UNBIAS_OF_SMALL = 0x1p102f;

  /** The least magnitude that has no such exponent. */
  static final float SMALL = 0x1p7f;

  /** Number of panels. */
  public long panels() {
    return (rows + COLUMNS - 1) / COLUMNS;
  }

  /** Where a step of the depth lies in a panel; of INT8, a multiple of a block, its scales. */
  public long at(long panel, long step) {
    return panel * bytes(element, depth) + bytes(element, step);
  }

  /** Whether one row may go along several panels at once: ints must count the bytes between. */
  boolean abreast() {
    return element == Element.FLOAT32
        && bytes(element, depth) <= Integer.MAX_VALUE / PackedKernels.ABREAST;
  }

  /** Bytes of so many rows of a panel; exceeds no long if {@link #totalBytes} does not. */
  static long bytes(Element element, long depth) {
    long scales = element == Element.INT8 ? (depth + BLOCK - 1) / BLOCK * SCALES : 0;
    return depth * COLUMNS * element.bytes + scales;
  }

  /**
   * Bytes of a whole matrix.
   *
   * @throws IllegalArgumentException if a long cannot count them
   */
  static long totalBytes(Element element, long rows, long depth) {
    long panels = (rows + COLUMNS - 1) / COLUMNS;
    long most = Long.MAX_VALUE / (2L * COLUMNS * Float.BYTES) / Math.max(1, panels);
    if (depth > most) {
      throw new IllegalArgumentException(
          "a matrix of " + rows + " x " + depth + " is too large: k may be at most " + most);
    }
    return panels * bytes(element, depth);
  }
}
