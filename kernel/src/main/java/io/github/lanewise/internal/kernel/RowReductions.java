package io.github.lanewise.internal.kernel;

/**
 * The order of additions in a sum over a row: the same for every lane width, for scalar code, and for
 * rows that are split over threads.
 *
 * <p>A row is cut into blocks of {@link #BLOCK} elements, counted from the row's start. In a block, 16
 * virtual lanes start at +0; element j goes to lane j mod 16, ascending; then lane i += lane i+8, i+4,
 * i+2, i+1. The blocks' sums are added by the binary tree over the block index,
 *
 * <pre>node(level, i) = node(level-1, 2i) + node(level-1, 2i+1)</pre>
 *
 * where a missing side is skipped. (That equals adding +0 to it, since no sum here is -0 - those that
 * could be, sums of products, have +0 added at the end.) So a run of blocks, whatever its position,
 * is summed to the tree nodes that it fills, and the sums of neighbours can be added later.
 *
 * <p>The tree is walked from the top by recursion, which needs no stack of its own and so allocates
 * nothing; subclasses sum a block.
 */
public abstract class RowReductions implements LaneKernels {
  /** Elements in a block. */
  public static final int BLOCK = 256;

  /** log2 of the elements in a leaf: four blocks, to have four independent chains of additions. */
  private static final int LEAF_BITS = 10;

  public static final int LEAF = 1 << LEAF_BITS;

  /** What is summed. */
  public enum Reduction {
    SUM,
    WEIGHTS,
    WEIGHTS_AND_MOMENT,
    WEIGHT_SUM,
    WEIGHT_SUM_AND_MOMENT,
    DOT,
    VISIBLE_SUM
  }

  /**
   * Sums elements [from, to) of a row, all in one block; the arguments are those of the reduction.
   *
   * @param first where the whole run begins: elements [first, from) may be read, and written with
   *     the values they have
   * @return one or two sums, see {@link FloatPair}
   */
  protected abstract long block(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int first,
      int from,
      int to,
      float shift);

  /** Sum of the four whole blocks that begin at x[from]: ((b0 + b1) + (b2 + b3)). */
  protected abstract float leafSum(float[] x, int from);

  private long leaf(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int first,
      int from,
      int to,
      float shift) {
    if (from / BLOCK == (to - 1) / BLOCK) {
      return block(reduction, x, xRow, y, yRow, first, from, to, shift);
    }
    if (reduction == Reduction.SUM && to - from == LEAF) {
      return FloatPair.of(leafSum(x, xRow + from), 0f);
    }
    // A loop, not four calls in a row: C2 would inline the kernel four times.
    long even = 0L;
    long left = 0L;
    long right = 0L;
    int at = from & -LEAF;
    for (int b = 0; b < LEAF / BLOCK; b++, at += BLOCK) {
      int begin = Math.max(from, at);
      int end = at + Math.min(BLOCK, to - at); // at + BLOCK may overflow
      long sum =
          begin < end ? block(reduction, x, xRow, y, yRow, first, begin, end, shift) : 0L;
      if ((b & 1) == 0) {
        even = sum;
      } else if (b == 1) {
        left = FloatPair.add(even, sum);
      } else {
        right = FloatPair.add(even, sum);
      }
    }
    return FloatPair.add(left, right);
  }

  private long node(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int first,
      int from,
      int to,
      float shift) {
    int last = to - 1;
    if (from >> LEAF_BITS == last >> LEAF_BITS) {
      return leaf(reduction, x, xRow, y, yRow, first, from, to, shift);
    }
    // The lowest node above both ends divides them at the highest bit in which they differ.
    int level = 31 - Integer.numberOfLeadingZeros(from ^ last);
    int middle = last >> level << level;
    return FloatPair.add(
        node(reduction, x, xRow, y, yRow, first, from, middle, shift),
        node(reduction, x, xRow, y, yRow, first, middle, to, shift));
  }

  private long run(
      Reduction reduction,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift) {
    assert from % 16 == 0 : from;
    return from < to ? node(reduction, x, xRow, y, yRow, from, from, to, shift) : 0L;
  }

  @Override
  public final float sum(float[] x, int from, int to) {
    return FloatPair.first(run(Reduction.SUM, x, from, x, from, 0, to - from, 0f));
  }

  @Override
  public final long weights(
      WeightSums kind, float[] x, int xRow, float[] y, int yRow, int from, int to, float shift) {
    return run(reduction(kind), x, xRow, y, yRow, from, to, shift);
  }

  private static Reduction reduction(WeightSums kind) {
    if (kind.wantsMoment()) {
      return kind.writes() ? Reduction.WEIGHTS_AND_MOMENT : Reduction.WEIGHT_SUM_AND_MOMENT;
    }
    return kind.writes() ? Reduction.WEIGHTS : Reduction.WEIGHT_SUM;
  }

  @Override
  public final float dot(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    return FloatPair.first(run(Reduction.DOT, y, yRow, dy, dyRow, from, to, 0f)) + 0f;
  }

  @Override
  public final float visibleSum(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
    return FloatPair.first(run(Reduction.VISIBLE_SUM, y, yRow, dy, dyRow, from, to, 0f));
  }
}
