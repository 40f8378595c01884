package io.github.lanewise.internal.sampling;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.softmax.RowSums;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/**
 * The pass over a row of logits that log-probabilities need: g = ln Σ exp((x - m)/T), with the bits
 * of the logarithmic softmax. The pieces of {@link LogitRow} are whole nodes of the sum's tree.
 */
final class LogSum implements Task {
  /** Σ p of each piece, without the first maximum. */
  private float[] sums = new float[0];

  private final LogitRow row;
  private float max;
  private int first;
  private float temperature;

  LogSum(LogitRow row) {
    this.row = row;
  }

  /**
   * Returns g.
   *
   * @param first index of the first maximum
   * @param temperature above 0
   */
  float of(float max, int first, float temperature, TaskRunner runner, Workspace own) {
    int pieces = (row.length + LogitRow.PIECE - 1) / LogitRow.PIECE;
    if (sums.length < pieces) {
      sums = new float[pieces];
    }
    this.max = max;
    this.first = first;
    this.temperature = temperature;
    if (temperature != 1f) {
      row.makeRoom();
    }
    if (row.length < LogitRow.SPLIT_LENGTH) {
      for (int piece = 0; piece < pieces; piece++) {
        run(piece, own);
      }
    } else {
      runner.run(pieces, this, own);
    }
    return RowSums.logSum(node(0, pieces));
  }

  /** One piece. */
  @Override
  public void run(int index, Workspace workspace) {
    int begin = index * LogitRow.PIECE;
    sums[index] = sum(begin, begin + Math.min(LogitRow.PIECE, row.length - begin), workspace);
  }

  private float sum(int begin, int end, Workspace workspace) {
    float[] x = row.logits;
    int xRow = row.from;
    float shift = max;
    if (temperature != 1f) {
      LogitRow.differences(x, xRow + begin, row.weights, begin, end - begin, max, temperature);
      x = row.weights;
      xRow = 0;
      shift = 0f;
    }
    if (first < begin || first >= end) {
      float[] scratch = workspace.get(RowSums.SCRATCH, RowReductions.SCRATCH);
      return FloatPair.first(
          Kernels.lanes().weights(WeightSums.SUM, x, xRow, x, xRow, begin, end, shift, scratch));
    }
    RowSums apart = workspace.get(RowSums.SUMS);
    apart.weigh(WeightSums.SUM, x, xRow, x, xRow, begin, end, first, shift, workspace);
    return apart.rest;
  }

  /** The sum of a run of pieces, by the tree over their index: see {@link RowReductions}. */
  private float node(int from, int to) {
    if (to - from == 1) {
      return sums[from];
    }
    int level = 31 - Integer.numberOfLeadingZeros(from ^ (to - 1));
    int middle = (to - 1) >> level << level;
    return node(from, middle) + node(middle, to);
  }
}
