package io.github.lanewise.bench.training;

/**
 * How scores become weights: softmax, and what the articles set beside it, each as its formula has
 * it, in float.
 */
public enum Weighting {
  /** exp(s - m) / Σ exp(s - m). */
  SOFTMAX("softmax"),
  /** exp(s) / Σ exp(s): the same until exp overflows, at s = 88.7. */
  UNSHIFTED("unshifted softmax"),
  /** s / Σ s. */
  SUM("divided by the sum"),
  /** max(s, 0) / Σ max(s, 0): 0/0 where no score is positive. */
  RELU("ReLU by its sum"),
  /** The same with 10⁻⁶ added to the sum: such a row looks at nothing. */
  RELU_GUARDED("ReLU, guarded");

  private static final float GUARD = 1e-6f;

  private final String words;

  Weighting(String words) {
    this.words = words;
  }

  /** What it is called. */
  public String words() {
    return words;
  }

  /** Whether the weights are probabilities, which have an entropy. */
  boolean hasEntropy() {
    return this != SUM;
  }

  /** Makes weights of the scores w[from, from + count), and returns what they were divided by. */
  float apply(float[] w, int from, int count) {
    float max = 0;
    if (this == SOFTMAX) {
      max = Float.NEGATIVE_INFINITY;
      for (int j = from; j < from + count; j++) {
        max = Math.max(max, w[j]);
      }
    }
    float sum = 0;
    for (int j = from; j < from + count; j++) {
      w[j] =
          switch (this) {
            case SOFTMAX, UNSHIFTED -> (float) StrictMath.exp((double) w[j] - max);
            case SUM -> w[j];
            case RELU, RELU_GUARDED -> Math.max(w[j], 0f);
          };
      sum += w[j];
    }
    sum = this == RELU_GUARDED ? sum + GUARD : sum;
    for (int j = from; j < from + count; j++) {
      w[j] /= sum;
    }
    return sum;
  }

  /** The gradient by the scores in place of that by the weights, g. */
  void gradient(float[] w, int from, int count, float sum, float[] g) {
    float dot = 0;
    for (int j = 0; j < count; j++) {
      dot += w[from + j] * g[j];
    }
    for (int j = 0; j < count; j++) {
      float weight = w[from + j];
      g[j] =
          switch (this) {
            case SOFTMAX, UNSHIFTED -> weight * (g[j] - dot);
            case SUM -> (g[j] - dot) / sum;
            case RELU, RELU_GUARDED -> weight > 0 ? (g[j] - dot) / sum : weight * 0f;
          };
    }
  }
}
