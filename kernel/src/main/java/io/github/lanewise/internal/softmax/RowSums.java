package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;

/**
 * The sums over a run of a row that holds the row's first maximum: those of {@link
 * LaneKernels#weights}, and the rest l₁, which is Σ p with +0 in place of the maximum's p = 1.
 *
 * <p>ln Σ p = ln(1 + l₁), and l₁ has not been rounded to the digits of 1: a row whose maximum
 * towers over the others keeps the relative accuracy of its logarithm.
 *
 * <p>Only the nodes above the maximum have another sum. So the run is cut into the leaf around it,
 * whose weights are added up twice, and that leaf's siblings on the way up the tree of {@link
 * RowReductions}: their sums, added to either sum of the leaf, give both, and nothing is weighed
 * twice. A block instead of a leaf of four would do, but the kernels are fastest on whole leaves.
 */
public final class RowSums {
  public static final Workspace.Key<RowSums> SUMS = Workspace.key(RowSums::new);

  /** The scratch that {@link RowReductions} asks for. */
  public static final Workspace.Floats SCRATCH = Workspace.floats();

  /** The weights of one leaf. */
  private static final Workspace.Floats LEAF = Workspace.floats();

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
    int leaf = first & -RowReductions.LEAF;
    int low = Math.max(from, leaf);
    int high = leaf + Math.min(RowReductions.LEAF, to - leaf); // leaf + LEAF may overflow
    weighLeaf(kind, scores, row, y, yRow, low, high, first, shift, workspace);
    float[] scratch = workspace.get(SCRATCH, RowReductions.SCRATCH);
    for (int size = RowReductions.LEAF; low > from || high < to; size <<= 1) {
      int sibling = (first & -size) ^ size;
      int start = Math.max(from, sibling);
      int end = sibling + Math.min(size, to - sibling);
      if (start < end) {
        long other =
            Kernels.lanes().weights(kind, scores, row, y, yRow, start, end, shift, scratch);
        sums = FloatPair.add(sums, other);
        rest += FloatPair.first(other);
        low = Math.min(low, start);
        high = Math.max(high, end);
      }
    }
  }

  private void weighLeaf(
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
    float[] scratch = workspace.get(SCRATCH, RowReductions.SCRATCH);
    float[] p = workspace.get(LEAF, RowReductions.LEAF);
    int leaf = first & -RowReductions.LEAF;
    WeightSums writing = WeightSums.of(true, kind.wantsMoment());
    sums = Kernels.lanes().weights(writing, scores, row, p, -leaf, from, to, shift, scratch);
    if (kind.writes()) {
      System.arraycopy(p, from - leaf, y, yRow + from, to - from);
    }
    p[first - leaf] = 0f;
    Arrays.fill(p, 0, from - leaf, 0f);
    int length = to - leaf;
    if (length > CHUNK) { // a whole leaf is added up in the time of two blocks
      Arrays.fill(p, length, RowReductions.LEAF, 0f);
      length = RowReductions.LEAF;
    }
    rest = Kernels.lanes().sum(p, 0, length);
  }

  /**
   * Writes x - m of elements [from, to) of a row to y, and returns l₁. What is not the maximum is
   * summed on the way; the maximum is there once nearly always.
   */
  static float rest(
      float[] x, int xRow, float[] y, int yRow, int from, int to, float max, Workspace workspace) {
    LaneKernels kernels = Kernels.lanes();
    float[] scratch = workspace.get(SCRATCH, RowReductions.SCRATCH);
    long sums = kernels.weights(WeightSums.REST, x, xRow, y, yRow, from, to, max, scratch);
    if (FloatPair.second(sums) <= 1f) {
      return FloatPair.first(sums);
    }
    RowSums own = workspace.get(RowSums.SUMS);
    int first = kernels.indexOf(y, yRow + from, yRow + to, 0f) - yRow;
    own.weigh(WeightSums.SUM, y, yRow, y, yRow, from, to, first, 0f, workspace);
    return own.rest;
  }

  /** g = ln(1 + l₁), the logarithm of the whole sum. */
  public static float logSum(float rest) {
    return (float) StrictMath.log1p((double) rest);
  }
}
