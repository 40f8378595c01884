package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;

/**
 * The sums over a run of a row that holds the row's first maximum: those of {@link
 * LaneKernels#weights}, and the rest l₁, which is Σ p with +0 in place of the maximum's p = 1.
 *
 * <p>ln Σ p = ln(1 + l₁), and l₁ has not been rounded to the digits of 1: a row whose maximum
 * towers over the others keeps the relative accuracy of its logarithm.
 *
 * <p>Only the maximum's block has another sum. So the run is cut into that block and its siblings
 * on the way up the tree of {@link RowReductions}: their sums, added to either sum of the block,
 * give both, and nothing is weighed twice.
 */
public final class RowSums {
  private static final LaneKernels LANES = Kernels.LANES;

  /** Σ p and the moment, as {@link LaneKernels#weights} returns them. */
  long sums;

  /** Σ p without the first maximum. */
  public float rest;

  /**
   * Weighs elements [from, to) of a row, as {@link LaneKernels#weights} does.
   *
   * @param first the first of the row's largest scores
   */
  public void weigh(
      WeightSums kind,
      float[] scores,
      int row,
      float[] y,
      int yRow,
      int from,
      int to,
      int first,
      float shift,
      Workspace workspace) {
    int block = first & -RowReductions.BLOCK;
    int low = Math.max(from, block);
    int high = block + Math.min(RowReductions.BLOCK, to - block); // block + BLOCK may overflow
    weighBlock(kind, scores, row, y, yRow, low, high, first, shift, workspace);
    float[] scratch = workspace.floats(Slots.SCRATCH, RowReductions.SCRATCH);
    for (int size = RowReductions.BLOCK; low > from || high < to; size <<= 1) {
      int sibling = (first & -size) ^ size;
      int start = Math.max(from, sibling);
      int end = sibling + Math.min(size, to - sibling);
      if (start < end) {
        long other = LANES.weights(kind, scores, row, y, yRow, start, end, shift, scratch);
        sums = FloatPair.add(sums, other);
        rest += FloatPair.first(other);
        low = Math.min(low, start);
        high = Math.max(high, end);
      }
    }
  }

  /** The block's weights are summed twice, so they have to be written somewhere. */
  private void weighBlock(
      WeightSums kind,
      float[] scores,
      int row,
      float[] y,
      int yRow,
      int from,
      int to,
      int first,
      float shift,
      Workspace workspace) {
    float[] scratch = workspace.floats(Slots.SCRATCH, RowReductions.SCRATCH);
    float[] p = kind.writes() ? y : workspace.floats(Slots.BLOCK, RowReductions.BLOCK);
    int at = kind.writes() ? yRow : -from;
    WeightSums writing = WeightSums.of(true, kind.wantsMoment());
    sums = LANES.weights(writing, scores, row, p, at, from, to, shift, scratch);
    float largest = p[at + first];
    p[at + first] = 0f;
    rest = LANES.sum(p, at + from, at + to);
    p[at + first] = largest;
  }

  /** g = ln(1 + l₁), the logarithm of the whole sum. */
  public static float logSum(float rest) {
    return (float) StrictMath.log1p((double) rest);
  }
}
