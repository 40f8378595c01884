package io.github.lanewise.bench;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Seeded inputs of benchmarks. */
public final class Inputs {

  private Inputs() {}

  /** Independent values of unit variance. */
  public static float[] normal(int length, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
