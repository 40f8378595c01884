package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes what a block has computed to the caller's tensors, row by row. */
final class ResultRows {

  private static final int PANEL = TileKernels.PANEL;

  final float[] logSumExp = new float[PANEL];
  final float[] entropy = new float[PANEL];
  final float[] maxWeight = new float[PANEL];

  private float[] staged = new float[0];

  /**
   * The statistics of a root: logSumExp = m + ln l, entropy = ln l - moment / l, maxWeight =
   * exp(max key score - m)·r with r = 1 / l.
   *
   * @param keyMaximum of each lane, before the sink joined
   */
  void describe(float[] nodes, int root, int lanes, float[] keyMaximum) {
    for (int c = 0; c < lanes; c++) {
      float m = nodes[root + ScoreKernels.NODE_MAXIMUM + c];
      float sum = nodes[root + ScoreKernels.NODE_SUM + c];
      float moment = nodes[root + ScoreKernels.NODE_MOMENT + c];
      logSumExp[c] = NodeStatistics.logSumExp(m, sum);
      entropy[c] = NodeStatistics.entropy(sum, moment);
      maxWeight[c] = NodeStatistics.maxWeight(keyMaximum[c], m, sum);
    }
  }

  void writeStatistics(AttentionCall call, QueryRows rows) {
    write(call.logSumExp, logSumExp, rows);
    write(call.entropy, entropy, rows);
    write(call.maxWeight, maxWeight, rows);
  }

  private static void write(@Nullable StridedFloats t, float[] lanes, QueryRows rows) {
    if (t == null) {
      return;
    }
    for (int c = 0; c < rows.count; ) {
      int stop = rows.endOfHead(c);
      long at = rows.offsetIn(t, c); // the last axis has stride 1
      t.write(lanes, c, at, stop - c);
      c = stop;
    }
  }

  /**
   * Writes a panel {@code [length][PANEL]} to the rows' elements {@code [first, first + length)}.
   */
  void writePanel(
      StridedFloats t, QueryRows rows, float[] panel, int from, long first, int length) {
    for (int c = 0; c < rows.count; ) {
      int stop = rows.endOfHead(c);
      long at = rows.offsetIn(t, c) + first;
      float[] own = t.arrayOrNull();
      if (own != null) {
        Kernels.tiles()
            .transpose(panel, from + c, PANEL, length, stop - c, own, (int) at, (int) t.stride(2));
      } else {
        writeStaged(t, panel, from + c, at, length, stop - c);
      }
      c = stop;
    }
  }

  private void writeStaged(
      StridedFloats t, float[] panel, int from, long at, int length, int lanes) {
    room(lanes * length);
    Kernels.tiles().transpose(panel, from, PANEL, length, lanes, staged, 0, length);
    if (t.stride(2) == length) {
      t.write(staged, 0, at, lanes * length);
      return;
    }
    for (int c = 0; c < lanes; c++) {
      t.write(staged, c * length, at + c * t.stride(2), length);
    }
  }

  /** Writes +0 to the rows' elements {@code [first, end)}. */
  void writeZeros(StridedFloats t, QueryRows rows, long first, long end) {
    room(CHUNK);
    Arrays.fill(staged, 0, CHUNK, 0f);
    for (int c = 0; c < rows.count; c++) {
      for (long at = first; at < end; at += CHUNK) {
        t.write(staged, 0, rows.offsetIn(t, c) + at, (int) Math.min(CHUNK, end - at));
      }
    }
  }

  private void room(int length) {
    if (staged.length < length) {
      staged = new float[length];
    }
  }
}
