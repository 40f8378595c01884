package io.github.lanewise.bench.machine;

import java.util.function.LongSupplier;

/** {@code System.arraycopy} by one thread: GB/s, what is read and what is written both counted. */
public final class CopyLoop implements LimitSource {
  private final Windows windows = new Windows();
  private final Walk walk;
  private final float[] memory;

  /**
   * A loop over so many bytes, half of them read and half written.
   *
   * @param bytes from 1024 to a gigabyte; fewer or more count as these
   */
  public CopyLoop(double bytes) {
    walk = new Walk(bytes / 2 / Float.BYTES);
    memory = walk.allocate(2);
    Windows.warm(() -> System.arraycopy(memory, 0, memory, walk.distance(), 1), this);
  }

  @Override
  public double sample() {
    return sample(System::nanoTime);
  }

  double sample(LongSupplier nanoClock) {
    return windows.best(this::pass, 2.0 * Float.BYTES * walk.elementsOfPass(), nanoClock);
  }

  private void pass(int place) {
    int from = walk.next(place);
    for (int time = 0; time < walk.repeats(); time++) {
      System.arraycopy(memory, from, memory, from + walk.distance(), walk.piece());
    }
  }
}
