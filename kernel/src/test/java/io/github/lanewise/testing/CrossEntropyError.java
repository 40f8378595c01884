package io.github.lanewise.testing;

import static io.github.lanewise.testing.Accuracy.U;

/**
 * The error bounds that {@link io.github.lanewise.classification.CrossEntropy} states, for one row.
 */
public final class CrossEntropyError {
  private final double[] distance;
  private final double levels;
  private final int roundings;
  private final double smoothing;
  private final int label;

  /** Means of |d|: under the weights, under those of the others, and plain. */
  private final double mean;

  private final double meanOfOthers;
  private final double plainMean;

  /** 1 - w. */
  private final double doubt;

  public CrossEntropyError(double[] logits, int label, float temperature, double smoothing) {
    this.label = label;
    this.smoothing = smoothing;
    int n = logits.length;
    double max = Double.NEGATIVE_INFINITY;
    for (double x : logits) {
      max = Math.max(max, x);
    }
    distance = new double[n];
    double others = 0;
    double ofOthers = 0;
    double all = 0;
    for (int j = 0; j < n; j++) {
      distance[j] = (max - logits[j]) / temperature;
      double p = j == label ? 0 : Math.exp(-distance[j]);
      others += p;
      ofOthers += p == 0 ? 0 : p * distance[j];
      all += distance[j];
    }
    double own = Math.exp(-distance[label]);
    mean = (ofOthers + (own == 0 ? 0 : own * distance[label])) / (others + own);
    meanOfOthers = others == 0 ? 0 : ofOthers / others;
    plainMean = all / n;
    doubt = others / (others + own);
    roundings = Math.scalb(1f, Math.getExponent(temperature)) == temperature ? 1 : 2;
    levels = Accuracy.blockLevels(n);
  }

  public double ofLoss(double loss) {
    double smoothed =
        smoothing == 0 ? 0 : (levels + 20 + roundings) * smoothing * plainMean; // not 0·∞
    return ((1 + roundings) * loss + roundings * mean + 2 * (levels + 22) * doubt + smoothed) * U
        + distance.length * 0x1p-126;
  }

  /** Of dLogits[j], given the weight p[j] and N·T. */
  public double ofGradient(int j, double weight, double divisor) {
    double relative =
        j == label
            ? (roundings * (mean + meanOfOthers) + 2 * levels + 45) * doubt + smoothing
            : (roundings * (distance[j] + mean) + levels + 26) * weight
                + 2 * smoothing / distance.length;
    // the label's is a sum, of which each term may have been flushed
    double flushed = j == label ? distance.length * 0x1p-126 / divisor : 0;
    return relative * U / divisor + flushed + 0x1p-125 / Math.min(1, divisor);
  }
}
