package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.ScoreKernels;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of attention without options or statistics as vector code, the others still as scalar
 * code: what serves scores while the rarer kernels are being compiled.
 */
record PlainScores(ScoreKernels vector, ScoreKernels scalar) implements ScoreKernels {
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
      int slopesFrom,
      long[] positions,
      long key0,
      float[] scratch) {
    scalar.alibi(s, from, keys, columns, slopes, slopesFrom, positions, key0, scratch);
  }

  @Override
  public void temper(float[] s, int from, int keys, int columns, float[] temperatures, int at) {
    scalar.temper(s, from, keys, columns, temperatures, at);
  }

  @Override
  public void scale(float[] s, int from, int keys, int columns, float scale) {
    scalar.scale(s, from, keys, columns, scale);
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
  public void beginSums(int columns, boolean moment, float[] scratch) {
    (moment ? scalar : vector).beginSums(columns, moment, scratch);
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
    (moment ? scalar : vector)
        .exponentials(s, from, keys, columns, moment, node, nodeFrom, scratch);
  }

  @Override
  public void endSums(int columns, boolean moment, float[] scratch, float[] node, int nodeFrom) {
    (moment ? scalar : vector).endSums(columns, moment, scratch, node, nodeFrom);
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
