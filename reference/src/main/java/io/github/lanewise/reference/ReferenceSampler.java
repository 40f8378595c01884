package io.github.lanewise.reference;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The choice of a token: what remains of the softmax of the logits after each cut, in this order.
 *
 * <pre>
 *   temperature   wⱼ = exp((zⱼ - m)/T)
 *   top-k         the k largest logits
 *   top-p         of these, the fewest that have at least the share p of their weight, largest first
 *   min-p         of these, those with wⱼ ≥ minP · max w
 *   probability   wⱼ / Σ w over what is left
 * </pre>
 *
 * <p>With the temperature last, wⱼ = exp(zⱼ - m) until all cuts are made, and what is left is
 * weighed anew at T.
 *
 * <p>Equal logits count in the order of their indices.
 */
public final class ReferenceSampler {
  private ReferenceSampler() {}

  /** Returns the probability of each token. */
  public static double[] distribution(
      double[] logits, double temperature, int topK, double topP, double minP) {
    return distribution(logits, temperature, topK, topP, minP, false);
  }

  /** Returns the probability of each token, the temperature before the cuts or after them. */
  public static double[] distribution(
      double[] logits,
      double temperature,
      int topK,
      double topP,
      double minP,
      boolean temperatureLast) {
    double[] weights = ReferenceSoftmax.softmax(logits, temperatureLast ? 1 : temperature);
    double[] last = ReferenceSoftmax.softmax(logits, temperature);
    List<Integer> kept = descending(logits);
    kept = kept.subList(0, Math.min(topK, kept.size()));
    kept = nucleus(kept, weights, topP);
    double least = minP * weights[kept.get(0)];
    double[] left = new double[logits.length];
    for (int token : kept) {
      left[token] = weights[token] >= least ? last[token] : 0;
    }
    return Primitives.divide(left, Primitives.sum(left));
  }

  /** Returns ln of the probability of each token before any cut. */
  public static double[] logProbabilities(double[] logits, double temperature) {
    return ReferenceSoftmax.logSoftmax(logits, temperature);
  }

  /** Returns the n likeliest tokens above -∞, the likeliest first. */
  public static int[] likeliest(double[] logits, int n) {
    return descending(logits).stream()
        .filter(token -> logits[token] > Double.NEGATIVE_INFINITY)
        .limit(n)
        .mapToInt(token -> token)
        .toArray();
  }

  /**
   * Returns the first token at which the probabilities, added up in ascending order, exceed u in
   * [0, 1).
   */
  public static int token(double[] probabilities, double u) {
    double sum = 0;
    int lastPossible = -1;
    for (int token = 0; token < probabilities.length; token++) {
      sum += probabilities[token];
      if (probabilities[token] > 0) {
        lastPossible = token;
        if (sum > u) {
          return token;
        }
      }
    }
    return lastPossible; // the sum may be a little below 1
  }

  /** Returns the tokens by descending logit, equal ones by ascending index. */
  private static List<Integer> descending(double[] logits) {
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer token) -> -logits[token] + 0.0))
        .toList();
  }

  private static List<Integer> nucleus(List<Integer> kept, double[] weights, double topP) {
    double all = Primitives.sum(kept.stream().mapToDouble(token -> weights[token]).toArray());
    double sum = 0;
    for (int count = 1; count < kept.size(); count++) {
      sum += weights[kept.get(count - 1)];
      if (sum >= topP * all) {
        return kept.subList(0, count);
      }
    }
    return kept;
  }
}
