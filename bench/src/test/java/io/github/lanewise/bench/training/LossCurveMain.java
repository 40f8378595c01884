package io.github.lanewise.bench.training;

import io.github.lanewise.Lanewise;
import io.github.lanewise.Workers;

/** Prints the lanes of this process, and the bits of the losses of twenty steps. */
final class LossCurveMain {
  static final int STEPS = 20;

  private LossCurveMain() {}

  /** Takes no arguments. */
  public static void main(String[] arguments) {
    System.out.println(Lanewise.implementation().laneBits());
    System.out.println(curve(Workers.caller()));
  }

  static String curve(Workers workers) {
    SmallModel small = new SmallModel(null, true, 7, STEPS, workers);
    StringBuilder curve = new StringBuilder();
    for (int step = 0; step < STEPS; step++) {
      double loss = small.training.step();
      curve.append(Double.toHexString(loss)).append(' ');
      curve.append(Double.toHexString(small.training.gradientNorm())).append(' ');
    }
    return curve.toString();
  }
}
