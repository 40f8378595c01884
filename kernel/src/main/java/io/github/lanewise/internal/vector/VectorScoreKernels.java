package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.scalar.ScalarScoreKernels;
import jdk.incubator.vector.FloatVector;
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
  private static final int L = LaneSpecies.LENGTH;

  private static final ScoreKernels SCALAR = new ScalarScoreKernels();

  @Override
  public void softcap(float[] s, int from, int keys, int columns, float scale, float cap) {
    FloatVector caps = FloatVector.broadcast(F, cap);
    for (int c = 0; c < columns; c += L) {
      for (int k = 0; k < keys; k++) {
        int at = from + k * PANEL + c;
        FloatVector score = FloatVector.fromArray(F, s, at).mul(scale).div(caps);
        VectorTanh.tanh(score).mul(caps).intoArray(s, at);
      }
    }
  }

  @Override
  public void addPanel(float[] s, int from, int keys, int columns, float[] bias, int biasFrom) {
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
      int slopesFrom,
      long[] positions,
      long key0) {
    SCALAR.alibi(s, from, keys, columns, slopes, slopesFrom, positions, key0);
  }

  @Override
  public void temper(float[] s, int from, int keys, int columns, float[] temperatures, int at) {
    for (int c = 0; c < columns; c += L) {
      FloatVector temperature = FloatVector.fromArray(F, temperatures, at + c);
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
    for (int k = 0; k < keys; k++) {
      for (int c = 0; c < columns; c += L) {
        int at = from + k * PANEL + c;
        FloatVector.fromArray(F, s, at).mul(scale).intoArray(s, at);
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
      FloatVector maximum =
          visible == null
              ? scaleAndMaximum(s, from + c, keys, scale)
              : scaleMaskAndMaximum(s, from + c, keys, scale, visible, visibleFrom, c);
      int at = nodeFrom + NODE_MAXIMUM + c;
      larger(FloatVector.fromArray(F, node, at), maximum).intoArray(node, at);
    }
  }

  private static FloatVector scaleAndMaximum(float[] s, int from, int keys, float scale) {
    FloatVector lowest = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector maximum0 = lowest;
    FloatVector maximum1 = lowest;
    int k = 0;
    for (; k + 1 < keys; k += 2) {
      int at = from + k * PANEL;
      FloatVector score0 = FloatVector.fromArray(F, s, at).mul(scale);
      FloatVector score1 = FloatVector.fromArray(F, s, at + PANEL).mul(scale);
      score0.intoArray(s, at);
      score1.intoArray(s, at + PANEL);
      maximum0 = larger(maximum0, score0);
      maximum1 = larger(maximum1, score1);
    }
    if (k < keys) {
      FloatVector score = FloatVector.fromArray(F, s, from + k * PANEL).mul(scale);
      score.intoArray(s, from + k * PANEL);
      maximum0 = larger(maximum0, score);
    }
    return larger(maximum0, maximum1);
  }

  private static FloatVector scaleMaskAndMaximum(
      float[] s, int from, int keys, float scale, long[] visible, int visibleFrom, int column) {
    FloatVector lowest = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector maximum = lowest;
    for (int k = 0; k < keys; k++) {
      int at = from + k * PANEL;
      VectorMask<Float> lanes = VectorMask.fromLong(F, visible[visibleFrom + k] >>> column);
      FloatVector score = lowest.blend(FloatVector.fromArray(F, s, at).mul(scale), lanes);
      score.intoArray(s, at);
      maximum = larger(maximum, score);
    }
    return maximum;
  }

  /** The larger of two, a where b is NaN: NaN comes back through the sum. */
  private static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a));
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
    for (int c = 0; c < columns; c += L) {
      FloatVector m = FloatVector.fromArray(F, node, nodeFrom + NODE_MAXIMUM + c);
      FloatVector origin = finiteOrigin(m);
      int moments = GROUP * PANEL;
      clear(scratch, c);
      if (moment) {
        clear(scratch, moments + c);
        weighWithMoment(s, from + c, keys, origin, scratch, c, moments + c);
        foldLanes(scratch, moments + c).intoArray(node, nodeFrom + NODE_MOMENT + c);
      } else {
        weigh(s, from + c, keys, origin, scratch, c);
      }
      FloatVector sum = foldLanes(scratch, c);
      sum.intoArray(node, nodeFrom + NODE_SUM + c);
      VectorMask<Float> broken = sum.compare(VectorOperators.NE, sum);
      m.blend(Float.NaN, broken).intoArray(node, nodeFrom + NODE_MAXIMUM + c);
    }
  }

  /**
   * The maximum, or 0 where it is -inf: -inf - -inf would be NaN, and no weight is wanted there.
   */
  private static FloatVector finiteOrigin(FloatVector m) {
    return m.blend(0f, m.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
  }

  private static void weigh(
      float[] s, int from, int keys, FloatVector origin, float[] scratch, int lanesFrom) {
    int k = 0;
    for (; k + 1 < keys; k += 2) {
      int at = from + k * PANEL;
      FloatVector p0 = VectorExp.flushed(FloatVector.fromArray(F, s, at).sub(origin));
      FloatVector p1 = VectorExp.flushed(FloatVector.fromArray(F, s, at + PANEL).sub(origin));
      p0.intoArray(s, at);
      p1.intoArray(s, at + PANEL);
      int lane = lanesFrom + k % GROUP * PANEL;
      FloatVector.fromArray(F, scratch, lane).add(p0).intoArray(scratch, lane);
      FloatVector.fromArray(F, scratch, lane + PANEL).add(p1).intoArray(scratch, lane + PANEL);
    }
    if (k < keys) {
      int at = from + k * PANEL;
      FloatVector p = VectorExp.flushed(FloatVector.fromArray(F, s, at).sub(origin));
      p.intoArray(s, at);
      int lane = lanesFrom + k % GROUP * PANEL;
      FloatVector.fromArray(F, scratch, lane).add(p).intoArray(scratch, lane);
    }
  }

  private static void weighWithMoment(
      float[] s,
      int from,
      int keys,
      FloatVector origin,
      float[] scratch,
      int lanesFrom,
      int momentsFrom) {
    for (int k = 0; k < keys; k++) {
      int at = from + k * PANEL;
      FloatVector d = FloatVector.fromArray(F, s, at).sub(origin);
      FloatVector p = VectorExp.flushed(d);
      p.intoArray(s, at);
      int lane = k % GROUP * PANEL;
      FloatVector.fromArray(F, scratch, lanesFrom + lane)
          .add(p)
          .intoArray(scratch, lanesFrom + lane);
      FloatVector before = FloatVector.fromArray(F, scratch, momentsFrom + lane);
      VectorMask<Float> weighty = p.compare(VectorOperators.GT, 0f);
      before.blend(p.fma(d, before), weighty).intoArray(scratch, momentsFrom + lane);
    }
  }

  private static void clear(float[] scratch, int from) {
    for (int lane = 0; lane < GROUP; lane++) {
      FloatVector.zero(F).intoArray(scratch, from + lane * PANEL);
    }
  }

  /** The fixed tree (8, 4, 2, 1) over 16 virtual lanes that lie {@link #PANEL} apart. */
  private static FloatVector foldLanes(float[] scratch, int from) {
    for (int half = GROUP / 2; half > 1; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        int low = from + lane * PANEL;
        FloatVector.fromArray(F, scratch, low)
            .add(FloatVector.fromArray(F, scratch, low + half * PANEL))
            .intoArray(scratch, low);
      }
    }
    return FloatVector.fromArray(F, scratch, from)
        .add(FloatVector.fromArray(F, scratch, from + PANEL));
  }

  @Override
  public void merge(
      float[] nodes, int aFrom, int bFrom, int valueDim, int columns, boolean moment) {
    for (int c = 0; c < columns; c += L) {
      mergeLanes(nodes, aFrom + c, bFrom + c, valueDim, moment);
    }
  }

  private static void mergeLanes(float[] nodes, int a, int b, int valueDim, boolean moment) {
    FloatVector ma = FloatVector.fromArray(F, nodes, a + NODE_MAXIMUM);
    FloatVector mb = FloatVector.fromArray(F, nodes, b + NODE_MAXIMUM);
    FloatVector m = larger(ma, mb);
    FloatVector origin = finiteOrigin(m);
    FloatVector da = ma.sub(origin);
    FloatVector db = mb.sub(origin);
    FloatVector ea = VectorExp.flushed(da);
    FloatVector eb = VectorExp.flushed(db);
    FloatVector la = FloatVector.fromArray(F, nodes, a + NODE_SUM);
    FloatVector lb = FloatVector.fromArray(F, nodes, b + NODE_SUM);
    m.intoArray(nodes, a + NODE_MAXIMUM);
    la.fma(ea, lb.mul(eb)).intoArray(nodes, a + NODE_SUM);
    if (moment) {
      FloatVector ta = la.fma(da, FloatVector.fromArray(F, nodes, a + NODE_MOMENT));
      FloatVector tb = lb.fma(db, FloatVector.fromArray(F, nodes, b + NODE_MOMENT));
      ta = ta.blend(0f, ea.compare(VectorOperators.EQ, 0f));
      tb = tb.blend(0f, eb.compare(VectorOperators.EQ, 0f));
      ta.fma(ea, tb.mul(eb)).intoArray(nodes, a + NODE_MOMENT);
    }
    VectorMask<Float> noA = ma.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
    VectorMask<Float> noB = mb.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY);
    for (int v = NODE_VALUES; v < NODE_VALUES + valueDim * PANEL; v += PANEL) {
      FloatVector oa = FloatVector.fromArray(F, nodes, a + v);
      FloatVector ob = FloatVector.fromArray(F, nodes, b + v);
      FloatVector o = oa.fma(ea, ob.mul(eb));
      o.blend(ob, noA).blend(oa, noB).intoArray(nodes, a + v);
    }
  }

  @Override
  public void normalize(float[] node, int nodeFrom, int valueDim, int columns) {
    for (int c = 0; c < columns; c += L) {
      FloatVector sum = FloatVector.fromArray(F, node, nodeFrom + NODE_SUM + c);
      VectorMask<Float> none = sum.compare(VectorOperators.EQ, 0f);
      for (int v = 0; v < valueDim; v++) {
        int at = nodeFrom + NODE_VALUES + v * PANEL + c;
        FloatVector o = FloatVector.fromArray(F, node, at).div(sum).add(0f);
        o.blend(0f, none).intoArray(node, at);
      }
    }
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
    for (int c = 0; c < columns; c += L) {
      FloatVector m = FloatVector.fromArray(F, node, nodeFrom + NODE_MAXIMUM + c);
      FloatVector sum = FloatVector.fromArray(F, node, nodeFrom + NODE_SUM + c);
      VectorMask<Float> none = sum.compare(VectorOperators.EQ, 0f);
      for (int k = 0; k < keys; k++) {
        int at = from + k * PANEL + c;
        FloatVector d = FloatVector.fromArray(F, s, at).sub(m);
        FloatVector p = VectorExp.flushed(d).div(sum).blend(0f, none);
        if (visible != null) {
          p = FloatVector.zero(F).blend(p, VectorMask.fromLong(F, visible[visibleFrom + k] >>> c));
        }
        p.intoArray(s, at);
      }
    }
  }
}
