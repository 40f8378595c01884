package io.github.lanewise.internal.kernel;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

/**
 * The order of additions in a sum over a row: the same for every lane width, for scalar code, and
 * for rows that are split over threads.
 *
 * <p>A row is cut into blocks of {@link Arithmetic#CHUNK} elements, counted from the row's start.
 * In a block, 16 virtual lanes start at +0; element j goes to lane j mod 16, ascending; then lane i
 * += lane i+8, i+4, i+2, i+1. The blocks' sums are added by the binary tree over the block index,
 *
 * <pre>node(level, i) = node(level-1, 2i) + node(level-1, 2i+1)</pre>
 *
 * where a missing side is skipped. (That equals adding +0 to it, since no sum here is -0 - those
 * that could be, sums of products, have +0 added at the end.) So a run of blocks, whatever its
 * position, is summed to the tree nodes that it fills, and the sums of neighbours can be added
 * later.
 *
 * <p>The tree is walked from the top by recursion, which needs no stack of its own and so allocates
 * nothing; subclasses sum the leaves.
 */
public abstract class RowReductions implements LaneKernels {
  /** log2 of the elements in a leaf: up to four blocks that a kernel sums in one call. */
  protected static final int LEAF_BITS = 10;

  public static final int LEAF = 1 << LEAF_BITS;

  /**
   * Where in scratch the 16 lanes of a leaf's blocks begin, twice: before them, room for 64 floats.
   */
  public static final int SCRATCH_LANES = 64;

  /** Where in scratch weights go that nobody wants. */
  public static final int SCRATCH_WEIGHTS = SCRATCH_LANES + 2 * LEAF / CHUNK * LANES;

  /** Floats of scratch that the weights of a row need. */
  public static final int SCRATCH = SCRATCH_WEIGHTS + LEAF;

  /** Rows that a kernel takes at once, at most. */
  public static final int GROUP_ROWS = 256;

  /**
   * Where in the scratch of such rows their lanes begin, 16 for each: before them, their maxima.
   */
  public static final int GROUP_LANES = GROUP_ROWS + LANES;

  /** Behind them, room for half as many. */
  public static final int GROUP_SUMS = GROUP_LANES + GROUP_ROWS * LANES;

  /** Where, behind the reciprocals of such rows' sums, the sums themselves begin. */
  public static final int SUMS_OF_ROWS = GROUP_ROWS + LANES;

  /** Floats of both. */
  public static final int RECIPROCALS_AND_SUMS = 2 * SUMS_OF_ROWS;

  /** Floats of that scratch. */
  public static final int GROUP_SCRATCH = GROUP_SUMS + GROUP_ROWS * LANES / 2;

  /** What is summed. */
  public enum Reduction {
    SUM,
    WEIGHTS,
    WEIGHTS_AND_MOMENT,
    WEIGHT_SUM,
    WEIGHT_SUM_AND_MOMENT,
    WEIGHT_REST,
    DOT,
    VISIBLE_SUM
  }

  /**
   * Sums elements [from, to) of a row, all in one leaf; the arguments are those of the reduction.
   *
   * @param first where the whole run begins: elements [first, from) may be read
   * @param scratch {@link #SCRATCH} floats; only for weights
   * @return one or two sums, see {@link FloatPair}
   */
  protected abstract long leaf(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int first,
      int from,
      int to,
      float shift,
      float[] scratch);

  /**
   * log2 of the elements in a leaf that {@link #leaf} takes at once for a range that ends at {@code
   * to}: {@link Arithmetic#CHUNK_BITS} at least, {@link #LEAF_BITS} at most.
   */
  protected abstract int leafBits(Reduction reduction, int from, int to);

  private long node(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int first,
      int from,
      int to,
      float shift,
      float[] scratch) {
    int bits = leafBits(reduction, from, to);
    int last = to - 1;
    if (from >> bits == last >> bits) {
      return leaf(reduction, x, xRow, y, yRow, first, from, to, shift, scratch);
    }
    // The lowest node above both ends divides them at the highest bit in which they differ.
    int level = 31 - Integer.numberOfLeadingZeros(from ^ last);
    int middle = last >> level << level;
    return FloatPair.add(
        node(reduction, x, xRow, y, yRow, first, from, middle, shift, scratch),
        node(reduction, x, xRow, y, yRow, first, middle, to, shift, scratch));
  }

  private long run(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      float[] scratch) {
    assert from % LANES == 0 : from;
    return from < to ? node(reduction, x, xRow, y, yRow, from, from, to, shift, scratch) : 0L;
  }

  @Override
  public final float sum(float[] x, int from, int to) {
    return FloatPair.first(run(Reduction.SUM, x, from, x, from, 0, to - from, 0f, x));
  }

  @Override
  public final long weights(
      WeightSums kind,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      float[] scratch) {
    return run(reduction(kind), x, xRow, y, yRow, from, to, shift, scratch);
  }

  private static Reduction reduction(WeightSums kind) {
    if (kind == WeightSums.REST) {
      return Reduction.WEIGHT_REST;
    }
    if (kind.wantsMoment()) {
      return kind.writes() ? Reduction.WEIGHTS_AND_MOMENT : Reduction.WEIGHT_SUM_AND_MOMENT;
    }
    return kind.writes() ? Reduction.WEIGHTS : Reduction.WEIGHT_SUM;
  }

  @Override
  public final float dot(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    return FloatPair.first(run(Reduction.DOT, y, yRow, dy, dyRow, from, to, 0f, y)) + 0f;
  }

  @Override
  public final float visibleSum(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    return FloatPair.first(run(Reduction.VISIBLE_SUM, y, yRow, dy, dyRow, from, to, 0f, y));
  }
}
