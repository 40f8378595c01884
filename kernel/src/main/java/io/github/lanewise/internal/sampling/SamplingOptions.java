package io.github.lanewise.internal.sampling;

/** What a sampler was built with; valid. */
public record SamplingOptions(float temperature, int topK, float topP, float minP) {

  boolean isUniform() {
    return temperature == Float.POSITIVE_INFINITY;
  }
}
