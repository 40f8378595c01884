package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.Arithmetic.LANES;

import io.github.lanewise.internal.kernel.Dropout;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.scalar.ScalarScoreKernels;
import io.github.lanewise.internal.vector.generated.ColumnPanels;
import io.github.lanewise.internal.vector.generated.ExpLoops;
import io.github.lanewise.internal.vector.generated.NodeLoops;
import io.github.lanewise.internal.vector.generated.ScoreTiles;
import io.github.lanewise.internal.vector.generated.Softcaps;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The score kernels in lanes of any width. Panels are {@link #PANEL} columns wide, so every loop
 * over columns runs over whole vectors: lanes beyond {@code columns} hold scratch.
 */
public final class VectorScoreKernels implements ScoreKernels {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final VectorSpecies<Integer> I = LaneSpecies.INTS;
  private static final int L = LaneSpecies.LENGTH;

  private static final TileKernels TILES = new VectorTileKernels();
  private static final ScoreKernels SCALAR = new ScalarScoreKernels();

  /** Up to here every integer is a float. */
  private static final long EXACT = 1L << 24;

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
    if (columns <= L) {
      TILES.product(a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, out, outFrom);
      maskAndMaximum(out, outFrom, rows, columns, scale, null, 0, node, nodeFrom);
      return;
    }
    for (int r = 0; r < rows; r += TileKernels.TILE_ROWS) {
      int tileA = aFrom + r / GROUP * aGroupStride + r % GROUP;
      int tileOut = outFrom + r * PANEL;
      for (int c = 0; c < columns; c += 2 * L) {
        int maximum = nodeFrom + NodeKernels.MAXIMUM + c;
        int to = tileOut + c;
        if (LaneSpecies.MANY_REGISTERS) {
          ScoreTiles.scores8x2(a, tileA, b, bFrom + c, depth, scale, out, to, node, maximum);
        } else {
          int half = TileKernels.TILE_ROWS / 2;
          int below = to + half * PANEL;
          ScoreTiles.scores4x2(a, tileA, b, bFrom + c, depth, scale, out, to, node, maximum);
          ScoreTiles.scores4x2(
              a, tileA + half, b, bFrom + c, depth, scale, out, below, node, maximum);
        }
      }
    }
  }

  @Override
  public void softcap(float[] s, int from, int keys, int columns, float scale, float cap) {
    Softcaps.cap(s, from, keys, columns, scale, cap);
  }

  @Override
  public void addPanel(float[] s, int from, int keys, int columns, float[] bias, int biasFrom) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int k = 0; k < keys; k++) {
      int row = k * PANEL;
      for (int c = 0; c < columns; c += L) {
        FloatVector.fromArray(F, s, from + row + c)
            .add(FloatVector.fromArray(F, bias, biasFrom + row + c))
            .intoArray(s, from + row + c);
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
    for (int c = 0; c < columns; c++) {
      long distance = key0 - positions[c];
      if (Math.abs(distance) > EXACT - (long) keys * keyStep) {
        SCALAR.alibi(s, from, keys, columns, slopes, positions, key0, keyStep, scratch);
        return;
      }
      scratch[c] = distance;
    }
    for (int c = 0; c < columns; c += L) {
      subtractDistances(s, from + c, keys, slopes, scratch, c, keyStep);
    }
  }

  /** Distances up to {@link #EXACT} count up without rounding. */
  private static void subtractDistances(
      float[] s, int from, int keys, float[] slopes, float[] distances, int at, int keyStep) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector slope = FloatVector.fromArray(F, slopes, at);
    FloatVector step = FloatVector.broadcast(F, keyStep);
    FloatVector distance = FloatVector.fromArray(F, distances, at);
    for (int k = 0; k < keys; k++) {
      int row = from + k * PANEL;
      FloatVector penalty = slope.mul(distance.abs());
      FloatVector.fromArray(F, s, row).sub(penalty).intoArray(s, row);
      distance = distance.add(step);
    }
  }

  @Override
  public void temper(float[] s, int from, int keys, int columns, float[] temperatures) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int c = 0; c < columns; c += L) {
      FloatVector temperature = FloatVector.fromArray(F, temperatures, c);
      FloatVector lowest = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
      for (int k = 0; k < keys; k++) {
        int row = from + k * PANEL + c;
        FloatVector score = FloatVector.fromArray(F, s, row);
        VectorMask<Float> none = score.compare(VectorOperators.EQ, lowest);
        score.div(temperature).blend(lowest, none).intoArray(s, row);
      }
    }
  }

  @Override
  public void scale(float[] s, int from, int keys, int columns, float scale) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int k = 0; k < keys; k++) {
      for (int c = 0; c < columns; c += L) {
        int at = from + k * PANEL + c;
        FloatVector.fromArray(F, s, at).mul(scale).intoArray(s, at);
      }
    }
  }

  @Override
  public void scaleRows(float[] s, int from, int keys, int columns, float[] factors, int at) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int k = 0; k < keys; k++) {
      FloatVector factor = FloatVector.broadcast(F, factors[at + k]);
      for (int c = 0; c < columns; c += L) {
        int to = from + k * PANEL + c;
        FloatVector.fromArray(F, s, to).mul(factor).intoArray(s, to);
      }
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
    for (int round = Practice.rounds; round > 0; round--) {}
    int rowHigh = rowBits.length / 2 + rowAt;
    int laneHigh = laneBits.length / 2 + laneAt;
    for (int c = 0; c < columns; c += L) {
      IntVector lows = IntVector.fromArray(I, laneBits, laneAt + c);
      IntVector highs = IntVector.fromArray(I, laneBits, laneHigh + c);
      for (int r = 0; r < rows; r++) {
        IntVector h = lows.lanewise(VectorOperators.XOR, rowBits[rowAt + r]);
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
        h = h.mul(Dropout.FIRST).add(highs.lanewise(VectorOperators.XOR, rowBits[rowHigh + r]));
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 15));
        h = h.mul(Dropout.SECOND);
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
        VectorMask<Integer> dropped =
            h.lanewise(VectorOperators.LSHR, 1).compare(VectorOperators.LT, threshold);
        int at = from + r * PANEL + c;
        FloatVector.fromArray(F, x, at).mul(factor).blend(0f, dropped.cast(F)).intoArray(x, at);
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
    for (int c = 0; c < columns; c += L) {
      int maximum = nodeFrom + NodeKernels.MAXIMUM + c;
      if (visible == null) {
        scaleAndMaximum(s, from + c, keys, scale, node, maximum);
      } else {
        scaleMaskAndMaximum(s, from + c, keys, scale, visible, visibleFrom, c, node, maximum);
      }
    }
  }

  /** The larger of two is written out: as a call, C2 at times boxed every vector of it. */
  private static void scaleAndMaximum(
      float[] s, int from, int keys, float scale, float[] node, int maximumAt) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector factor = FloatVector.broadcast(F, scale);
    FloatVector maximum0 = FloatVector.fromArray(F, node, maximumAt);
    FloatVector maximum1 = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    int k = 0;
    for (; k + 1 < keys; k += 2) {
      int at = from + k * PANEL;
      FloatVector score0 = FloatVector.fromArray(F, s, at).mul(factor);
      FloatVector score1 = FloatVector.fromArray(F, s, at + PANEL).mul(factor);
      score0.intoArray(s, at);
      score1.intoArray(s, at + PANEL);
      maximum0 = maximum0.blend(score0, score0.compare(VectorOperators.GT, maximum0));
      maximum1 = maximum1.blend(score1, score1.compare(VectorOperators.GT, maximum1));
    }
    if (k < keys) {
      FloatVector score = FloatVector.fromArray(F, s, from + k * PANEL).mul(factor);
      score.intoArray(s, from + k * PANEL);
      maximum0 = maximum0.blend(score, score.compare(VectorOperators.GT, maximum0));
    }
    maximum0
        .blend(maximum1, maximum1.compare(VectorOperators.GT, maximum0))
        .intoArray(node, maximumAt);
  }

  private static void scaleMaskAndMaximum(
      float[] s,
      int from,
      int keys,
      float scale,
      long[] visible,
      int visibleFrom,
      int column,
      float[] node,
      int maximumAt) {
    for (int round = Practice.rounds; round > 0; round--) {}
    FloatVector factor = FloatVector.broadcast(F, scale);
    FloatVector lowest = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector maximum = FloatVector.fromArray(F, node, maximumAt);
    for (int k = 0; k < keys; k++) {
      int at = from + k * PANEL;
      VectorMask<Float> lanes = VectorMask.fromLong(F, visible[visibleFrom + k] >>> column);
      FloatVector score = lowest.blend(FloatVector.fromArray(F, s, at).mul(factor), lanes);
      score.intoArray(s, at);
      maximum = maximum.blend(score, score.compare(VectorOperators.GT, maximum)); // a NaN stays out
    }
    maximum.intoArray(node, maximumAt);
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
    int whole = columns & -L;
    if (whole > 0 && keys > 0) {
      int maximum = nodeFrom + NodeKernels.MAXIMUM;
      ColumnPanels.stage(x, xAt, xStride, keys, whole, s, from, node, maximum);
    }
    if (whole < columns) {
      int rest = columns - whole;
      SCALAR.stageColumns(
          x, xAt + whole, xStride, keys, rest, s, from + whole, node, nodeFrom + whole);
    }
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
    int whole = columns & -L;
    if (whole > 0 && keys > 0) {
      ColumnPanels.scale(s, from, keys, whole, factors, y, yAt, yStride);
    }
    for (int k = 0; k < keys && whole < columns; k++) {
      for (int c = whole; c < columns; c++) {
        y[yAt + k * yStride + c] = s[from + k * PANEL + c] * factors[c];
      }
    }
  }

  @Override
  public void beginSums(int columns, boolean moment, float[] scratch) {
    for (int round = Practice.rounds; round > 0; round--) {}
    int lanes = moment ? 2 * LANES : LANES;
    for (int lane = 0; lane < lanes; lane++) {
      for (int c = 0; c < columns; c += L) {
        FloatVector.zero(F).intoArray(scratch, lane * PANEL + c);
      }
    }
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
    for (int c = 0; c < columns; c += L) {
      int maximum = nodeFrom + NodeKernels.MAXIMUM + c;
      padWithLowest(s, from + c, keys);
      if (moment) {
        ExpLoops.panelWeightsAndMoments(s, from + c, keys, node, maximum, scratch, c, moments + c);
      } else {
        ExpLoops.panelWeights(s, from + c, keys, node, maximum, scratch, c);
      }
    }
  }

  @Override
  public void endSums(int columns, boolean moment, float[] scratch, float[] node, int nodeFrom) {
    for (int c = 0; c < columns; c += L) {
      foldLanes(scratch, c, node, nodeFrom + NodeKernels.sum(PANEL) + c);
      if (moment) {
        foldLanes(scratch, LANES * PANEL + c, node, nodeFrom + NodeKernels.moment(PANEL) + c);
      }
      spreadNaN(node, nodeFrom + c);
    }
  }

  /** Rows beyond the last key, up to a whole step, get weight 0. */
  private static void padWithLowest(float[] s, int from, int keys) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int k = keys; k % ExpLoops.KEYS != 0; k++) {
      FloatVector.broadcast(F, Float.NEGATIVE_INFINITY).intoArray(s, from + k * PANEL);
    }
  }

  /** The fixed tree (8, 4, 2, 1) over 16 virtual lanes that lie {@link #PANEL} apart. */
  private static void foldLanes(float[] scratch, int from, float[] out, int to) {
    for (int round = Practice.rounds; round > 0; round--) {}
    for (int half = LANES / 2; half >= 1; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        int low = from + lane * PANEL;
        FloatVector.fromArray(F, scratch, low)
            .add(FloatVector.fromArray(F, scratch, low + half * PANEL))
            .intoArray(scratch, low);
      }
    }
    FloatVector.fromArray(F, scratch, from).intoArray(out, to);
  }

  /** A maximum ignores NaN; the sum does not. */
  private static void spreadNaN(float[] node, int nodeFrom) {
    FloatVector sum = FloatVector.fromArray(F, node, nodeFrom + NodeKernels.sum(PANEL));
    FloatVector m = FloatVector.fromArray(F, node, nodeFrom + NodeKernels.MAXIMUM);
    m.blend(Float.NaN, sum.compare(VectorOperators.NE, sum))
        .intoArray(node, nodeFrom + NodeKernels.MAXIMUM);
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
    if (visible == null) {
      NodeLoops.weights(s, from, keys, columns, node, nodeFrom);
    } else {
      NodeLoops.weightsOfVisible(s, from, keys, columns, visible, visibleFrom, node, nodeFrom);
    }
  }
}
