package io.github.lanewise.bench.training;

import java.util.List;

/**
 * AdamW (Loshchilov, Hutter, 2019) with a rate that rises in a straight line and falls as a cosine.
 */
final class AdamW {
  private static final double MEAN_DECAY = 0.9;
  private static final double SQUARE_DECAY = 0.99;
  private static final float EPSILON = 1e-8f;
  private static final float WEIGHT_DECAY = 0.01f;

  /** The rate at the end, as a share of the highest. */
  private static final double LAST = 0.1;

  private final List<Parameter> parameters;

  /** What makes of the gradients that the parameters have those of the loss. */
  private final float factor;

  /** Made before the first step: {@link StrictMath#cos} makes an array of two numbers each time. */
  private final double[] rates;

  private int step;

  /** For gradients that were multiplied by a power of two. */
  AdamW(List<Parameter> parameters, float gradientScale, double highest, int rising, int steps) {
    this.parameters = parameters;
    factor = 1 / gradientScale;
    rates = new double[steps];
    for (int s = 1; s <= steps; s++) {
      double done = Math.min(1, (s - rising) / (double) Math.max(1, steps - rising));
      double fallen = LAST + (1 - LAST) * 0.5 * (1 + StrictMath.cos(Math.PI * done));
      rates[s - 1] = s <= rising ? highest * s / rising : highest * fallen;
    }
  }

  /** The norm of all gradients together. */
  double gradientNorm() {
    double sum = 0;
    for (int p = 0; p < parameters.size(); p++) {
      for (float g : parameters.get(p).gradient) {
        sum += (double) g * g;
      }
    }
    return Math.sqrt(sum) * factor;
  }

  void step() {
    double rate = rates[step++];
    double meanShare = 1 - StrictMath.pow(MEAN_DECAY, step);
    double squareShare = 1 - StrictMath.pow(SQUARE_DECAY, step);
    for (int p = 0; p < parameters.size(); p++) {
      Parameter parameter = parameters.get(p);
      float paced = (float) (rate * parameter.pace);
      update(
          parameter,
          (float) (paced / meanShare),
          (float) (1 / Math.sqrt(squareShare)),
          parameter.decays ? paced * WEIGHT_DECAY : 0f);
    }
  }

  private void update(Parameter parameter, float rate, float unbiased, float decay) {
    float keepMean = (float) MEAN_DECAY;
    float keepSquare = (float) SQUARE_DECAY;
    float[] value = parameter.value;
    float[] gradient = parameter.gradient;
    float[] mean = parameter.mean;
    float[] square = parameter.square;
    for (int i = 0; i < value.length; i++) {
      float g = gradient[i] * factor;
      float m = keepMean * mean[i] + (1 - keepMean) * g;
      float s = keepSquare * square[i] + (1 - keepSquare) * (g * g);
      mean[i] = m;
      square[i] = s;
      float deviation = (float) Math.sqrt(s) * unbiased;
      value[i] -= rate * (m / (deviation + EPSILON)) + decay * value[i];
    }
  }
}
