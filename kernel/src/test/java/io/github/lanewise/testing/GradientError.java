package io.github.lanewise.testing;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.AttentionGradients;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;

/**
 * First-order error bounds of attention's gradients, from those of the scores ({@link ScoreError}).
 * A weight p = exp(s - logSumExp) is off by e(p) = e(s) + e(logSumExp) + (|s - logSumExp| + 2)·u
 * relatively; errors of the scores, and of forward's exponentials, change logSumExp by their mean
 * and D by their mean with the factors |dP - D|, both weighted by p. So
 *
 * <pre>
 *   e(dS) = p·((e(p) + 2u)·|dP - D| + e(dP) + e(D))
 * </pre>
 *
 * and each step back adds its own rounding. Sums are off by a rounding of each of their partial
 * sums ({@link ChainErrors}).
 */
public final class GradientError {
  private static final int CHUNK = 256;

  /** Exponentials, of 1 ULP each, that make a weight in forward: its own, and one a level. */
  private static final double EXPONENTIALS = 2 * 6;

  /** Roundings of the sum of weights: 16 in a lane, 4 over lanes, 5 levels. */
  private static final double OF_SUM = 25;

  /** Two roundings of values in each of 5 levels. */
  private static final double OF_MERGES = 10;

  /** Roundings of D and of a row's products beyond those of a lane: the lanes' tree, 4 levels. */
  private static final double OF_LANES = 8;

  /** Below this all may be flushed, and subnormal products round absolutely. */
  private static final double TINY = 0x1p-118;

  public final double[] dq;
  public final double[] dk;
  public final double[] dv;
  public final double[] dBias;
  public final double[] dTemperature;
  public final double[] dSinks;

  private final AttentionCase c;
  private final AttentionShape s;
  private final double[] dOut;
  private final ChainErrors ofQueries;
  private final ChainErrors ofKeys;
  private final ChainErrors ofValues;
  private final ChainErrors ofTemperatures;
  private final ChainErrors ofSinks;

  /**
   * The keys that the row at hand sees, and for each weight, score and gradient with their errors.
   */
  private final int[] keys;

  private final double[] weights;
  private final double[] scores;
  private final double[] ofScores;
  private final double[] dWeights;
  private final double[] ofWeights;

  private int count;

  /** The largest relative error of a weight. */
  private double largest;

  /** Derives the bounds from the case and from what the oracle computes. */
  public GradientError(AttentionCase attentionCase, float[] dOutFloats, AttentionGradients exact) {
    c = attentionCase;
    s = c.shape();
    dOut = Primitives.widen(dOutFloats);
    dq = new double[exact.dq().length];
    dk = new double[exact.dk().length];
    dv = new double[exact.dv().length];
    dBias = new double[exact.dBias().length];
    dTemperature = new double[s.queryHeads()];
    dSinks = new double[s.queryHeads()];
    ofQueries = new ChainErrors(dq);
    ofKeys = new ChainErrors(dk);
    ofValues = new ChainErrors(dv);
    ofTemperatures = new ChainErrors(dTemperature);
    ofSinks = new ChainErrors(dSinks);
    keys = new int[s.keyLength()];
    weights = new double[s.keyLength()];
    scores = new double[s.keyLength()];
    ofScores = new double[s.keyLength()];
    dWeights = new double[s.keyLength()];
    ofWeights = new double[s.keyLength()];
    AttentionResult result = c.undropped();
    for (int b = 0; b < s.batch(); b++) {
      for (int h = 0; h < s.queryHeads(); h++) {
        for (int i = 0; i < s.queryLength(); i++) {
          addRow(b, h, i, result);
          if ((i + 1) % CHUNK == 0 || i + 1 == s.queryLength()) {
            endChunk(b, h);
          }
        }
      }
    }
    for (double[] bounds : new double[][] {dq, dk, dv, dBias, dTemperature, dSinks}) {
      for (int j = 0; j < bounds.length; j++) {
        bounds[j] = (1 + 4 * largest) * bounds[j] + TINY; // what is of higher order
      }
    }
  }

  private void endChunk(int b, int h) {
    int key = s.keyRow(b, h, 0);
    ofKeys.endChunk(key * s.headDim(), (key + s.keyLength()) * s.headDim());
    ofValues.endChunk(key * s.valueDim(), (key + s.keyLength()) * s.valueDim());
    ofTemperatures.endChunk(h, h + 1);
    ofSinks.endChunk(h, h + 1);
  }

  private void addRow(int b, int h, int i, AttentionResult result) {
    int row = s.queryRow(b, h, i);
    double logSumExp = result.logSumExp()[row];
    if (logSumExp == Double.NEGATIVE_INFINITY) {
      return;
    }
    see(b, h, i, result);
    double sink = c.sinks() == null ? Double.NEGATIVE_INFINITY : c.sinks()[h];
    double sinkWeight = Math.exp(sink - logSumExp);
    double maximum = sink;
    double dot = 0;
    for (int n = 0; n < count; n++) {
      maximum = Math.max(maximum, scores[n]);
      dot += weights[n] * dWeights[n];
    }
    double ofSum = (OF_SUM + logSumExp - maximum + Math.abs(logSumExp)) * U;
    ofSum += sinkWeight > 0 ? sinkWeight * (maximum - sink + EXPONENTIALS) * U : 0;
    double ofDot = ofRoundings(b, h, i);
    for (int n = 0; n < count; n++) {
      double forward = ofScores[n] + (maximum - scores[n] + EXPONENTIALS) * U;
      ofSum += weights[n] * forward;
      ofDot += weights[n] * forward * Math.abs(dWeights[n] - dot);
    }
    ofDot += sinkWeight > 0 ? sinkWeight * (maximum - sink + EXPONENTIALS) * U * Math.abs(dot) : 0;
    double product = 0;
    double ofProduct = 0;
    for (int n = 0; n < count; n++) {
      double ofWeight = ofScores[n] + ofSum + (Math.abs(scores[n] - logSumExp) + 2) * U;
      largest = Math.max(largest, ofWeight);
      double gradient = weights[n] * (dWeights[n] - dot);
      double ofGradient =
          weights[n] * ((ofWeight + 2 * U) * Math.abs(dWeights[n] - dot) + ofWeights[n] + ofDot)
              + 0x1p-125 * (Math.abs(dWeights[n]) + Math.abs(dot)); // the weight may be flushed
      product += gradient * scores[n];
      ofProduct += Math.abs(scores[n]) * ofGradient;
      ofProduct += Math.abs(gradient) * ofScores[n];
      ofProduct += (2 + OF_LANES + s.keyLength() / 16.0) * U * Math.abs(gradient * scores[n]);
      addPair(b, h, i, n, gradient, ofGradient);
      addValues(b, h, i, n, ofWeight);
      if ((n + 1 == count || keys[n + 1] / CHUNK > keys[n] / CHUNK)) {
        ofQueries.endChunk(row * s.headDim(), (row + 1) * s.headDim());
      }
    }
    double temperature = c.temperatureOf(h);
    ofTemperatures.add(h, product / temperature, (ofProduct + U * Math.abs(product)) / temperature);
    if (sinkWeight > 0) {
      double ofWeight = ofSum + (Math.abs(sink - logSumExp) + 3) * U;
      ofSinks.add(h, sinkWeight * dot, sinkWeight * (ofWeight * Math.abs(dot) + ofDot));
    }
  }

  /** Takes the row's keys, and the gradients by their weights: chains over valueDim. */
  private void see(int b, int h, int i, AttentionResult result) {
    int row = s.queryRow(b, h, i);
    count = 0;
    for (int j = 0; j < s.keyLength(); j++) {
      double weight = result.weights()[row * s.keyLength() + j];
      if (!(weight > 0) || !c.visibility().visible(b, h, i, j)) {
        continue;
      }
      double dWeight = 0;
      double partial = 0;
      for (int col = 0; col < s.valueDim(); col++) {
        dWeight += dOut[row * s.valueDim() + col] * c.v()[s.keyRow(b, h, j) * s.valueDim() + col];
        partial += Math.abs(dWeight);
      }
      double factor = factor(b, h, i, j);
      keys[count] = j;
      weights[count] = weight;
      scores[count] = Math.log(weight) + result.logSumExp()[row];
      ofScores[count] = ScoreError.roundings(c, b, h, i, j);
      dWeights[count] = factor * dWeight;
      ofWeights[count] = factor * (partial + Math.abs(dWeight)) * U;
      count++;
    }
  }

  private double factor(int b, int h, int i, int j) {
    return c.drops(b, h, i, j) ? 0 : c.keepFactor();
  }

  /** Error of D by the roundings of forward's values, and by its own. */
  private double ofRoundings(int b, int h, int i) {
    int dim = s.valueDim();
    int row = s.queryRow(b, h, i);
    double error = 0;
    for (int col = 0; col < dim; col++) {
      double out = 0;
      double chain = 0;
      double partial = 0;
      double magnitude = 0;
      for (int n = 0; n < count; n++) {
        double value = c.v()[s.keyRow(b, h, keys[n]) * dim + col];
        double term = weights[n] * factor(b, h, i, keys[n]) * value;
        out += term;
        chain = n > 0 && keys[n] / CHUNK > keys[n - 1] / CHUNK ? term : chain + term;
        partial += Math.abs(chain);
        magnitude += Math.abs(term);
      }
      double ofOut = partial + OF_MERGES * magnitude + (OF_SUM + 3) * Math.abs(out);
      double ofProduct = (dim / 16.0 + OF_LANES) * Math.abs(out);
      error += Math.abs(dOut[row * dim + col]) * (ofOut + ofProduct) * U;
    }
    return error;
  }

  /** From the gradient of a score before the temperature's step to the shares of dq and dk. */
  private void addPair(int b, int h, int i, int n, double gradient, double ofGradient) {
    int j = keys[n];
    int headDim = s.headDim();
    int row = s.queryRow(b, h, i);
    int key = s.keyRow(b, h, j);
    double temperature = c.temperatureOf(h);
    double biased = gradient / temperature;
    double ofBias = ofGradient / temperature + U * Math.abs(biased);
    dBias[row * s.keyLength() + j] += ofBias;
    double slope = 1;
    double ofSlope = 0;
    if (c.softcap() != 0) {
      double raw = 0;
      double partial = 0;
      for (int col = 0; col < headDim; col++) {
        raw += (double) c.q()[row * headDim + col] * c.k()[key * headDim + col];
        partial += Math.abs(raw);
      }
      double scale = Math.abs(c.scale());
      double tanh = Math.tanh(raw * c.scale() / c.softcap());
      slope = 1 - tanh * tanh;
      double ofTanh =
          slope * (partial + 2 * Math.abs(raw)) * scale / c.softcap() + 4 * Math.abs(tanh);
      ofSlope = (2 * Math.abs(tanh) * ofTanh + slope) * U;
    }
    double scaled = biased * slope * c.scale();
    double ofScaled = (ofBias * slope + Math.abs(biased) * ofSlope) * Math.abs(c.scale());
    ofScaled += 2 * U * Math.abs(scaled);
    for (int col = 0; col < headDim; col++) {
      double k = c.k()[key * headDim + col];
      double q = c.q()[row * headDim + col];
      ofQueries.add(row * headDim + col, scaled * k, ofScaled * Math.abs(k));
      ofKeys.add(key * headDim + col, scaled * q, ofScaled * Math.abs(q));
    }
  }

  private void addValues(int b, int h, int i, int n, double ofWeight) {
    int dim = s.valueDim();
    double kept = weights[n] * factor(b, h, i, keys[n]);
    double ofKept = kept == 0 ? 0 : kept * (ofWeight + U) + 0x1p-125;
    for (int col = 0; col < dim; col++) {
      double gradient = dOut[s.queryRow(b, h, i) * dim + col];
      int at = s.keyRow(b, h, keys[n]) * dim + col;
      ofValues.add(at, kept * gradient, ofKept * Math.abs(gradient));
    }
  }
}
