package io.github.lanewise.testing;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.AttentionGradients;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Dropout;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;

/**
 * First-order error bounds of attention's gradients, from those of forward ({@link ScoreError}). A
 * weight p = exp(s - logSumExp) is off by e(s) + e(logSumExp) + (|s - logSumExp| + 4)·u relatively,
 * dP and D by the roundings of their products, D by out's error besides; so
 *
 * <pre>
 *   e(dS) = p·(e(p)·|dP - D| + e(dP) + e(D) + 3u·(|dP| + |D|))
 * </pre>
 *
 * and each step back adds its own rounding. A sum over a chunk is a chain of up to 256 roundings of
 * its terms' magnitudes, and the trees add a few.
 */
public final class GradientError {
  /** Levels of trees, and single steps. */
  private static final double STEPS = 16;

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
    AttentionResult result = forward(false);
    AttentionResult dropped = forward(true);
    for (int row = 0; row < s.queryRows(); row++) {
      addRow(row, result, dropped.out());
    }
    for (double[] bounds : new double[][] {dq, dk, dv, dBias, dTemperature, dSinks}) {
      for (int j = 0; j < bounds.length; j++) {
        bounds[j] = 2 * bounds[j] + TINY;
      }
    }
  }

  private AttentionResult forward(boolean withDropout) {
    return ReferenceAttention.forward(
        s,
        withDropout ? c.options() : c.options().withDropout(Dropout.none()),
        Primitives.widen(c.q()),
        Primitives.widen(c.k()),
        Primitives.widen(c.v()));
  }

  private void addRow(int row, AttentionResult result, double[] out) {
    int b = row / s.queryLength() / s.queryHeads();
    int h = row / s.queryLength() % s.queryHeads();
    int i = row % s.queryLength();
    int dim = s.valueDim();
    ScoreError forward = new ScoreError(c, result, row);
    double logSumExp = result.logSumExp()[row];
    if (logSumExp == Double.NEGATIVE_INFINITY) {
      return;
    }
    double dot = 0;
    double magnitude = 0;
    double outer = 0;
    for (int col = 0; col < dim; col++) {
      double gradient = dOut[row * dim + col];
      dot += gradient * out[row * dim + col];
      magnitude += Math.abs(gradient * out[row * dim + col]);
      outer += Math.abs(gradient);
    }
    double ofDot = (dim / 16.0 + STEPS) * U * magnitude + outer * forward.ofValue();
    double ofSum = forward.ofLogSumExp();
    for (int j = 0; j < s.keyLength(); j++) {
      double weight = result.weights()[row * s.keyLength() + j];
      if (weight > 0 && c.visibility().visible(b, h, i, j)) {
        double ofWeight = forward.roundings(b, h, i, j) + ofSum + (4 - Math.log(weight)) * U;
        addPair(b, h, i, j, weight, ofWeight, dot, ofDot, Math.log(weight) + logSumExp);
      }
    }
    if (c.sinks() != null && c.sinks()[h] != Float.NEGATIVE_INFINITY) {
      double distance = c.sinks()[h] - logSumExp;
      double relative = ofSum + (4 + Math.abs(distance)) * U;
      double rounding = (relative + roundings(s.queryLength()) * U) * Math.abs(dot);
      dSinks[h] += Math.exp(distance) * (rounding + ofDot);
    }
  }

  private double roundings(int rows) {
    return Math.min(256, rows) + STEPS + s.queryHeads() + s.batch();
  }

  private void addPair(
      int b,
      int h,
      int i,
      int j,
      double weight,
      double ofWeight,
      double dot,
      double ofDot,
      double score) {
    int dim = s.valueDim();
    int headDim = s.headDim();
    int row = s.queryRow(b, h, i);
    int key = s.keyRow(b, h, j);
    double factor = c.drops(b, h, i, j) ? 0 : c.keepFactor();
    double dWeight = 0;
    double magnitude = 0;
    for (int col = 0; col < dim; col++) {
      double term = factor * dOut[row * dim + col] * c.v()[key * dim + col];
      dWeight += term;
      magnitude += Math.abs(term);
    }
    double ofScore =
        weight
            * (ofWeight * Math.abs(dWeight - dot)
                + (dim + 2) * U * magnitude
                + ofDot
                + 3 * U * (magnitude + Math.abs(dot)));
    ofScore += 0x1p-125 * (magnitude + Math.abs(dot)); // the weight may be flushed
    double gradient = weight * (dWeight - dot);
    double temperature = c.temperatureOf(h);
    double sums = roundings(s.queryLength()) + STEPS;
    double ofProduct =
        Math.abs(score) * ofScore
            + Math.abs(gradient) * (forwardError(b, h, i, j) + Math.abs(score) * (sums + 2) * U);
    dTemperature[h] += ofProduct / temperature;

    double biased = gradient / temperature;
    double ofBias = ofScore / temperature + 2 * U * Math.abs(biased);
    dBias[row * s.keyLength() + j] += ofBias;

    double slope = 1;
    double ofSlope = 0;
    double raw = 0;
    double rawMagnitude = 0;
    for (int col = 0; col < headDim; col++) {
      double term = (double) c.q()[row * headDim + col] * c.k()[key * headDim + col] * c.scale();
      raw += term;
      rawMagnitude += Math.abs(term);
    }
    if (c.softcap() != 0) {
      double tanh = Math.tanh(raw / c.softcap());
      slope = 1 - tanh * tanh;
      ofSlope = 2 * ((headDim + 3) * U * rawMagnitude / c.softcap() + 4 * U) + 2 * U;
    }
    double scaled = Math.abs(biased * slope * c.scale());
    double ofScaled =
        (ofBias * slope + Math.abs(biased) * ofSlope) * Math.abs(c.scale()) + 3 * U * scaled;
    for (int col = 0; col < headDim; col++) {
      double k = Math.abs(c.k()[key * headDim + col]);
      double q = Math.abs(c.q()[row * headDim + col]);
      dq[row * headDim + col] += (ofScaled + roundings(s.keyLength()) * U * scaled) * k;
      dk[key * headDim + col] += (ofScaled + roundings(s.queryLength()) * U * scaled) * q;
    }
    double kept = weight * factor;
    double ofKept = kept * (ofWeight + (2 + roundings(s.queryLength())) * U) + 0x1p-125;
    for (int col = 0; col < dim; col++) {
      dv[key * dim + col] += ofKept * Math.abs(dOut[row * dim + col]);
    }
  }

  private double forwardError(int b, int h, int i, int j) {
    return ScoreError.roundings(c, b, h, i, j);
  }
}
