package io.github.lanewise.sampling;

import io.github.lanewise.Workers;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.sampling.SampleCall;
import io.github.lanewise.internal.work.TaskRunner;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Chooses a token at random, with probabilities that are the softmax of the logits z at a
 * temperature T, cut down to the likely ones:
 *
 * <pre>
 * w[j] = exp((z[j] - m) / T),   m = max z
 * top-k    keeps the k first in the order of descending logits
 * top-p    of these, the fewest first ones that have at least the share p of the kept weight
 * min-p    of these, the ones with w[j] ≥ minP, the largest w being 1
 * token    the first i with Σ w[0…i] &gt; u · Σ w, over the kept tokens in ascending order; u drawn
 * </pre>
 *
 * <p>Equal logits count in the order of their indices, the lower first (-0 equals +0): where top-k
 * or top-p keeps only some of them, it is the lower indices. At least the first maximum is always
 * kept. T = 0 takes the first maximum. Infinite T weighs all tokens above -inf alike; top-k still
 * goes by the logits.
 *
 * <p><b>Accuracy.</b> A weight has the error of {@link io.github.lanewise.Softmax}'s exp, (2|d| +
 * 3)·2⁻²⁴ relative with d = (z - m)/T, and is then rounded to a multiple of 2⁻³⁵ (the largest is
 * 1). From there on every sum, share and comparison is exact, but for the one rounding of p·Σw and
 * of u·Σw to 53 bits. So a token below 2⁻³⁶ of the most likely one is never chosen, and all such
 * tokens of a vocabulary of 128256 would together have had a probability of at most 1.9e-6.
 *
 * <p><b>Special values.</b> A logit of -inf is never chosen, nor is any other token of weight 0.
 *
 * <p><b>Randomness.</b> A call that returns has drawn exactly one {@link
 * RandomGenerator#nextDouble()}, whatever the options are, T = 0 included; one that throws has
 * drawn nothing. So a seeded generator gives the same tokens everywhere: they depend neither on
 * lane width nor on threads, since all sums are exact.
 *
 * <p><b>Errors.</b> A logit that is NaN or +inf, a range without any above -inf (as an empty one),
 * or one of more than 2²⁷ logits: IllegalArgumentException. A wrong range:
 * IndexOutOfBoundsException. Closed workers: IllegalStateException.
 *
 * <p><b>Allocation.</b> None in steady state on the calling thread; the logits are not changed.
 *
 * <p><b>Threading.</b> Immutable; any number of threads may use one at once, each with a generator
 * of its own.
 */
public final class TokenSampler {
  private final SampleCall.Options options;

  private TokenSampler(SampleCall.Options options) {
    this.options = options;
  }

  /** A builder that starts from temperature 1 and keeps all tokens. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the options of a {@link TokenSampler}. */
  public static final class Builder {
    private float temperature = 1f;
    private int topK = Integer.MAX_VALUE;
    private float topP = 1f;
    private float minP;

    private Builder() {}

    /**
     * Divides the logits: below 1 likely tokens become likelier, above 1 all become more alike. 0
     * takes the first maximum.
     *
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public Builder temperature(float temperature) {
      if (!(temperature >= 0f)) {
        throw new IllegalArgumentException(
            "temperature is " + temperature + ", but must be at least 0");
      }
      this.temperature = temperature + 0f; // -0 becomes 0
      return this;
    }

    /**
     * Keeps so many tokens of the largest logits; all, if there are no more.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder topK(int topK) {
      if (topK < 1) {
        throw new IllegalArgumentException("topK is " + topK + ", but must be at least 1");
      }
      this.topK = topK;
      return this;
    }

    /**
     * Keeps the fewest tokens of the largest logits that together have this share of the weight.
     *
     * @param topP 1 keeps all, 0 the first maximum
     * @throws IllegalArgumentException unless it is in [0, 1]
     */
    public Builder topP(float topP) {
      this.topP = share(topP, "topP");
      return this;
    }

    /**
     * Keeps the tokens that weigh at least this share of the largest weight.
     *
     * @param minP 0 keeps all, 1 those that weigh as much as the most likely one
     * @throws IllegalArgumentException unless it is in [0, 1]
     */
    public Builder minP(float minP) {
      this.minP = share(minP, "minP");
      return this;
    }

    private static float share(float value, String name) {
      if (!(value >= 0f && value <= 1f)) {
        throw new IllegalArgumentException(
            name + " is " + value + ", but must be at least 0 and at most 1");
      }
      return value;
    }

    /** The sampler with these options. */
    public TokenSampler build() {
      return new TokenSampler(new SampleCall.Options(temperature, topK, topP, minP));
    }
  }

  /** {@link #sample(float[], int, int, RandomGenerator, Workers)} on this thread alone. */
  public int sample(float[] logits, int from, int to, RandomGenerator random) {
    return sample(logits, from, to, random, Workers.caller());
  }

  /**
   * Chooses one of the tokens with the logits [from, to).
   *
   * @param random draws one {@code nextDouble()}, on this thread
   * @param workers who computes; the token does not depend on them
   * @return the token: its index in {@code logits} less {@code from}
   */
  public int sample(float[] logits, int from, int to, RandomGenerator random, Workers workers) {
    Objects.requireNonNull(logits, "logits");
    Objects.requireNonNull(random, "random");
    Objects.requireNonNull(workers, "workers");
    if (from < 0 || from > to || to > logits.length) {
      throw new IndexOutOfBoundsException(
          "range [" + from + ", " + to + ") of logits, which has length " + logits.length);
    }
    if (to - from > SampleCall.MOST_TOKENS) {
      throw new IllegalArgumentException(
          "to - from is " + (to - from) + ", but at most " + SampleCall.MOST_TOKENS + " are taken");
    }
    TaskRunner runner = TaskRunner.of(workers);
    Kernels.requireAvailable();
    return SampleCall.run(options, logits, from, to - from, random, runner);
  }
}
