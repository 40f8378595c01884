package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.ScoreKernels.PANEL;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;

/**
 * The weights of rows that lie side by side, a lane for each: a panel of them is copied to scratch
 * while its maxima are found, becomes exp(x - m) there chunk by chunk, and is scaled on its way
 * out. Nothing is turned, and each step is the one that attention takes.
 */
final class ColumnRows {
  /** Floats of a panel that still stay in the second-level cache. */
  private static final int MOST_STAGED = 1 << 18;

  /** Fewer rows side by side leave most lanes idle. */
  private static final int FEWEST = 8;

  /** The tree over chunks: a node of each level at most is waiting for its neighbour. */
  private static final int LEVELS = 32 - Integer.numberOfLeadingZeros(MOST_STAGED / PANEL / CHUNK);

  private static final Workspace.Floats STAGED = Workspace.floats();
  private static final Workspace.Floats NODE = Workspace.floats();
  private static final Workspace.Floats SCRATCH = Workspace.floats();
  private static final Workspace.Floats WAITING = Workspace.floats();

  private ColumnRows() {}

  /** Whether rows of that length are taken this way. */
  static boolean fits(SoftmaxOptions options, int length) {
    return length > 0
        && length <= MOST_STAGED / PANEL
        && !options.logarithmic()
        && options.temperature() == 1f;
  }

  /** Whether it is worth it for so many of them, as they lie. */
  static boolean fits(OperandRows x, OperandRows y, int rows) {
    return rows >= FEWEST && x.areSideBySide(rows) && y.areSideBySide(rows);
  }

  /**
   * Softmax of at most {@link ScoreKernels#PANEL} rows, whose first elements are at two indices.
   *
   * @return 1/l of each row, its largest weight
   */
  static float[] apply(
      SoftmaxOptions options,
      OperandRows x,
      long xAt,
      OperandRows y,
      long yAt,
      int rows,
      int length,
      Workspace workspace) {
    ScoreKernels kernels = Kernels.scores();
    float[] panel = workspace.get(STAGED, (length + ScoreKernels.GROUP) * PANEL);
    float[] node = workspace.get(NODE, (int) NodeKernels.length(PANEL, 0));
    NodeKernels.clear(node, 0, PANEL, node.length);
    x.readColumns(xAt, rows, length, panel, node);
    float[] scratch = workspace.get(SCRATCH, ScoreKernels.LANE_SCRATCH);
    float[] waiting = workspace.get(WAITING, LEVELS * PANEL);
    int chunks = 0;
    for (int key = 0; key < length; key += CHUNK) {
      int count = Math.min(CHUNK, length - key);
      kernels.beginSums(rows, false, scratch);
      kernels.exponentials(panel, key * PANEL, count, rows, false, node, 0, scratch);
      kernels.endSums(rows, false, scratch, node, 0);
      add(chunks++, node, waiting);
    }
    float[] factors = total(chunks, waiting);
    float ifEmpty = options.zeroIfEmpty() ? 0f : Float.NaN;
    for (int r = 0; r < rows; r++) {
      factors[r] = factors[r] == 0f ? ifEmpty : 1f / factors[r];
    }
    y.writeColumns(panel, rows, length, factors, yAt);
    return factors;
  }

  /** Adds a chunk's sums to the tree: they climb as long as a left neighbour waits. */
  private static void add(int chunk, float[] node, float[] waiting) {
    int sums = NodeKernels.sum(PANEL);
    int level = 0;
    for (; (chunk >> level & 1) != 0; level++) {
      addLanes(waiting, level * PANEL, node, sums, node, sums);
    }
    System.arraycopy(node, sums, waiting, level * PANEL, PANEL);
  }

  /** What waits, from the right to the left, in the first lanes. */
  private static float[] total(int chunks, float[] waiting) {
    int level = Integer.numberOfTrailingZeros(chunks);
    int right = level * PANEL;
    for (level++; chunks >> level != 0; level++) {
      if ((chunks >> level & 1) != 0) {
        addLanes(waiting, level * PANEL, waiting, right, waiting, right);
      }
    }
    System.arraycopy(waiting, right, waiting, 0, PANEL);
    return waiting;
  }

  private static void addLanes(float[] a, int aAt, float[] b, int bAt, float[] out, int at) {
    for (int lane = 0; lane < PANEL; lane++) {
      out[at + lane] = a[aAt + lane] + b[bAt + lane];
    }
  }
}
