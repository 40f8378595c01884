package io.github.lanewise.bench.contender;

/** One operation on a run of floats. */
final class PlainLoops {
  private PlainLoops() {}

  static void exp(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) Math.exp(x[i]);
    }
  }

  /** Eight sums in turn: C2 may not reorder a sum, and one alone waits for every addition. */
  static float sum(float[] x) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    float sum4 = 0;
    float sum5 = 0;
    float sum6 = 0;
    float sum7 = 0;
    int i = 0;
    for (; i <= x.length - 8; i += 8) {
      sum0 += x[i];
      sum1 += x[i + 1];
      sum2 += x[i + 2];
      sum3 += x[i + 3];
      sum4 += x[i + 4];
      sum5 += x[i + 5];
      sum6 += x[i + 6];
      sum7 += x[i + 7];
    }
    for (; i < x.length; i++) {
      sum0 += x[i];
    }
    return ((sum0 + sum1) + (sum2 + sum3)) + ((sum4 + sum5) + (sum6 + sum7));
  }

  static float max(float[] x, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  static void divide(float[] x, float divisor, float[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] / divisor;
    }
  }
}
