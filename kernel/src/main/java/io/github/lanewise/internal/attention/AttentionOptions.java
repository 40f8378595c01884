package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.internal.kernel.Dropout;
import org.jspecify.annotations.Nullable;

/**
 * What a call of attention computes besides the plain formula. A step that is not asked for is not
 * computed. Immutable: the arrays belong to it alone.
 */
public final class AttentionOptions {

  /** Factor of the dot product; NaN: 1/√headDim. */
  private final float scale;

  public final Mask mask;

  /** c of c·tanh(s/c); 0: none. */
  public final float softcap;

  public final @Nullable FloatTensor bias;

  /** ALiBi's slopes, the sinks and the temperatures: one for each query head. */
  public final float @Nullable [] slopes;

  public final float @Nullable [] sinks;
  public final float @Nullable [] temperatures;

  /** Probability of dropping a weight; 0: none. */
  public final float dropout;

  final long seed;

  /** What {@link Dropout#keeps} compares with. */
  final int dropThreshold;

  /** What weights that stay, or results, are multiplied by: 1 without dropout. */
  final float keepFactor;

  public AttentionOptions(
      float scale,
      Mask mask,
      float softcap,
      @Nullable FloatTensor bias,
      float @Nullable [] slopes,
      float @Nullable [] sinks,
      float @Nullable [] temperatures,
      float dropout,
      long seed) {
    this.scale = scale;
    this.mask = mask;
    this.softcap = softcap;
    this.bias = bias;
    this.slopes = slopes;
    this.sinks = sinks;
    this.temperatures = temperatures;
    this.dropout = dropout;
    this.seed = seed;
    dropThreshold = Dropout.threshold(dropout);
    keepFactor = Dropout.factor(dropout);
  }

  /** Whether weights are dropped. */
  boolean drops() {
    return dropout != 0f;
  }

  public float scaleFor(int headDim) {
    return Float.isNaN(scale) ? (float) (1 / Math.sqrt(headDim)) : scale;
  }

  /** Whether the dot products need more than a factor, and so a pass of their own. */
  boolean isPlain() {
    return softcap == 0f && bias == null && slopes == null && temperatures == null;
  }

  /** Whether a head's temperature is 0. */
  boolean isArgmax(long head) {
    return temperatures != null && temperatures[(int) head] == 0f;
  }

  /** Whether any head's temperature is 0: then a block keeps to one head. */
  public boolean anyArgmax() {
    if (temperatures != null) {
      for (float temperature : temperatures) {
        if (temperature == 0f) {
          return true;
        }
      }
    }
    return false;
  }
}
