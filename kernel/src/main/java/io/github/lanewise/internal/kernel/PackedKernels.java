package io.github.lanewise.internal.kernel;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import java.lang.foreign.MemorySegment;

/**
 * The products with a packed matrix. One lane is one row of the factor B, which is a column of the
 * product.
 *
 * <p>B lies in native memory, in panels of {@link #COLUMNS} columns: row after row of one step of
 * the depth, lines of 64 bytes. Of a row of
 *
 * <ul>
 *   <li>FLOAT32, the columns follow each other;
 *   <li>BFLOAT16 and FLOAT16, two lines, a word of 32 bits holds two columns 16 apart, the first
 *       one in its lower half, so that a whole vector of words becomes two of floats by shifts;
 *   <li>INT8, one line, a word holds four columns 16 apart, each as q + 128. Before each {@link
 *       #BLOCK} rows lie the scales of all columns, as a row of FLOAT16 does.
 * </ul>
 *
 * <p>A FLOAT16 is held as the fields of a float would be, sign, 5 bits of exponent and 10 of
 * significand, and a factor {@code unbias} that corrects the exponent, exactly: no number is
 * subnormal then, which costs a hundred cycles wherever it is multiplied.
 *
 * <p>Kernels trust their arguments; every implementation gives the same bits.
 */
public interface PackedKernels {

  /** Columns of a panel. */
  int COLUMNS = 64;

  /** Rows of INT8 that share the scales before them. */
  int BLOCK = 32;

  /** Bytes of a line; the 16 columns of a line of floats are a group. */
  int LINE = 64;

  /** Panels that one row goes along at once, if they are FLOAT32. */
  int ABREAST = 4;

  /** Bytes of a row of scales. */
  int SCALES = COLUMNS * Short.BYTES;

  /**
   * {@code out[c] = fma(a[t], b[t][c], …)}, ascending over t, going on from what is in {@code out}:
   * one row of A by a whole panel.
   *
   * @param b native memory
   * @param from where the panel's first row lies; of INT8 its scales
   * @param depth rows
   * @param unbias of FLOAT16, and of the scales of INT8. No number is infinite or NaN, and no
   *     product with a scale is -0.
   */
  void row(
      Element element,
      MemorySegment b,
      long from,
      int depth,
      float unbias,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom);

  /**
   * As {@link #row}, by {@link #ABREAST} panels of FLOAT32.
   *
   * @param apart bytes from a panel to the next
   * @param out {@code [ABREAST][COLUMNS]}
   */
  void rowAbreast(
      MemorySegment b,
      long from,
      int apart,
      int depth,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom);

  /**
   * Writes rows of a panel as FLOAT32.
   *
   * @param regular whether it is as in {@link #row}; if not, FLOAT16 is as IEEE 754 has it
   * @param target native memory
   */
  void widen(
      Element element,
      MemorySegment b,
      long from,
      int depth,
      boolean regular,
      float unbias,
      MemorySegment target);

  /**
   * {@code out[r][c] = fma(a[r][t], b[t][c], …)}, ascending over t, going on from what is in {@code
   * out}: a group of rows.
   *
   * @param b native memory that holds FLOAT32
   * @param a {@code [depth][GROUP]}, zeros for the rows that are missing
   * @param rows 1 to GROUP; the one after an odd number may be computed too
   * @param out {@code [GROUP][COLUMNS]}
   */
  void product(
      MemorySegment b,
      long from,
      int depth,
      float[] a,
      int aFrom,
      int rows,
      float[] out,
      int outFrom);
}
