package io.github.lanewise.internal.calibration;

/**
 * One row's negative log-likelihood as a function of β = 1/T, in double precision, with its first
 * two derivatives.
 *
 * <p>With e = x - m, m the largest logit: loss = ln Σ exp(β·e) - β·e[label]. The first maximum's
 * weight is 1; it is added last, so that the loss of a certain row keeps its digits, and so does
 * the slope, to which it adds nothing.
 */
final class RowLikelihood {
  /** -ln of the label's weight; NaN if the row has none. */
  double loss;

  /** Its derivative by β: E[e] - e[label]. */
  double slope;

  /** Its second derivative: Var[e]. */
  double curvature;

  /** E[e]: 0 if all logits above -inf are equal, else negative. */
  double mean;

  /** m - x[label]. */
  double gap;

  /** The largest weight. */
  double confidence;

  /** Whether the label is the first of the largest logits. */
  boolean hit;

  RowLikelihood() {}

  /** Computes everything at one β, of a row in an array. */
  void at(double beta, float[] x, int from, int length, int label) {
    int best = from;
    float max = Float.NEGATIVE_INFINITY;
    for (int j = from; j < from + length; j++) {
      max = Math.max(max, x[j]); // NaN stays
      best = x[j] > x[best] ? j : best;
    }
    hit = best == from + label;
    gap = (double) max - x[from + label];
    if (!(gap < Double.POSITIVE_INFINITY)) {
      loss = Double.NaN;
      return;
    }
    double rest = 0;
    double first = 0;
    double second = 0;
    for (int j = from; j < from + length; j++) {
      double e = (double) x[j] - max;
      if (j != best && e > Double.NEGATIVE_INFINITY) {
        double p = StrictMath.exp(beta * e);
        rest += p;
        first += p * e;
        second += p * e * e;
      }
    }
    double sum = 1 + rest;
    confidence = 1 / sum;
    mean = first / sum;
    slope = mean + gap;
    curvature = second / sum - mean * mean;
    loss = StrictMath.log1p(rest) + beta * gap;
  }
}
