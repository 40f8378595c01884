package io.github.lanewise.bench.gate;

/**
 * What one process observed of a {@link Work}.
 *
 * @param ratio steps a second, over those of the {@link Ruler} in the same rounds; medians
 * @param bytes allocated by a call in steady state
 */
record Measurement(String work, double ratio, double bytes) {}
