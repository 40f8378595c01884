package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** From the root of a merge tree to the caller's tensors: sink, normalization, statistics. */
final class ResultWriter {

  private static final int PANEL = TileKernels.PANEL;

  /** The statistics of each row; for {@link #writeStatistics}. */
  float[] logSumExp = new float[PANEL];

  float[] entropy = new float[PANEL];
  float[] maxWeight = new float[PANEL];

  private float[] keyMaximum = new float[PANEL];
  private final PanelWriter panels = new PanelWriter();

  /** Folds the tree and joins the sinks, if there are any; the root is ready to be written. */
  int finish(MergeTree tree, QueryRows rows, float @Nullable [] sinks) {
    int root = tree.root();
    if (keyMaximum.length < rows.count) {
      logSumExp = new float[rows.count];
      entropy = new float[rows.count];
      maxWeight = new float[rows.count];
      keyMaximum = new float[rows.count];
    }
    System.arraycopy(tree.nodes, root + NodeKernels.MAXIMUM, keyMaximum, 0, rows.count);
    if (sinks != null) {
      tree.joinSinks(sinks, rows);
    }
    return root;
  }

  /** Writes what is wanted of the root that {@link #finish} has left; it is used up. */
  void write(Targets to, MergeTree tree, QueryRows rows) {
    if (to.out != null) {
      writeValues(to.out, tree, rows, to.factor);
    }
    if (to.wantsStatistics()) {
      Kernels.nodes()
          .statistics(
              tree.nodes,
              tree.root(),
              tree.stride(),
              rows.count,
              keyMaximum,
              logSumExp,
              entropy,
              maxWeight);
      writeStatistics(to, rows);
    }
  }

  /**
   * Writes the values of the tree's root; they are divided by the sums first, and multiplied by
   * what dropout asks for.
   */
  void writeValues(StridedFloats out, MergeTree tree, QueryRows rows, float factor) {
    int values = tree.normalize();
    if (factor != 1f) {
      tree.scale(values, factor);
    }
    int valueDim = (int) out.size(out.rank() - 1); // a row of the tree may have more
    if (tree.hasPanels()) {
      writePanel(out, rows, tree.nodes, values, 0, valueDim);
      return;
    }
    for (int r = 0; r < rows.count; r++) {
      out.write(tree.nodes, values + r * tree.valueDim(), rows.offsetIn(out, r), valueDim);
    }
  }

  /** Writes the statistics that stand here. */
  void writeStatistics(Targets to, QueryRows rows) {
    write(to.logSumExp, logSumExp, rows);
    write(to.entropy, entropy, rows);
    write(to.maxWeight, maxWeight, rows);
  }

  private static void write(@Nullable StridedFloats t, float[] values, QueryRows rows) {
    if (t == null) {
      return;
    }
    long stride = rows.strideIn(t);
    for (int r = 0; r < rows.count; ) {
      int stop = rows.endOfHead(r);
      long at = rows.offsetIn(t, r);
      if (stride == 1) {
        t.write(values, r, at, stop - r);
      } else {
        for (int i = r; i < stop; i++) {
          t.setElement(values[i], at + (i - r) * stride);
        }
      }
      r = stop;
    }
  }

  /**
   * Writes a panel {@code [length][PANEL]} to the rows' elements {@code [first, first + length)}.
   */
  void writePanel(
      StridedFloats t, QueryRows rows, float[] panel, int from, long first, int length) {
    long stride = rows.strideIn(t);
    for (int c = 0; c < rows.count; ) {
      int stop = rows.endOfHead(c);
      long at = rows.offsetIn(t, c) + first;
      panels.write(t, at, stride, panel, from + c, length, stop - c);
      c = stop;
    }
  }

  /** Writes +0 to the rows' elements {@code [first, end)}. */
  void writeZeros(StridedFloats t, QueryRows rows, long first, long end) {
    float[] zeros = panels.room(CHUNK);
    Arrays.fill(zeros, 0, CHUNK, 0f);
    for (int c = 0; c < rows.count; c++) {
      for (long at = first; at < end; at += CHUNK) {
        t.write(zeros, 0, rows.offsetIn(t, c) + at, (int) Math.min(CHUNK, end - at));
      }
    }
  }

  /** The tensors that one result for each row goes to; null where it is not wanted. */
  static final class Targets {

    @Nullable StridedFloats out;
    @Nullable StridedFloats logSumExp;
    @Nullable StridedFloats entropy;
    @Nullable StridedFloats maxWeight;

    /** What the values are multiplied by. */
    float factor = 1f;

    void bind(@Nullable StridedFloats out, RowStatistics statistics) {
      this.out = out;
      logSumExp = strided(statistics.logSumExp());
      entropy = strided(statistics.entropy());
      maxWeight = strided(statistics.maxWeight());
    }

    private static @Nullable StridedFloats strided(@Nullable FloatTensor t) {
      return t == null ? null : StridedFloats.of(t);
    }

    void unbind() {
      out = null;
      logSumExp = null;
      entropy = null;
      maxWeight = null;
    }

    boolean wantsStatistics() {
      return logSumExp != null || entropy != null || maxWeight != null;
    }
  }
}
