package io.github.lanewise.internal.sampling;

/** The inside of a sampler's log-probabilities: those of the token drawn and of the likeliest. */
public final class TokenLogarithms {
  private final boolean wanted;
  private final int[] tokens;
  private final float[] values;
  private int count;
  private float drawn = Float.NaN;

  private float max;
  private int first;
  private float temperature;
  private float logSum;

  /**
   * @param wanted whether any are
   * @param likeliest how many of the likeliest
   */
  public TokenLogarithms(boolean wanted, int likeliest) {
    this.wanted = wanted;
    tokens = new int[likeliest];
    values = new float[likeliest];
  }

  boolean isWanted() {
    return wanted;
  }

  int capacity() {
    return tokens.length;
  }

  /** Begins a row with the maximum m, which token {@code first} is the first to have. */
  void begin(float max, int first, float temperature, float logSum) {
    this.max = max;
    this.first = first;
    this.temperature = temperature;
    this.logSum = logSum;
    count = 0;
  }

  void setDrawn(int token, float logit) {
    drawn = logarithm(token, logit);
  }

  /** The next token in the order of the logits; those of -inf come last, and do not count. */
  void add(int token, float logit) {
    if (logit > Float.NEGATIVE_INFINITY) {
      tokens[count] = token;
      values[count] = logarithm(token, logit);
      count++;
    }
  }

  /** d - g, each step rounded once, as the logarithmic softmax has it. */
  private float logarithm(int token, float logit) {
    if (temperature == 0f) {
      return token == first ? 0f : Float.NEGATIVE_INFINITY;
    }
    if (temperature == Float.POSITIVE_INFINITY) {
      return logit > Float.NEGATIVE_INFINITY ? 0f - logSum : Float.NEGATIVE_INFINITY;
    }
    return (logit - max) / temperature - logSum;
  }

  public float drawn() {
    return drawn;
  }

  public int count() {
    return count;
  }

  public int token(int rank) {
    return tokens[checked(rank)];
  }

  public float value(int rank) {
    return values[checked(rank)];
  }

  private int checked(int rank) {
    if (rank < 0 || rank >= count) {
      throw new IndexOutOfBoundsException("rank is " + rank + ", but there are " + count);
    }
    return rank;
  }
}
