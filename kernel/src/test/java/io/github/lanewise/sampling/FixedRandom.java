package io.github.lanewise.sampling;

import java.util.random.RandomGenerator;

/** Draws the one number it was made with, and counts how often it was asked. */
final class FixedRandom implements RandomGenerator {
  private final double number;
  int draws;

  FixedRandom(double number) {
    this.number = number;
  }

  @Override
  public double nextDouble() {
    draws++;
    return number;
  }

  @Override
  public long nextLong() {
    throw new AssertionError("the sampler draws by nextDouble only");
  }
}
