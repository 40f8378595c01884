package io.github.lanewise.internal.kernel;

/**
 * Kernels over tiles of a matrix product, as attention and matrix multiplication need them. One
 * lane is one column: a query in attention, a column of the result in a matrix product.
 *
 * <p>Two layouts, both with constant strides so that the compiler can hoist the range checks:
 *
 * <ul>
 *   <li><b>panel</b>: {@code [depth][PANEL]}, the operand that is read as vectors, and every
 *       result; {@code [depth][WIDE_PANEL]} where the other operand lies in rows;
 *   <li><b>groups</b>: {@code [rows / GROUP][depth][GROUP]}, the operand that is read as scalars.
 *       Rows beyond the last are padding whose content only reaches rows beyond the last of the
 *       result.
 * </ul>
 *
 * <p>Kernels trust their arguments. {@code columns} is the number of lanes in use, 1 to {@link
 * #PANEL} or {@link #WIDE_PANEL}; an implementation may compute up to the next multiple of its lane
 * count.
 */
public interface TileKernels {

  /** Columns of a panel: constant, so that every width finds whole vectors in it. */
  int PANEL = 32;

  /** Columns of a wide panel: four of the widest vectors. */
  int WIDE_PANEL = 64;

  /**
   * Floats before the first wide panel of an array: with an array's header of 16 bytes a whole
   * line. An array of a few megabytes begins a line, as most collectors have it, and so do panels
   * then.
   */
  int WIDE_START = 12;

  /** Rows of a group: one line of 64 bytes for each step of the depth. */
  int GROUP = 16;

  /** Rows of the product come in multiples of this many; rows beyond the last are scratch. */
  int TILE_ROWS = 8;

  /** Rows that lie anywhere are multiplied so many at a time. */
  int ROWS_AT_ONCE = 5;

  /**
   * {@code out[r][c] = Σ a[r][t] · b[t][c]}: one chain of fused multiply-adds for every element,
   * ascending over t, that starts at +0.
   *
   * @param a groups, the first of which starts at {@code aFrom}, the next ones {@code aGroupStride}
   *     floats apart
   * @param rows rows of a; those up to the next multiple of {@link #TILE_ROWS} are computed too
   * @param b panel of {@code depth} rows
   * @param out panel of {@code rows} rows
   */
  void product(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float[] out,
      int outFrom);

  /**
   * As {@link #product}, times alpha, with a stride of the result that is the caller's.
   *
   * @param columns of which every lane is written: a multiple of {@link #GROUP}, or there is room
   *     for the next one
   */
  void product(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride);

  /**
   * {@code out[r][c] = alpha · Σ a[r][t] · b[t][c]}, as {@link #product}, of rows that are read
   * where they lie.
   *
   * @param a rows, {@code aStride} floats apart
   * @param rows at least {@link #ROWS_AT_ONCE}: where that does not divide it some are computed
   *     twice
   * @param b wide panel of {@code depth} rows
   * @param bFrom {@link #WIDE_START} and a multiple of {@link #WIDE_PANEL}; of {@link #GROUP}, if
   *     there are fewer columns than that
   * @param columns of which every lane is written: a multiple of {@link #GROUP}, or there is room
   *     for the next one
   */
  void productOfRows(
      float[] a,
      int aFrom,
      int aStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float alpha,
      float[] out,
      int outFrom,
      int outStride);

  /**
   * {@code target[t·targetStride + r] = source[r·sourceStride + t]} for r below {@code rows} and t
   * below {@code depth}.
   */
  void transpose(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int depth,
      float[] target,
      int targetFrom,
      int targetStride);

  /**
   * {@code target[c / lanes · groupStride + r · lanes + c % lanes] = source[r·sourceStride + c]}
   * for r below {@code rows} and c below {@code width}, and zeros up to a whole group of columns.
   *
   * @param lanes columns of a group: {@link #GROUP}, {@link #PANEL} or {@link #WIDE_PANEL}
   * @return whether there is no infinity and no NaN in what was copied
   */
  boolean packGroups(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int width,
      int lanes,
      float[] target,
      int targetFrom,
      int groupStride);

  /**
   * Reads whole vectors of rows in the order of memory, so that they are in the cache for a kernel
   * that reads them otherwise: memory answers a run of lines faster than a column.
   *
   * @param scratch 16 elements, for what was read is written somewhere or it would not be read
   */
  void bringNear(float[] x, int from, int stride, int rows, int length, int[] scratch);

  /** Whether there is no infinity and no NaN in {@code x[from … from + length)}. */
  boolean isFinite(float[] x, int from, int length);

  /** {@code out += a · b}: continues the chains of {@link #product} where they ended. */
  void addProduct(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float[] out,
      int outFrom);

  /**
   * As {@link #product}, or {@link #addProduct} if {@code onTop}, skipping the rows t whose bit c
   * in {@code live[liveFrom + t]} is 0: 0·NaN never leaks.
   */
  void productOfLive(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      long[] live,
      int liveFrom,
      boolean onTop,
      float[] out,
      int outFrom);
}
