package io.github.lanewise.testing;

import io.github.lanewise.Lanes;

/**
 * The softmax of the arithmetic contract, word by word: d = (x - m)/T, p = exp(d), y = p/l;
 * logarithmic: d - ln l.
 */
public final class ContractSoftmax {
  /** Below this, exp is +0 inside softmax and attention. */
  private static final float FLUSH = -0x1.5d589ep6f;

  private ContractSoftmax() {}

  /** Returns the exp of softmax and attention: that of {@link Lanes}, but never subnormal. */
  public static float exp(float x) {
    float[] y = {x};
    Lanes.exp(y, 0, y, 0, 1);
    return x < FLUSH ? 0 : y[0];
  }

  /** Returns ln l as the contract has it. */
  public static float ln(float l) {
    return (float) StrictMath.log((double) l);
  }

  /** Returns the softmax of a row of finite scores at a finite temperature above 0. */
  public static float[] softmax(float[] x, float temperature) {
    float[] d = shifted(x, temperature);
    float[] y = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      y[j] = exp(d[j]);
    }
    float sum = ContractSum.sum(y, 0, y.length);
    for (int j = 0; j < x.length; j++) {
      y[j] /= sum;
    }
    return y;
  }

  /** Returns the logarithmic softmax of a row of finite scores at a finite temperature above 0. */
  public static float[] logSoftmax(float[] x, float temperature) {
    float[] y = shifted(x, temperature);
    float[] p = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      p[j] = exp(y[j]);
    }
    float lnSum = ln(ContractSum.sum(p, 0, p.length));
    for (int j = 0; j < x.length; j++) {
      y[j] -= lnSum;
    }
    return y;
  }

  private static float[] shifted(float[] x, float temperature) {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : x) {
      max = Math.max(max, score);
    }
    float[] d = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      d[j] = (x[j] - max) / temperature;
    }
    return d;
  }
}
