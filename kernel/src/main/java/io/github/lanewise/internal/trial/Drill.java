package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import java.util.List;

/**
 * One kernel, or a few that always follow each other, at work on data of their own.
 *
 * <p>Before C2 has compiled a kernel, each of its vector operations is a call that makes objects, a
 * hundred times slower, and the JVM compiles that slow way too. So the practice is on as little
 * data as shows every branch of the kernel, with a few rounds of each loop: C2 takes the profile
 * for what is usual.
 *
 * @param plain whether plain softmax or attention needs it, so that it comes first
 * @param practice calls numbers {@code from} to {@code to} in ever other small shapes
 * @param usual so many calls in the shape of a usual operation, which are timed
 */
record Drill(String name, boolean plain, Practice practice, Usual usual) {

  /** The drills of a family, on new data; the kernels that most operations need come first. */
  static List<Drill> all(KernelFamily family) {
    return switch (family) {
      case ROWS -> new RowDrills().all();
      case TILES -> new TileDrills().all();
      case SCORES -> new ScoreDrills().all();
      case DECODE -> new DecodeDrills().all();
      case SAMPLING -> new SamplingDrills().all();
      case GRADIENTS -> new GradientDrills().all();
      case PACKED -> new PackedDrills().all();
      case LAYERS -> new LayerDrills().all();
    };
  }

  /** Numbers to practise on: between -3 and 3, of both signs, no two neighbours alike. */
  static float[] samples(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (i * 37 % 101 - 50) * 0.06f;
    }
    return values;
  }

  /** Calls with numbers, which choose their shapes. */
  @FunctionalInterface
  interface Practice {
    /** Loops over the calls by itself: as a method of its own, each call would be compiled too. */
    void run(KernelSet kernels, int from, int to);
  }

  /** Calls that are all alike. */
  @FunctionalInterface
  interface Usual {
    void run(KernelSet kernels, int calls);
  }
}
