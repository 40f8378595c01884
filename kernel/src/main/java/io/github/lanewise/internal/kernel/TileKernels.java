package io.github.lanewise.internal.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Kernels over tiles of a matrix product and over score panels, as attention and matrix
 * multiplication need them. One lane is one column: a query in attention, a column of the result in
 * a matrix product.
 *
 * <p>Two layouts, both with constant strides so that the compiler can hoist the range checks:
 *
 * <ul>
 *   <li><b>panel</b>: {@code [depth][PANEL]}, the operand that is read as vectors, and every
 *       result;
 *   <li><b>groups</b>: {@code [rows / GROUP][depth][GROUP]}, the operand that is read as scalars.
 *       Rows beyond the last are padding whose content only reaches rows beyond the last of the
 *       result.
 * </ul>
 *
 * <p>Kernels trust their arguments. {@code columns} is the number of lanes in use, 1 to {@link
 * #PANEL}; an implementation may compute up to the next multiple of its lane count.
 */
public interface TileKernels {

  /** Columns of a panel: constant, so that every width finds whole vectors in it. */
  int PANEL = 64;

  /** Rows of a group: one line of 64 bytes for each step of the depth. */
  int GROUP = 16;

  /** Keys of a chunk; DESIGN.md fixes it, because the bits depend on it. */
  int CHUNK = 256;

  /** Rows of the product come in multiples of this many; rows beyond the last are scratch. */
  int TILE_ROWS = 8;

  /** Offset of the running maximum in a node, one value a lane. */
  int NODE_MAXIMUM = 0;

  /** Offset of the sum of the weights in a node. */
  int NODE_SUM = PANEL;

  /** Offset of the moment, the sum of p·(s - m), in a node. */
  int NODE_MOMENT = 2 * PANEL;

  /** Offset of the weighted values in a node, a panel {@code [valueDim][PANEL]}. */
  int NODE_VALUES = 3 * PANEL;

  /** Floats of scratch that {@link #transpose} needs: a square of the widest vectors. */
  int TRANSPOSE_SCRATCH = GROUP * GROUP;

  /** Floats of scratch that {@link #exponentials} needs: 16 virtual lanes of sum and of moment. */
  int LANE_SCRATCH = 2 * GROUP * PANEL;

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
   * {@code target[t·targetStride + r] = source[r·sourceStride + t]} for r below {@code rows} and t
   * below {@code depth}.
   *
   * @param scratch {@link #TRANSPOSE_SCRATCH} floats
   */
  void transpose(
      float[] source,
      int sourceFrom,
      int sourceStride,
      int rows,
      int depth,
      float[] target,
      int targetFrom,
      int targetStride,
      float[] scratch);

  /** Whether there is no infinity and no NaN in {@code x[from … from + length)}. */
  boolean isFinite(float[] x, int from, int length);

  /** {@code s = cap · tanh(s · scale / cap)} on a panel. */
  void softcap(float[] s, int from, int keys, int columns, float scale, float cap);

  /** {@code s = s + bias}, panel by panel. */
  void addPanel(float[] s, int from, int keys, int columns, float[] bias, int biasFrom);

  /**
   * {@code s = s - slope · |key - position|}, product and difference rounded separately.
   *
   * @param slopes one for each lane, from {@code slopesFrom}
   * @param positions the absolute position of each lane's query
   * @param key0 absolute position of the panel's first row
   */
  void alibi(
      float[] s,
      int from,
      int keys,
      int columns,
      float[] slopes,
      int slopesFrom,
      long[] positions,
      long key0);

  /**
   * {@code s = s / temperature}, except that -inf stays -inf (which matters at an infinite
   * temperature, where -inf / inf is no number).
   */
  void temper(float[] s, int from, int keys, int columns, float[] temperatures, int at);

  /** {@code s = s · scale} on a panel. */
  void scale(float[] s, int from, int keys, int columns, float scale);

  /**
   * Sets invisible scores to -inf and takes the maximum of every lane, ignoring NaN (-inf if there
   * is none).
   *
   * @param scale multiplies first, if it is not 1
   * @param visible bit c of word k: lane c sees row k; null: all see all
   * @param node receives the maximum at {@link #NODE_MAXIMUM}
   */
  void maskAndMaximum(
      float[] s,
      int from,
      int keys,
      int columns,
      float scale,
      long @Nullable [] visible,
      int visibleFrom,
      float[] node,
      int nodeFrom);

  /**
   * {@code p = exp(s - m)} in place, with the sum and, if asked, the moment {@code Σ p·(s - m)} of
   * every lane: 16 virtual lanes over the keys and the fixed tree. Row 0 goes to virtual lane 0. A
   * lane without a visible key gets m = -inf and sum 0; a lane with a NaN gets m = sum = NaN.
   */
  void exponentials(
      float[] s,
      int from,
      int keys,
      int columns,
      boolean moment,
      float[] node,
      int nodeFrom,
      float[] scratch);

  /**
   * As {@link #product}, skipping the rows t whose bit c in {@code live} is 0: 0·NaN never leaks.
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
      float[] out,
      int outFrom);

  /**
   * Merges node b, of the higher keys, into node a; a node with m = -inf is the identity. Equations
   * in DESIGN.md, "merge".
   */
  void merge(float[] nodes, int aFrom, int bFrom, int valueDim, int columns, boolean moment);

  /**
   * {@code o = o / l + 0} in place, 0 where l is 0: -0 becomes +0.
   *
   * @param node the root
   */
  void normalize(float[] node, int nodeFrom, int valueDim, int columns);

  /**
   * {@code p = exp(s - m) / l} in place, with m and l of the root; 0 where l is 0 and where
   * invisible.
   */
  void weights(
      float[] s,
      int from,
      int keys,
      int columns,
      long @Nullable [] visible,
      int visibleFrom,
      float[] node,
      int nodeFrom);
}
