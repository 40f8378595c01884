package io.github.lanewise.testing;

import io.github.lanewise.Lanes;

/**
 * The rows of a decoder layer as docs/arithmetic.md has them, word by word, one element at a time.
 */
public final class ContractRows {
  private ContractRows() {}

  /** Returns r of a row's root mean square norm. */
  public static float factor(float[] x, float epsilon) {
    float squares = ContractSum.of(x.length, (lane, j) -> Math.fma(x[j], x[j], lane));
    return (float) (1 / Math.sqrt((double) squares / x.length + epsilon));
  }

  /** Returns the norm of a row. */
  public static float[] rmsNorm(float[] x, float[] weight, float epsilon, boolean onePlus) {
    float r = factor(x, epsilon);
    float[] y = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      float scaled = x[j] * r;
      float w = onePlus ? 1 + weight[j] : weight[j];
      y[j] = scaled * w;
    }
    return y;
  }

  private static float exp(float x) {
    float[] y = {x};
    Lanes.exp(y, 0, y, 0, 1);
    return y[0];
  }

  /** Returns the logistic function. */
  public static float sigmoid(float x) {
    float e = exp(-Math.abs(x));
    float numerator = x < 0 ? e : 1;
    return numerator / (e + 1);
  }

  /** Returns SiLU(gate)·up. */
  public static float siluMultiply(float gate, float up) {
    float silu = (gate < -104 ? -104 : gate) * sigmoid(gate);
    return silu * up;
  }

  /** Returns GELU by tanh. */
  public static float geluTanh(float x) {
    float square = x * x;
    float z = Math.fma(square, 0x1.2444f2p-4f, 0x1.988454p0f) * x;
    return (x < -11 ? -11 : x) * sigmoid(z);
  }

  /** Returns GELU. */
  public static float gelu(float x) {
    float[] h = {
      0x1.15c0bp-3f,
      0x1.16b8f2p-3f,
      0x1.d864eep-4f,
      0x1.d63ae2p-4f,
      -0x1.62f216p-5f,
      0x1.99b7f8p-3f,
      -0x1.15b13cp-2f,
      0x1.1badfp-3f,
      -0x1.a883a4p-6f
    };
    float a = Math.abs(x) > 14.42f ? 14.42f : Math.abs(x);
    float s = a * a;
    float rest = Math.fma(a, a, -s);
    float e = exp(-s / 2);
    e = Math.fma(e, -rest / 2, e);
    float t = 1 / Math.fma(a, 0x1.5c28f6p-2f, 1);
    float q = h[8];
    for (int k = 7; k >= 0; k--) {
      q = Math.fma(q, t, h[k]);
    }
    float n = -((q * t) * a);
    return Math.fma(n, e, x < 0 ? -0f : x);
  }

  /** Turns the pairs of one head. */
  public static float[] rotate(
      float[] head, double[] frequencies, int position, boolean interleaved) {
    float[] y = head.clone();
    for (int i = 0; i < frequencies.length; i++) {
      int first = interleaved ? 2 * i : i;
      int second = interleaved ? 2 * i + 1 : i + frequencies.length;
      float cos = (float) StrictMath.cos(position * frequencies[i]);
      float sin = (float) StrictMath.sin(position * frequencies[i]);
      y[first] = Math.fma(head[second], -sin, head[first] * cos);
      y[second] = Math.fma(head[first], sin, head[second] * cos);
    }
    return y;
  }
}
