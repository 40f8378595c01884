package io.github.lanewise.bench.demo.minilm;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.minilm.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.minilm.MiniLm.HIDDEN;

import io.github.lanewise.bench.demo.minilm.MiniLmWeights.Linear;
import io.github.lanewise.bench.demo.minilm.MiniLmWeights.Norm;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.PlainFloatAttention;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import org.apache.commons.math3.special.Erf;

/** all-MiniLM-L6-v2 in plain double loops around the oracle's attention: exact, and slow. */
public final class OracleEncoder {
  private final MiniLmWeights weights;
  private long attentionNanos;

  /** An encoder with these weights. */
  public OracleEncoder(MiniLmModel model) {
    this.weights = model.weights();
  }

  /** Returns the embedding [HIDDEN] of a sentence. */
  public double[] embed(Tokens sentence) {
    attentionNanos = 0;
    double[] hidden = lookUp(sentence.ids());
    for (MiniLmWeights.Layer layer : weights.layers()) {
      double[] context = attend(layer, hidden, sentence.count());
      double[] attended =
          norm(sum(linear(layer.attentionOutput(), context), hidden), layer.attentionNorm());
      double[] inner = gelu(linear(layer.inner(), attended));
      hidden = norm(sum(linear(layer.output(), inner), attended), layer.outputNorm());
    }
    return meanPool(hidden, sentence.count());
  }

  /** Returns the time that the last sentence spent in attention, in nanoseconds. */
  public long attentionNanos() {
    return attentionNanos;
  }

  /** Returns the oracle's attention over q, k and v, each [1, HEADS, tokens, HEAD_DIM]. */
  public static double[] attention(double[] q, double[] k, double[] v, int tokens) {
    return ReferenceAttention.forward(shape(tokens), AttentionOptions.standard(HEAD_DIM), q, k, v)
        .out();
  }

  /** Returns the same by plain float arithmetic: the error that float itself costs. */
  public static float[] plainFloatAttention(float[] q, float[] k, float[] v, int tokens) {
    return PlainFloatAttention.forward(shape(tokens), AttentionOptions.standard(HEAD_DIM), q, k, v);
  }

  private static AttentionShape shape(int tokens) {
    return new AttentionShape(1, HEADS, HEADS, tokens, tokens, HEAD_DIM, HEAD_DIM);
  }

  private double[] attend(MiniLmWeights.Layer layer, double[] hidden, int tokens) {
    double[] q = headsFirst(linear(layer.query(), hidden), tokens);
    double[] k = headsFirst(linear(layer.key(), hidden), tokens);
    double[] v = headsFirst(linear(layer.value(), hidden), tokens);
    long start = System.nanoTime();
    double[] out = attention(q, k, v, tokens);
    attentionNanos += System.nanoTime() - start;
    return tokensFirst(out, tokens);
  }

  private double[] lookUp(int[] ids) {
    double[] hidden = new double[ids.length * HIDDEN];
    for (int i = 0; i < ids.length; i++) {
      for (int j = 0; j < HIDDEN; j++) {
        hidden[i * HIDDEN + j] =
            (double) weights.wordEmbeddings()[ids[i] * HIDDEN + j]
                + weights.tokenTypeEmbeddings()[j]
                + weights.positionEmbeddings()[i * HIDDEN + j];
      }
    }
    return norm(hidden, weights.embeddingNorm());
  }

  private static double[] linear(Linear layer, double[] x) {
    int rows = x.length / layer.in();
    double[] y = new double[rows * layer.out()];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < layer.out(); j++) {
        y[i * layer.out() + j] = layer.bias()[j];
      }
      for (int k = 0; k < layer.in(); k++) {
        double factor = x[i * layer.in() + k];
        for (int j = 0; j < layer.out(); j++) {
          y[i * layer.out() + j] += factor * layer.weights()[k * layer.out() + j];
        }
      }
    }
    return y;
  }

  private static double[] norm(double[] x, Norm norm) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += HIDDEN) {
      double mean = 0;
      for (int j = 0; j < HIDDEN; j++) {
        mean += x[row + j] / HIDDEN;
      }
      double variance = 0;
      for (int j = 0; j < HIDDEN; j++) {
        variance += (x[row + j] - mean) * (x[row + j] - mean) / HIDDEN;
      }
      double deviation = Math.sqrt(variance + MiniLm.NORM_EPSILON);
      for (int j = 0; j < HIDDEN; j++) {
        y[row + j] = (x[row + j] - mean) / deviation * norm.gain()[j] + norm.bias()[j];
      }
    }
    return y;
  }

  private static double[] gelu(double[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] * 0.5 * Erf.erfc(-x[i] / Math.sqrt(2));
    }
    return y;
  }

  private static double[] meanPool(double[] hidden, int tokens) {
    double[] mean = new double[HIDDEN];
    for (int i = 0; i < hidden.length; i++) {
      mean[i % HIDDEN] += hidden[i] / tokens;
    }
    double length = Math.sqrt(Primitives.dot(mean, 0, mean, 0, HIDDEN));
    return Primitives.divide(mean, length);
  }

  private static double[] sum(double[] a, double[] b) {
    double[] c = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      c[i] = a[i] + b[i];
    }
    return c;
  }

  /** [tokens, HEADS, HEAD_DIM] to [HEADS, tokens, HEAD_DIM]. */
  private static double[] headsFirst(double[] x, int tokens) {
    double[] y = new double[x.length];
    for (int i = 0; i < tokens; i++) {
      for (int h = 0; h < HEADS; h++) {
        System.arraycopy(x, (i * HEADS + h) * HEAD_DIM, y, (h * tokens + i) * HEAD_DIM, HEAD_DIM);
      }
    }
    return y;
  }

  /** [HEADS, tokens, HEAD_DIM] to [tokens, HEADS, HEAD_DIM]. */
  private static double[] tokensFirst(double[] x, int tokens) {
    double[] y = new double[x.length];
    for (int i = 0; i < tokens; i++) {
      for (int h = 0; h < HEADS; h++) {
        System.arraycopy(x, (h * tokens + i) * HEAD_DIM, y, (i * HEADS + h) * HEAD_DIM, HEAD_DIM);
      }
    }
    return y;
  }
}
