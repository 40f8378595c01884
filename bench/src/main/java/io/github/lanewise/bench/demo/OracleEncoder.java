package io.github.lanewise.bench.demo;

import static io.github.lanewise.bench.demo.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.MiniLm.HIDDEN;

import io.github.lanewise.bench.demo.MiniLm.Linear;
import io.github.lanewise.bench.demo.MiniLm.Norm;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import java.util.Arrays;
import org.apache.commons.math3.special.Erf;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.util.MathArrays;

/**
 * all-MiniLM-L6-v2 in plain double loops around the oracle's attention: exact, and slow. It shares
 * nothing with {@link LanewiseEncoder} but the weights: an oracle must not repeat the mistakes of
 * what it judges.
 */
final class OracleEncoder {
  private final MiniLm model;
  private long attentionNanos;

  /** An encoder with these weights. */
  OracleEncoder(MiniLm model) {
    this.model = model;
  }

  /** Returns the embedding [HIDDEN] of a sentence. */
  double[] embed(Tokens sentence) {
    attentionNanos = 0;
    double[] hidden = lookUp(sentence.ids());
    for (MiniLm.Layer layer : model.layers()) {
      double[] context = attend(linear(layer.queryKeyValue(), hidden), sentence.count());
      double[] projected = linear(layer.attentionOutput(), context);
      hidden = norm(MathArrays.ebeAdd(projected, hidden), layer.attentionNorm());
      double[] inner = gelu(linear(layer.inner(), hidden));
      hidden = norm(MathArrays.ebeAdd(linear(layer.output(), inner), hidden), layer.outputNorm());
    }
    return meanPool(hidden, sentence.count());
  }

  /** Returns the time that the last sentence spent in attention, in nanoseconds. */
  long attentionNanos() {
    return attentionNanos;
  }

  private double[] attend(double[] queryKeyValue, int tokens) {
    double[] heads = swap(queryKeyValue, tokens, 3 * HEADS);
    int third = heads.length / 3;
    long start = System.nanoTime();
    double[] out =
        ReferenceAttention.forward(
                new AttentionShape(1, HEADS, HEADS, tokens, tokens, HEAD_DIM, HEAD_DIM),
                AttentionOptions.standard(HEAD_DIM),
                Arrays.copyOfRange(heads, 0, third),
                Arrays.copyOfRange(heads, third, 2 * third),
                Arrays.copyOfRange(heads, 2 * third, 3 * third))
            .out();
    attentionNanos += System.nanoTime() - start;
    return swap(out, HEADS, tokens);
  }

  private double[] lookUp(int[] ids) {
    double[] hidden = new double[ids.length * HIDDEN];
    for (int i = 0; i < ids.length; i++) {
      for (int j = 0; j < HIDDEN; j++) {
        hidden[i * HIDDEN + j] =
            (double) model.wordEmbeddings()[ids[i] * HIDDEN + j]
                + model.tokenTypeEmbeddings()[j]
                + model.positionEmbeddings()[i * HIDDEN + j];
      }
    }
    return norm(hidden, model.embeddingNorm());
  }

  private static double[] linear(Linear layer, double[] x) {
    int out = layer.bias().length;
    int in = layer.weights().length / out;
    int rows = x.length / in;
    double[] y = new double[rows * out];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < out; j++) {
        y[i * out + j] = layer.bias()[j];
      }
      for (int k = 0; k < in; k++) {
        double factor = x[i * in + k];
        for (int j = 0; j < out; j++) {
          y[i * out + j] += factor * layer.weights()[k * out + j];
        }
      }
    }
    return y;
  }

  private static double[] norm(double[] x, Norm norm) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += HIDDEN) {
      double mean = StatUtils.mean(x, row, HIDDEN);
      double deviation =
          Math.sqrt(StatUtils.populationVariance(x, mean, row, HIDDEN) + MiniLm.NORM_EPSILON);
      for (int j = 0; j < HIDDEN; j++) {
        y[row + j] = (x[row + j] - mean) / deviation * norm.gain()[j] + norm.bias()[j];
      }
    }
    return y;
  }

  private static double[] gelu(double[] x) {
    return Arrays.stream(x).map(a -> a * 0.5 * Erf.erfc(-a / Math.sqrt(2))).toArray();
  }

  private static double[] meanPool(double[] hidden, int tokens) {
    double[] mean = new double[HIDDEN];
    for (int i = 0; i < hidden.length; i++) {
      mean[i % HIDDEN] += hidden[i] / tokens;
    }
    return Primitives.divide(mean, MathArrays.safeNorm(mean));
  }

  /** Turns [rows, columns, HEAD_DIM] into [columns, rows, HEAD_DIM]: tokens and heads, or back. */
  private static double[] swap(double[] x, int rows, int columns) {
    double[] y = new double[x.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int from = (i * columns + j) * HEAD_DIM;
        System.arraycopy(x, from, y, (j * rows + i) * HEAD_DIM, HEAD_DIM);
      }
    }
    return y;
  }
}
