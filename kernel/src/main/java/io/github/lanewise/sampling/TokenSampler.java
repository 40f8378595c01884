package io.github.lanewise.sampling;

import io.github.lanewise.Workers;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.sampling.SampleCall;
import io.github.lanewise.internal.sampling.TokenLogarithms;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.work.TaskRunner;
import java.lang.foreign.MemorySegment;
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
 * drawn nothing. Engines that draw by themselves give the number u instead. So a seeded generator
 * gives the same tokens everywhere: they depend neither on lane width nor on threads, since all
 * sums are exact.
 *
 * <p><b>Log-probabilities.</b> If {@linkplain LogProbabilities wished}, those of the drawn token
 * and of the likeliest ones, in a pass of its own.
 *
 * <p><b>Errors.</b> A logit that is NaN or +inf, a range without any above -inf (as an empty one),
 * one of more than 2²⁷ logits, a u outside of [0, 1), or a segment that this thread may not access:
 * IllegalArgumentException. A wrong range: IndexOutOfBoundsException. Closed workers or a closed
 * arena: IllegalStateException.
 *
 * <p><b>Allocation.</b> None in steady state on the calling thread; the logits are not changed.
 * Those in a segment are copied first.
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
    private boolean temperatureLast;

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
     * Keeps the fewest tokens of the largest logits that together have this share of the weight. 0
     * takes the first maximum, which alone has more than nothing: some engines mean no cut by it;
     * that is 1 here.
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

    /**
     * Whether the temperature comes after the cuts. They then go by the weights at T = 1, and a
     * high temperature brings back nothing that these have cut; the token is drawn by the weights
     * of the kept tokens at T. By default the cuts go by the weights at T.
     */
    public Builder temperatureLast(boolean temperatureLast) {
      this.temperatureLast = temperatureLast;
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
      float cutTemperature = temperatureLast ? 1f : temperature;
      return new TokenSampler(
          new SampleCall.Options(temperature, cutTemperature, topK, topP, minP));
    }
  }

  /**
   * What a call that draws a token says about it: the natural logarithms of the probabilities of
   * the drawn token and of the n likeliest ones. They are those of the softmax of the logits at the
   * sampler's temperature, before any cut,
   *
   * <pre>
   * d[j] - ln Σ exp(d[i]),   d = (z - m) / T
   * </pre>
   *
   * with the bits, accuracy and special values of the {@linkplain
   * io.github.lanewise.Softmax.Builder#logarithmic logarithmic softmax}: at T = 0 the first maximum
   * has 0, and all others -inf. So the drawn token's is not that of the distribution it was drawn
   * from, where there are cuts.
   *
   * <p>Made once, and refilled by each call that it is given to; a call that throws because of its
   * arguments leaves it as it was. The likeliest tokens are found without sorting the vocabulary.
   *
   * <p><b>Threading.</b> For one call at a time.
   */
  public static final class LogProbabilities {
    private static final int MOST_LIKELIEST = 1 << 12;
    private static final LogProbabilities NONE =
        new LogProbabilities(new TokenLogarithms(false, 0));

    private final TokenLogarithms content;

    private LogProbabilities(TokenLogarithms content) {
      this.content = content;
    }

    /** Not wanted: nothing is computed. */
    public static LogProbabilities none() {
      return NONE;
    }

    /**
     * Room for that of the drawn token, and for those of so many likeliest ones.
     *
     * @param likeliest 0 to 4096; for more than that there is the logarithmic softmax
     */
    public static LogProbabilities of(int likeliest) {
      if (likeliest < 0 || likeliest > MOST_LIKELIEST) {
        throw new IllegalArgumentException(
            "likeliest is " + likeliest + ", but must be at least 0 and at most " + MOST_LIKELIEST);
      }
      return new LogProbabilities(new TokenLogarithms(true, likeliest));
    }

    /** That of the token drawn last; NaN before the first call. */
    public float drawn() {
      return content.drawn();
    }

    /** How many of the likeliest there are: less than asked for where fewer are above -inf. */
    public int count() {
      return content.count();
    }

    /** The token of a rank from 0: by descending logit, equal ones by ascending index. */
    public int token(int rank) {
      return content.token(rank);
    }

    /** That token's log-probability. */
    public float value(int rank) {
      return content.value(rank);
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
    checkRange(from, to, logits.length);
    TaskRunner runner = TaskRunner.of(workers);
    Kernels.requireAvailable();
    return SampleCall.run(
        options, logits, from, to - from, random, 0, LogProbabilities.NONE.content, runner);
  }

  /**
   * {@link #sample(float[], int, int, double, LogProbabilities, Workers)} on this thread alone,
   * without log-probabilities.
   */
  public int sample(float[] logits, int from, int to, double uniform) {
    return sample(logits, from, to, uniform, LogProbabilities.none(), Workers.caller());
  }

  /**
   * Chooses one of the tokens with the logits [from, to).
   *
   * @param uniform the number u in [0, 1) that decides, as a generator would have drawn it
   * @param logProbabilities what to fill
   * @param workers who computes; the token does not depend on them
   * @return the token: its index in {@code logits} less {@code from}
   */
  public int sample(
      float[] logits,
      int from,
      int to,
      double uniform,
      LogProbabilities logProbabilities,
      Workers workers) {
    Objects.requireNonNull(logits, "logits");
    Objects.requireNonNull(logProbabilities, "logProbabilities");
    Objects.requireNonNull(workers, "workers");
    checkRange(from, to, logits.length);
    checkUniform(uniform);
    TaskRunner runner = TaskRunner.of(workers);
    Kernels.requireAvailable();
    return SampleCall.run(
        options, logits, from, to - from, null, uniform, logProbabilities.content, runner);
  }

  /**
   * {@link #sample(MemorySegment, long, long, double, LogProbabilities, Workers)} on this thread
   * alone, without log-probabilities.
   */
  public int sample(MemorySegment logits, long from, long to, double uniform) {
    return sample(logits, from, to, uniform, LogProbabilities.none(), Workers.caller());
  }

  /**
   * Chooses one of the tokens with the logits [from, to) of a segment, on the heap or native, of
   * any alignment.
   *
   * @param from in elements of four bytes, in the machine's order; {@code to} likewise
   * @param uniform the number u in [0, 1) that decides, as a generator would have drawn it
   * @param logProbabilities what to fill
   * @param workers who computes; the token does not depend on them
   * @return the token: its index in {@code logits} less {@code from}
   */
  public int sample(
      MemorySegment logits,
      long from,
      long to,
      double uniform,
      LogProbabilities logProbabilities,
      Workers workers) {
    Objects.requireNonNull(logits, "logits");
    Objects.requireNonNull(logProbabilities, "logProbabilities");
    Objects.requireNonNull(workers, "workers");
    Checks.requireAccessible(logits, "logits", false);
    checkRange(from, to, logits.byteSize() / Float.BYTES);
    checkUniform(uniform);
    TaskRunner runner = TaskRunner.of(workers);
    Kernels.requireAvailable();
    return SampleCall.run(
        options, logits, from, (int) (to - from), uniform, logProbabilities.content, runner);
  }

  private static void checkRange(long from, long to, long length) {
    if (from < 0 || from > to || to > length) {
      throw new IndexOutOfBoundsException(
          "range [" + from + ", " + to + ") of logits, which has length " + length);
    }
    if (to - from > SampleCall.MOST_TOKENS) {
      throw new IllegalArgumentException(
          "to - from is " + (to - from) + ", but at most " + SampleCall.MOST_TOKENS + " are taken");
    }
  }

  private static void checkUniform(double uniform) {
    if (!(uniform >= 0 && uniform < 1)) {
      throw new IllegalArgumentException(
          "uniform is " + uniform + ", but must be at least 0 and below 1");
    }
  }
}
