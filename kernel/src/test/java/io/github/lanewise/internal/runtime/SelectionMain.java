package io.github.lanewise.internal.runtime;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanes;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Prints which implementation runs and a digest of what it computes. For a process of its own. */
final class SelectionMain {
  private SelectionMain() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    for (int call = 1; call <= 2; call++) {
      try {
        Lanewise.Implementation implementation = Lanewise.implementation();
        System.out.println("lanes " + implementation.laneBits());
        System.out.println("reason " + implementation.reason());
      } catch (IllegalStateException e) {
        System.out.println("refused " + e.getMessage());
      }
    }
    try {
      System.out.println("digest " + digest());
    } catch (IllegalStateException e) {
      System.out.println("refused " + e.getMessage());
    }
    try {
      System.out.println("sum " + Lanes.sum(new float[] {1, 2, 3}, 0, 3));
    } catch (IllegalStateException e) {
      System.out.println("refused " + e.getMessage());
    }
  }

  static String digest() {
    SplittableRandom random = new SplittableRandom(11);
    int hash = 1;
    for (int length : new int[] {1, 7, 40, 300}) {
      float[] x = new float[2 * length];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian() * 30;
      }
      hash = 31 * hash + Float.floatToIntBits(Lanes.sum(x, 0, x.length));
      hash = 31 * hash + Float.floatToIntBits(Lanes.logSumExp(x, 0, x.length));
      float[] exp = new float[x.length];
      Lanes.exp(x, 0, exp, 0, x.length);
      FloatTensor y = FloatTensor.allocate(2, length);
      FloatTensor entropy = FloatTensor.allocate(2);
      Softmax.standard()
          .apply(
              FloatTensor.of(x, 2, length),
              Mask.causal(),
              y,
              new RowStatistics(null, entropy, null),
              Workers.caller());
      hash = 31 * hash + Arrays.hashCode(exp);
      hash = 31 * hash + Arrays.hashCode(y.toArray());
      hash = 31 * hash + Arrays.hashCode(entropy.toArray());
    }
    return Integer.toHexString(hash);
  }
}
