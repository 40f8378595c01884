package io.github.lanewise.reference;

/**
 * The loss of a classifier, of one row of logits x with the label y, at temperature T, with the
 * share ε of the probability for all C classes alike:
 *
 * <pre>
 *   qⱼ    = (1 - ε)·[j = y] + ε/C
 *   loss  = -Σ qⱼ·ln pⱼ,   p = softmax(x/T)
 *   dxⱼ   = (pⱼ - qⱼ)/T
 * </pre>
 */
public final class ReferenceCrossEntropy {
  private ReferenceCrossEntropy() {}

  /** Returns -Σ q·ln p, where 0·ln 0 = 0. */
  public static double loss(double[] logits, int label, double temperature, double smoothing) {
    double[] logWeights = ReferenceSoftmax.logSoftmax(logits, temperature);
    double loss = 0;
    for (int j = 0; j < logits.length; j++) {
      double target = smoothing / logits.length + (j == label ? 1 - smoothing : 0);
      loss += target == 0 ? 0 : -target * logWeights[j];
    }
    return Double.isNaN(logWeights[label]) ? Double.NaN : loss;
  }

  /**
   * Returns the gradient by the logits. The label's own is -(Σ of the other weights) + ε - ε/C:
   * where the label is all but certain, p - 1 would be the rounding of p.
   */
  public static double[] gradient(
      double[] logits, int label, double temperature, double smoothing) {
    double[] weights = ReferenceSoftmax.softmax(logits, temperature);
    double share = smoothing / logits.length;
    double[] gradient = new double[logits.length];
    double others = 0;
    for (int j = 0; j < logits.length; j++) {
      gradient[j] = (weights[j] - share) / temperature;
      others += j == label ? 0 : weights[j];
    }
    gradient[label] = (smoothing - share - others) / temperature;
    return gradient;
  }
}
