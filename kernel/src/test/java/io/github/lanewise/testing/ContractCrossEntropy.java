package io.github.lanewise.testing;

/**
 * The loss of the arithmetic contract, word by word: softmax's d, p and l; l' is the sum with +0 in
 * place of the label's p.
 */
public final class ContractCrossEntropy {
  /** What one row gives. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Row(float loss, float[] gradient) {}

  private ContractCrossEntropy() {}

  /** Returns the results of a row without NaN and +∞, and some logit above -∞. */
  public static Row row(
      float[] x, int label, float temperature, double smoothing, int countedRows) {
    int n = x.length;
    float max = Float.NEGATIVE_INFINITY;
    for (float score : x) {
      max = Math.max(max, score);
    }
    float[] d = new float[n];
    float[] p = new float[n];
    for (int j = 0; j < n; j++) {
      d[j] = ContractSoftmax.difference(x[j], max, temperature);
      p[j] = ContractSoftmax.exp(d[j]);
    }
    float sum = ContractSum.of(p);
    float[] others = p.clone();
    others[label] = 0;
    float rest = ContractSum.of(others);
    double loss = d[label] == 0 ? StrictMath.log1p((double) rest) : StrictMath.log((double) sum);
    if (smoothing < 1) {
      loss -= (1 - smoothing) * d[label];
    }
    if (smoothing > 0) {
      loss -= smoothing * (ContractSum.of(d) / (double) n);
    }
    double divisor = (double) temperature * countedRows;
    float factor = (float) (1 / (sum * divisor));
    float share = (float) (smoothing / n / divisor);
    float[] gradient = new float[n];
    for (int j = 0; j < n; j++) {
      gradient[j] = p[j] * factor - share;
    }
    double target = smoothing * ((n - 1) / (double) n);
    gradient[label] = (float) ((target - rest / (double) sum) / divisor) + 0f;
    return new Row((float) loss, gradient);
  }

  /** Returns the mean over so many rows: blocks of 256, ascending, and the binary tree. */
  public static double mean(float[] losses, int countedRows) {
    double[] nodes = new double[(losses.length + ContractSum.BLOCK - 1) / ContractSum.BLOCK];
    for (int r = 0; r < losses.length; r++) {
      nodes[r / ContractSum.BLOCK] += losses[r];
    }
    while (nodes.length > 1) {
      double[] parents = new double[(nodes.length + 1) / 2];
      for (int i = 0; i < parents.length; i++) {
        parents[i] = nodes[2 * i] + (2 * i + 1 < nodes.length ? nodes[2 * i + 1] : 0);
      }
      nodes = parents;
    }
    return (nodes.length == 0 ? 0 : nodes[0]) / countedRows;
  }
}
