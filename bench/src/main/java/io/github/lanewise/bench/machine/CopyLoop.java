package io.github.lanewise.bench.machine;

import java.util.function.LongSupplier;

/** {@code System.arraycopy} by one thread: GB/s, what is read and what is written both counted. */
public final class CopyLoop implements LimitSource {
  private final SpeedSampler sampler = new SpeedSampler();
  private final MemorySweep sweep;
  private final float[] memory;

  /**
   * A loop over so many bytes, half of them read and half written.
   *
   * @param bytes from 1024 to a gigabyte; fewer or more count as these
   */
  public CopyLoop(double bytes) {
    sweep = new MemorySweep(bytes / 2 / Float.BYTES);
    memory = sweep.allocate(2);
    SpeedSampler.warm(() -> System.arraycopy(memory, 0, memory, sweep.distance(), 1), this);
  }

  @Override
  public double sample() {
    return sample(System::nanoTime);
  }

  double sample(LongSupplier nanoClock) {
    return sampler.best(this::pass, 2.0 * Float.BYTES * sweep.elementsOfPass(), nanoClock);
  }

  private void pass(int place) {
    int from = sweep.next(place);
    for (int time = 0; time < sweep.repeats(); time++) {
      System.arraycopy(memory, from, memory, from + sweep.distance(), sweep.piece());
    }
  }
}
