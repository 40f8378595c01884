package io.github.lanewise.bench.machine;

import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Reading of memory by one thread, four streams of vectors added up: GB/s. */
public final class ReadLoop implements LimitSource {

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();

  private final SpeedSampler sampler = new SpeedSampler();
  private final MemorySweep sweep;
  private final float[] memory;

  /** Read by nobody: it keeps the loop from being removed. */
  public volatile float sink;

  /**
   * A loop over so many bytes.
   *
   * @param bytes from 512 to half a gigabyte; fewer or more count as these
   */
  public ReadLoop(double bytes) {
    sweep = new MemorySweep(bytes / Float.BYTES);
    memory = sweep.allocate(1);
    float[] little = new float[128 * L];
    SpeedSampler.warm(() -> sink = sum(little, 0, little.length, 2), this);
  }

  @Override
  public double sample() {
    return sample(System::nanoTime);
  }

  double sample(LongSupplier nanoClock) {
    return sampler.best(this::pass, (double) Float.BYTES * sweep.elementsOfPass(), nanoClock);
  }

  private void pass(int place) {
    sink = sum(memory, sweep.next(place), sweep.piece(), sweep.repeats());
  }

  /** Reads a range a number of times; what is left over of 4 x 2 vectors is left out. */
  public static float sum(float[] x, int from, int length, int times) {
    int quarter = length / 4;
    FloatVector sum0 = FloatVector.zero(F);
    FloatVector sum1 = FloatVector.zero(F);
    FloatVector sum2 = FloatVector.zero(F);
    FloatVector sum3 = FloatVector.zero(F);
    FloatVector sum4 = FloatVector.zero(F);
    FloatVector sum5 = FloatVector.zero(F);
    FloatVector sum6 = FloatVector.zero(F);
    FloatVector sum7 = FloatVector.zero(F);
    int end = from + quarter - 2 * L;
    for (int time = 0; time < times; time++) {
      for (int i = from; i <= end; i += 2 * L) {
        sum0 = sum0.add(FloatVector.fromArray(F, x, i));
        sum1 = sum1.add(FloatVector.fromArray(F, x, i + quarter));
        sum2 = sum2.add(FloatVector.fromArray(F, x, i + 2 * quarter));
        sum3 = sum3.add(FloatVector.fromArray(F, x, i + 3 * quarter));
        sum4 = sum4.add(FloatVector.fromArray(F, x, i + L));
        sum5 = sum5.add(FloatVector.fromArray(F, x, i + quarter + L));
        sum6 = sum6.add(FloatVector.fromArray(F, x, i + 2 * quarter + L));
        sum7 = sum7.add(FloatVector.fromArray(F, x, i + 3 * quarter + L));
      }
    }
    return sum0.add(sum1).add(sum2).add(sum3).add(sum4).add(sum5).add(sum6).add(sum7).lane(0);
  }
}
