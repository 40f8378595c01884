package io.github.lanewise.bench.training;

import java.util.SplittableRandom;

/**
 * Normal numbers after Box and Muller. {@link StrictMath} has one result for each argument; {@link
 * Math} may have another in compiled code.
 */
final class Normals {
  private final SplittableRandom random;

  Normals(long seed) {
    random = new SplittableRandom(seed);
  }

  void fill(float[] x, double deviation) {
    for (int i = 0; i < x.length; i++) {
      double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
      x[i] = (float) (deviation * radius * StrictMath.cos(2 * Math.PI * random.nextDouble()));
    }
  }
}
