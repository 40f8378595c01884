package io.github.lanewise.reference;

import java.util.Arrays;

/**
 * What happens to a score between q·k and the softmax, in this order: times scale, softcap, plus
 * bias, minus slope times distance, divided by temperature; then visibility.
 *
 * @param scale factor of q·k
 * @param softcap c in c·tanh(s/c); 0 for none
 * @param bias what is added to a score
 * @param alibi slope of each query head; empty for none
 * @param alibiOffset p = query + alibiOffset is the query's position among the keys
 * @param sinks logit of each query head's sink; empty for none
 * @param temperature temperature of each query head; one for all; empty for 1
 * @param visibility which key a query sees
 * @param dropout what becomes of a weight before it meets the value
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of arguments, never compared
public record AttentionOptions(
    double scale,
    double softcap,
    ScoreBias bias,
    double[] alibi,
    long alibiOffset,
    double[] sinks,
    double[] temperature,
    Visibility visibility,
    Dropout dropout) {
  private static final double[] NONE = {};

  /** Refuses what has no meaning: a negative temperature, and a sink at temperature 0. */
  public AttentionOptions {
    for (double t : temperature) {
      if (!(t >= 0)) {
        throw new IllegalArgumentException("temperature is " + t + ", but must not be below 0");
      }
    }
    if (sinks.length > 0 && Arrays.stream(temperature).anyMatch(t -> t == 0)) {
      throw new IllegalArgumentException("a sink has no meaning at temperature 0");
    }
  }

  /** Returns the plain attention softmax(scale·QKᵀ)·V. */
  public static AttentionOptions scaled(double scale) {
    return new AttentionOptions(
        scale, 0, ScoreBias.none(), NONE, 0, NONE, NONE, Visibility.everything(), Dropout.none());
  }

  /** Returns the plain attention with the customary scale 1/√headDim, as the float that it is. */
  public static AttentionOptions standard(int headDim) {
    return scaled((float) (1 / Math.sqrt(headDim)));
  }

  /** Returns these options with a softcap. */
  public AttentionOptions withSoftcap(double cap) {
    return new AttentionOptions(
        scale, cap, bias, alibi, alibiOffset, sinks, temperature, visibility, dropout);
  }

  /** Returns these options with a bias. */
  public AttentionOptions withBias(ScoreBias added) {
    return new AttentionOptions(
        scale, softcap, added, alibi, alibiOffset, sinks, temperature, visibility, dropout);
  }

  /** Returns these options with ALiBi: minus slope·|key - (query + offset)|. */
  public AttentionOptions withAlibi(long offset, float... slopePerHead) {
    return new AttentionOptions(
        scale,
        softcap,
        bias,
        Primitives.widen(slopePerHead),
        offset,
        sinks,
        temperature,
        visibility,
        dropout);
  }

  /** Returns these options with a sink per query head. */
  public AttentionOptions withSinks(float... logitPerHead) {
    return new AttentionOptions(
        scale,
        softcap,
        bias,
        alibi,
        alibiOffset,
        Primitives.widen(logitPerHead),
        temperature,
        visibility,
        dropout);
  }

  /** Returns these options with a temperature per query head, or one for all. */
  public AttentionOptions withTemperature(float... perHead) {
    return new AttentionOptions(
        scale,
        softcap,
        bias,
        alibi,
        alibiOffset,
        sinks,
        Primitives.widen(perHead),
        visibility,
        dropout);
  }

  /** Returns these options with a mask. */
  public AttentionOptions withVisibility(Visibility mask) {
    return new AttentionOptions(
        scale, softcap, bias, alibi, alibiOffset, sinks, temperature, mask, dropout);
  }

  /** Returns these options with a dropout of weights. */
  public AttentionOptions withDropout(Dropout factors) {
    return new AttentionOptions(
        scale, softcap, bias, alibi, alibiOffset, sinks, temperature, visibility, factors);
  }

  /** Returns the temperature of a query head. */
  public double temperatureOf(int head) {
    return temperature.length == 0 ? 1 : temperature[temperature.length == 1 ? 0 : head];
  }
}
