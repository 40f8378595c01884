package io.github.lanewise.internal.trial.generated;

import io.github.lanewise.internal.kernel.GradientKernels;
import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.kernel.WeightSums;
import org.jspecify.annotations.Nullable;

// Written by src/build/GenerateDelegates.java; do not edit.

/** What serves a family whose plain kernels are ready, and whose rarer ones are not yet. */
public final class PlainKernels {
  private PlainKernels() {}

  /** The plain kernels of the one set, the rarer ones of the other. */
  public static KernelSet of(KernelSet vector, KernelSet scalar) {
    return new KernelSet(
        new PlainLaneKernels(vector.lanes(), scalar.lanes()),
        new PlainTileKernels(vector.tiles(), scalar.tiles()),
        new PlainScoreKernels(vector.scores(), scalar.scores()),
        vector.nodes(),
        vector.decode(),
        vector.sampling(),
        new PlainGradientKernels(vector.gradients(), scalar.gradients()),
        vector.packed(),
        vector.layers());
  }

  private record PlainLaneKernels(LaneKernels vector, LaneKernels scalar) implements LaneKernels {
    @Override
    public float max(float[] x, int from, int to) {
      return scalar.max(x, from, to);
    }

    @Override
    public float largest(float[] x, int from, int to) {
      return vector.largest(x, from, to);
    }

    @Override
    public int indexOf(float[] x, int from, int to, float value) {
      return scalar.indexOf(x, from, to, value);
    }

    @Override
    public float maskedCopy(
        float[] x, int xFrom, float[] y, int yFrom, int length, long[] bits, int at) {
      return scalar.maskedCopy(x, xFrom, y, yFrom, length, bits, at);
    }

    @Override
    public long pack(boolean[] flags, int from, int length) {
      return scalar.pack(flags, from, length);
    }

    @Override
    public void pack(boolean[] flags, int from, int length, long[] bits, int at) {
      scalar.pack(flags, from, length, bits, at);
    }

    @Override
    public float sum(float[] x, int from, int to) {
      return scalar.sum(x, from, to);
    }

    @Override
    public void exp(float[] x, int xFrom, float[] y, int yFrom, int length) {
      scalar.exp(x, xFrom, y, yFrom, length);
    }

    @Override
    public void scale(float[] x, int xFrom, float factor, float[] y, int yFrom, int length) {
      vector.scale(x, xFrom, factor, y, yFrom, length);
    }

    @Override
    public float fmaAndLargest(
        float[] y, int yFrom, float factor, float addend, float[] x, int xFrom, int length) {
      return scalar.fmaAndLargest(y, yFrom, factor, addend, x, xFrom, length);
    }

    @Override
    public void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length) {
      scalar.divide(x, xFrom, divisor, y, yFrom, length);
    }

    @Override
    public void shiftAndDivide(
        float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length) {
      scalar.shiftAndDivide(x, xFrom, shift, divisor, y, yFrom, length);
    }

    @Override
    public void logWeights(
        float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length) {
      scalar.logWeights(x, xFrom, shift, logSum, y, yFrom, length);
    }

    @Override
    public long weights(
        WeightSums kind,
        float[] x,
        int xRow,
        float[] y,
        int yRow,
        int from,
        int to,
        float shift,
        float[] scratch) {
      LaneKernels serving = kind.wantsMoment() ? scalar : vector;
      return serving.weights(kind, x, xRow, y, yRow, from, to, shift, scratch);
    }

    @Override
    public void rowMaxima(float[] x, int xAt, int xStride, int rows, int length, float[] group) {
      vector.rowMaxima(x, xAt, xStride, rows, length, group);
    }

    @Override
    public void hideMaxima(float[] x, int rows, int length, float[] maxima) {
      scalar.hideMaxima(x, rows, length, maxima);
    }

    @Override
    public void rowWeights(
        float[] x,
        int xAt,
        int xStride,
        int rows,
        int length,
        float[] group,
        float[] p,
        int pAt,
        int pStride,
        float[] reciprocals) {
      vector.rowWeights(x, xAt, xStride, rows, length, group, p, pAt, pStride, reciprocals);
    }

    @Override
    public void scaleRows(
        float[] p,
        int pAt,
        int pStride,
        int rows,
        int length,
        float[] factors,
        float[] y,
        int yAt,
        int yStride) {
      vector.scaleRows(p, pAt, pStride, rows, length, factors, y, yAt, yStride);
    }

    @Override
    public void stageRows(float[] x, int xAt, int xStride, int rows, int length, float[] staged) {
      vector.stageRows(x, xAt, xStride, rows, length, staged);
    }

    @Override
    public float dot(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
      return scalar.dot(y, yRow, dy, dyRow, from, to);
    }

    @Override
    public float visibleSum(float[] y, int yRow, float[] dy, int dyRow, int from, int to) {
      return scalar.visibleSum(y, yRow, dy, dyRow, from, to);
    }

    @Override
    public void backward(
        float[] y,
        int yFrom,
        float[] dy,
        int dyFrom,
        float dot,
        float divisor,
        float[] dx,
        int dxFrom,
        int length) {
      scalar.backward(y, yFrom, dy, dyFrom, dot, divisor, dx, dxFrom, length);
    }

    @Override
    public void logBackward(
        float[] y,
        int yFrom,
        float[] dy,
        int dyFrom,
        float sum,
        float divisor,
        float[] dx,
        int dxFrom,
        int length) {
      scalar.logBackward(y, yFrom, dy, dyFrom, sum, divisor, dx, dxFrom, length);
    }
  }

  private record PlainTileKernels(TileKernels vector, TileKernels scalar) implements TileKernels {
    @Override
    public void product(
        float[] a,
        int aFrom,
        int aGroupStride,
        int rows,
        float[] b,
        int bFrom,
        int columns,
        int depth,
        float[] out,
        int outFrom) {
      vector.product(a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, out, outFrom);
    }

    @Override
    public void product(
        float[] a,
        int aFrom,
        int aGroupStride,
        int rows,
        float[] b,
        int bFrom,
        int columns,
        int depth,
        float alpha,
        float[] out,
        int outFrom,
        int outStride) {
      vector.product(
          a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, alpha, out, outFrom, outStride);
    }

    @Override
    public void productOfRows(
        float[] a,
        int aFrom,
        int aStride,
        int rows,
        float[] b,
        int bFrom,
        int columns,
        int depth,
        float alpha,
        float[] out,
        int outFrom,
        int outStride) {
      scalar.productOfRows(
          a, aFrom, aStride, rows, b, bFrom, columns, depth, alpha, out, outFrom, outStride);
    }

    @Override
    public void transpose(
        float[] source,
        int sourceFrom,
        int sourceStride,
        int rows,
        int depth,
        float[] target,
        int targetFrom,
        int targetStride) {
      vector.transpose(
          source, sourceFrom, sourceStride, rows, depth, target, targetFrom, targetStride);
    }

    @Override
    public boolean packGroups(
        float[] source,
        int sourceFrom,
        int sourceStride,
        int rows,
        int width,
        int lanes,
        float[] target,
        int targetFrom,
        int groupStride) {
      return vector.packGroups(
          source, sourceFrom, sourceStride, rows, width, lanes, target, targetFrom, groupStride);
    }

    @Override
    public void bringNear(float[] x, int from, int stride, int rows, int length, int[] scratch) {
      vector.bringNear(x, from, stride, rows, length, scratch);
    }

    @Override
    public boolean isFinite(float[] x, int from, int length) {
      return vector.isFinite(x, from, length);
    }

    @Override
    public void addProduct(
        float[] a,
        int aFrom,
        int aGroupStride,
        int rows,
        float[] b,
        int bFrom,
        int columns,
        int depth,
        float[] out,
        int outFrom) {
      scalar.addProduct(a, aFrom, aGroupStride, rows, b, bFrom, columns, depth, out, outFrom);
    }

    @Override
    public void productOfLive(
        float[] a,
        int aFrom,
        int aGroupStride,
        int rows,
        float[] b,
        int bFrom,
        int columns,
        int depth,
        long[] live,
        int liveFrom,
        boolean onTop,
        float[] out,
        int outFrom) {
      scalar.productOfLive(
          a,
          aFrom,
          aGroupStride,
          rows,
          b,
          bFrom,
          columns,
          depth,
          live,
          liveFrom,
          onTop,
          out,
          outFrom);
    }
  }

  private record PlainScoreKernels(ScoreKernels vector, ScoreKernels scalar)
      implements ScoreKernels {
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
      vector.scores(
          a,
          aFrom,
          aGroupStride,
          rows,
          b,
          bFrom,
          columns,
          depth,
          scale,
          out,
          outFrom,
          node,
          nodeFrom);
    }

    @Override
    public void softcap(float[] s, int from, int keys, int columns, float scale, float cap) {
      scalar.softcap(s, from, keys, columns, scale, cap);
    }

    @Override
    public void addPanel(float[] s, int from, int keys, int columns, float[] bias, int biasFrom) {
      scalar.addPanel(s, from, keys, columns, bias, biasFrom);
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
      scalar.alibi(s, from, keys, columns, slopes, positions, key0, keyStep, scratch);
    }

    @Override
    public void temper(float[] s, int from, int keys, int columns, float[] temperatures) {
      scalar.temper(s, from, keys, columns, temperatures);
    }

    @Override
    public void scale(float[] s, int from, int keys, int columns, float scale) {
      vector.scale(s, from, keys, columns, scale);
    }

    @Override
    public void scaleRows(float[] s, int from, int keys, int columns, float[] factors, int at) {
      scalar.scaleRows(s, from, keys, columns, factors, at);
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
      scalar.drop(x, from, rows, columns, rowBits, rowAt, laneBits, laneAt, threshold, factor);
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
      vector.maskAndMaximum(s, from, keys, columns, scale, visible, visibleFrom, node, nodeFrom);
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
      scalar.stageColumns(x, xAt, xStride, keys, columns, s, from, node, nodeFrom);
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
      scalar.scaleColumns(s, from, keys, columns, factors, y, yAt, yStride);
    }

    @Override
    public void beginSums(int columns, boolean moment, float[] scratch) {
      ScoreKernels serving = moment ? scalar : vector;
      serving.beginSums(columns, moment, scratch);
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
      ScoreKernels serving = moment ? scalar : vector;
      serving.exponentials(s, from, keys, columns, moment, node, nodeFrom, scratch);
    }

    @Override
    public void endSums(int columns, boolean moment, float[] scratch, float[] node, int nodeFrom) {
      ScoreKernels serving = moment ? scalar : vector;
      serving.endSums(columns, moment, scratch, node, nodeFrom);
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
      scalar.weights(s, from, keys, columns, visible, visibleFrom, node, nodeFrom);
    }
  }

  private record PlainGradientKernels(GradientKernels vector, GradientKernels scalar)
      implements GradientKernels {
    @Override
    public void rowDots(
        float[] a,
        int aFrom,
        int aStride,
        float[] b,
        int bFrom,
        int bStride,
        int rows,
        int width,
        float[] dots,
        int at,
        float[] scratch) {
      vector.rowDots(a, aFrom, aStride, b, bFrom, bStride, rows, width, dots, at, scratch);
    }

    @Override
    public void softcap(
        float[] s, int from, int rows, int columns, float scale, float cap, float[] slopes) {
      scalar.softcap(s, from, rows, columns, scale, cap, slopes);
    }

    @Override
    public void differentiate(
        float[] s,
        float[] dp,
        int from,
        int rows,
        int columns,
        float[] logSumExp,
        float[] dots,
        int at,
        float factor) {
      vector.differentiate(s, dp, from, rows, columns, logSumExp, dots, at, factor);
    }

    @Override
    public void scoreProducts(float[] s, float[] ds, int from, int rows, int columns) {
      scalar.scoreProducts(s, ds, from, rows, columns);
    }

    @Override
    public void addToLanes(float[] x, int from, int rows, int columns, float[] sums, int at) {
      scalar.addToLanes(x, from, rows, columns, sums, at);
    }

    @Override
    public void foldLanes(float[] sums, int at, int rows, float[] out, int to) {
      scalar.foldLanes(sums, at, rows, out, to);
    }

    @Override
    public void sumRows(float[] x, int from, int rows, int columns, float[] out, int to) {
      scalar.sumRows(x, from, rows, columns, out, to);
    }

    @Override
    public float sinkSum(float sink, float[] logSumExp, float[] dots, int rows) {
      return scalar.sinkSum(sink, logSumExp, dots, rows);
    }

    @Override
    public void multiply(float[] x, float[] factors, int from, int rows, int columns) {
      scalar.multiply(x, factors, from, rows, columns);
    }

    @Override
    public void add(float[] a, int aFrom, float[] b, int bFrom, int length) {
      vector.add(a, aFrom, b, bFrom, length);
    }

    @Override
    public void addZero(float[] a, int from, int length) {
      vector.addZero(a, from, length);
    }
  }
}
