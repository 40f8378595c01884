package io.github.lanewise.internal.scalar;

import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.Dropout;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The score kernels in scalar Java: the same operations as the vector ones, lane by lane. */
public final class ScalarScoreKernels implements ScoreKernels {

  private static final TileKernels TILES = new ScalarTileKernels();

  @Override
  public void scores(
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
      int nodeFrom) {
    TILES.product(a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, out, outFrom);
    maskAndMaximum(out, outFrom, rows, columns, scale, null, 0, node, nodeFrom);
  }

  @Override
  public void softcap(float[] s, int from, int keys, int columns, float scale, float cap) {
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      for (int c = 0; c < columns; c++) {
        s[row + c] = cap * ScalarMath.tanh(s[row + c] * scale / cap);
      }
    }
  }

  @Override
  public void addPanel(float[] s, int from, int keys, int columns, float[] bias, int biasFrom) {
    for (int k = 0; k < keys; k++) {
      int row = k * PANEL;
      for (int c = 0; c < columns; c++) {
        s[from + row + c] += bias[biasFrom + row + c];
      }
    }
  }

  @Override
  public void alibi(
      float[] s,
      int from,
      int keys,
      int columns,
      float[] slopes,
      long[] positions,
      long key0,
      int keyStep,
      float[] scratch) {
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      long key = key0 + (long) k * keyStep;
      for (int c = 0; c < columns; c++) {
        s[row + c] -= slopes[c] * (float) Math.abs(key - positions[c]);
      }
    }
  }

  @Override
  public void temper(float[] s, int from, int keys, int columns, float[] temperatures) {
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      for (int c = 0; c < columns; c++) {
        float score = s[row + c];
        s[row + c] =
            score == Float.NEGATIVE_INFINITY ? Float.NEGATIVE_INFINITY : score / temperatures[c];
      }
    }
  }

  @Override
  public void scale(float[] s, int from, int keys, int columns, float scale) {
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      for (int c = 0; c < columns; c++) {
        s[row + c] *= scale;
      }
    }
  }

  @Override
  public void scaleRows(float[] s, int from, int keys, int columns, float[] factors, int at) {
    for (int k = 0; k < keys; k++) {
      scale(s, from + k * PANEL, 1, columns, factors[at + k]);
    }
  }

  @Override
  public void drop(
      float[] x,
      int from,
      int rows,
      int columns,
      int[] rowBits,
      int rowAt,
      int[] laneBits,
      int laneAt,
      int threshold,
      float factor) {
    int rowHigh = rowBits.length / 2 + rowAt;
    int laneHigh = laneBits.length / 2 + laneAt;
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        int at = from + r * PANEL + c;
        boolean kept =
            Dropout.keeps(
                rowBits[rowAt + r] ^ laneBits[laneAt + c],
                rowBits[rowHigh + r] ^ laneBits[laneHigh + c],
                threshold);
        x[at] = kept ? x[at] * factor : 0f;
      }
    }
  }

  @Override
  public void maskAndMaximum(
      float[] s,
      int from,
      int keys,
      int columns,
      float scale,
      long @Nullable [] visible,
      int visibleFrom,
      float[] node,
      int nodeFrom) {
    int maximum = nodeFrom + NodeKernels.MAXIMUM;
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      long word = visible == null ? -1L : visible[visibleFrom + k];
      for (int c = 0; c < columns; c++) {
        float score = (word >>> c & 1) == 0 ? Float.NEGATIVE_INFINITY : s[row + c] * scale;
        s[row + c] = score;
        if (score > node[maximum + c]) {
          node[maximum + c] = score;
        }
      }
    }
  }

  @Override
  public void stageColumns(
      float[] x,
      int xAt,
      int xStride,
      int keys,
      int columns,
      float[] s,
      int from,
      float[] node,
      int nodeFrom) {
    for (int k = 0; k < keys; k++) {
      System.arraycopy(x, xAt + k * xStride, s, from + k * PANEL, columns);
    }
    maskAndMaximum(s, from, keys, columns, 1f, null, 0, node, nodeFrom);
  }

  @Override
  public void scaleColumns(
      float[] s,
      int from,
      int keys,
      int columns,
      float[] factors,
      float[] y,
      int yAt,
      int yStride) {
    for (int k = 0; k < keys; k++) {
      for (int c = 0; c < columns; c++) {
        y[yAt + k * yStride + c] = s[from + k * PANEL + c] * factors[c];
      }
    }
  }

  @Override
  public void beginSums(int columns, boolean moment, float[] scratch) {
    Arrays.fill(scratch, 0f);
  }

  @Override
  public void exponentials(
      float[] s,
      int from,
      int keys,
      int columns,
      boolean moment,
      float[] node,
      int nodeFrom,
      float[] scratch) {
    int moments = LANES * PANEL;
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      int lane = k % LANES * PANEL;
      for (int c = 0; c < columns; c++) {
        float m = node[nodeFrom + NodeKernels.MAXIMUM + c];
        float d = s[row + c] - (m == Float.NEGATIVE_INFINITY ? 0f : m);
        float p = ScalarMath.flushedExp(d);
        s[row + c] = p;
        scratch[lane + c] += p;
        if (moment && p > 0f) {
          scratch[moments + lane + c] = ScalarMath.fma(p, d, scratch[moments + lane + c]);
        }
      }
    }
  }

  @Override
  public void endSums(int columns, boolean moment, float[] scratch, float[] node, int nodeFrom) {
    foldLanes(scratch, 0, columns, node, nodeFrom + NodeKernels.sum(PANEL));
    if (moment) {
      foldLanes(scratch, LANES * PANEL, columns, node, nodeFrom + NodeKernels.moment(PANEL));
    }
    for (int c = 0; c < columns; c++) {
      if (Float.isNaN(node[nodeFrom + NodeKernels.sum(PANEL) + c])) {
        node[nodeFrom + NodeKernels.MAXIMUM + c] = Float.NaN;
      }
    }
  }

  /** The fixed tree (8, 4, 2, 1) over the 16 virtual lanes of every column. */
  private static void foldLanes(float[] scratch, int from, int columns, float[] out, int outFrom) {
    for (int half = LANES / 2; half >= 1; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        int low = from + lane * PANEL;
        int high = low + half * PANEL;
        for (int c = 0; c < columns; c++) {
          scratch[low + c] += scratch[high + c];
        }
      }
    }
    System.arraycopy(scratch, from, out, outFrom, columns);
  }

  @Override
  public void weights(
      float[] s,
      int from,
      int keys,
      int columns,
      long @Nullable [] visible,
      int visibleFrom,
      float[] node,
      int nodeFrom) {
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      long word = visible == null ? -1L : visible[visibleFrom + k];
      for (int c = 0; c < columns; c++) {
        float sum = node[nodeFrom + NodeKernels.sum(PANEL) + c];
        boolean none = (word >>> c & 1) == 0 || sum == 0f;
        float d = s[row + c] - node[nodeFrom + NodeKernels.MAXIMUM + c];
        s[row + c] = none ? 0f : ScalarMath.flushedExp(d) * (1f / sum);
      }
    }
  }
}
