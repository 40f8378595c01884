package io.github.lanewise.internal.kernel;

import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import org.jspecify.annotations.Nullable;

/**
 * Kernels over the scores of a block of queries. One lane is one query; scores are a panel {@code
 * [keys][PANEL]} as {@link TileKernels} writes it. What is known of a lane so far stands in a node
 * in panel layout, see {@link NodeKernels}. Kernels trust their arguments; {@code columns} is the
 * number of lanes in use, and an implementation may compute up to the next multiple of its lane
 * count.
 *
 * <p>Decode has the scores of one query in a row, key after key. To the steps that lead to a score,
 * from the scale to the temperature, that row is a panel of as many lanes as the panel has, in
 * which every lane is a key.
 */
public interface ScoreKernels {

  /** Lanes of a panel. */
  int PANEL = TileKernels.PANEL;

  /** Virtual lanes of a sum over keys. */
  int GROUP = TileKernels.GROUP;

  /** Floats of scratch that {@link #exponentials} needs: 16 virtual lanes of sum and of moment. */
  int LANE_SCRATCH = 2 * LANES * PANEL;

  /**
   * {@code out = scale · a · b} as {@link TileKernels#product} has it, and raises the maximum of
   * every lane to the largest of its scores, ignoring NaN.
   *
   * @param rows of a: a multiple of {@link TileKernels#TILE_ROWS}
   * @param node holds the maximum at {@link NodeKernels#MAXIMUM}, -inf before the first keys
   */
  void scores(
      float[] a,
      int aFrom,
      int aGroupStride,
      int rows,
      float[] b,
      int bFrom,
      int columns,
      int depth,
      float scale,
      float[] out,
      int outFrom,
      float[] node,
      int nodeFrom);

  /** {@code s = cap · tanh(s · scale / cap)} on a panel. */
  void softcap(float[] s, int from, int keys, int columns, float scale, float cap);

  /** {@code s = s + bias}, panel by panel. */
  void addPanel(float[] s, int from, int keys, int columns, float[] bias, int biasFrom);

  /**
   * {@code s = s - slope · |key - position|}, product and difference rounded separately.
   *
   * @param slopes one for each lane
   * @param positions the absolute position of each lane's query
   * @param key0 absolute position of the panel's first row
   * @param keyStep from one row to the next
   * @param scratch {@link #PANEL} floats
   */
  void alibi(
      float[] s,
      int from,
      int keys,
      int columns,
      float[] slopes,
      long[] positions,
      long key0,
      int keyStep,
      float[] scratch);

  /**
   * {@code s = s / temperature}, except that -inf stays -inf (which matters at an infinite
   * temperature, where -inf / inf is no number).
   */
  void temper(float[] s, int from, int keys, int columns, float[] temperatures);

  /** {@code s = s · scale} on a panel. */
  void scale(float[] s, int from, int keys, int columns, float scale);

  /** {@code s[k] = s[k] · factors[at + k]}: every row of a panel has a factor of its own. */
  void scaleRows(float[] s, int from, int keys, int columns, float[] factors, int at);

  /**
   * {@code x = x·factor} where {@link Dropout#keeps}, else +0.
   *
   * @param rowBits the halves of the bits of each row: the low ones at {@code rowAt}, the high ones
   *     half the array's length behind them
   * @param laneBits the same of each lane
   */
  void drop(
      float[] x,
      int from,
      int rows,
      int columns,
      int[] rowBits,
      int rowAt,
      int[] laneBits,
      int laneAt,
      int threshold,
      float factor);

  /**
   * Sets invisible scores to -inf and raises the maximum of every lane to the largest of them,
   * ignoring NaN.
   *
   * @param scale multiplies first, if it is not 1
   * @param visible bit c of word k: lane c sees row k; null: all see all
   * @param node holds the maximum at {@link NodeKernels#MAXIMUM}, -inf before the first keys
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
   * Copies {@code x[xAt + k·xStride + c]} to a panel, and raises the maximum of every lane as
   * {@link #maskAndMaximum} does; where a lane has a NaN, its maximum may stay behind. Other lanes
   * of the panel are not touched, and nothing else of x is read.
   */
  void stageColumns(
      float[] x,
      int xAt,
      int xStride,
      int keys,
      int columns,
      float[] s,
      int from,
      float[] node,
      int nodeFrom);

  /** {@code y[yAt + k·yStride + c] = s · factors[c]}; nothing else of y is written. */
  void scaleColumns(
      float[] s, int from, int keys, int columns, float[] factors, float[] y, int yAt, int yStride);

  /** Clears the sums, and the moments if asked, of all lanes. */
  void beginSums(int columns, boolean moment, float[] scratch);

  /**
   * {@code p = exp(s - m)} in place; every lane adds p and, if asked, {@code p·(s - m)} to its 16
   * virtual lanes over the keys. Row 0 goes to virtual lane 0.
   *
   * <p>Rows beyond the last key, up to the next multiple of 4, are scratch.
   *
   * @param scratch the sums, {@link #LANE_SCRATCH} floats
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
   * Folds the virtual lanes by the fixed tree to the sum and, if asked, the moment of every lane. A
   * lane without a visible key gets sum 0; a lane with a NaN gets m = sum = NaN.
   */
  void endSums(int columns, boolean moment, float[] scratch, float[] node, int nodeFrom);

  /**
   * {@code p = exp(s - m)·r} with r = 1 / l in place, with m and l of the root; 0 where l is 0 and
   * where invisible.
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
