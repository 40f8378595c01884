package io.github.lanewise.bench.machine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A loop of nothing but fused multiply-adds in registers, by one thread: GFLOP/s, a multiply-add
 * being two. Twelve chains hide a latency of up to six cycles at two a cycle.
 */
public final class FmaLoop implements LimitSource {

  private static final VectorSpecies<Float> F =
      VectorSpecies.of(
          float.class,
          VectorShape.forBitSize(
              Math.min(
                  Integer.getInteger("lanewise.lanes", 512),
                  FloatVector.SPECIES_PREFERRED.vectorBitSize())));

  private static final int STEPS = 10_000;
  private static final int CHAINS = 12;

  private final SpeedSampler sampler = new SpeedSampler();

  /** Read by nobody: it keeps the loop from being removed. */
  public volatile float sink;

  /** Makes the loop ready. */
  public FmaLoop() {
    SpeedSampler.warm(() -> sink = loop(1, 100), this);
  }

  @Override
  public double sample() {
    return sampler.best(
        place -> sink = loop(place, STEPS), 2.0 * CHAINS * F.length() * STEPS, System::nanoTime);
  }

  private static float loop(float seed, int steps) {
    FloatVector a = FloatVector.broadcast(F, seed);
    FloatVector b = FloatVector.broadcast(F, 0.999f);
    FloatVector acc0 = a;
    FloatVector acc1 = a;
    FloatVector acc2 = a;
    FloatVector acc3 = a;
    FloatVector acc4 = a;
    FloatVector acc5 = a;
    FloatVector acc6 = a;
    FloatVector acc7 = a;
    FloatVector acc8 = a;
    FloatVector acc9 = a;
    FloatVector acc10 = a;
    FloatVector acc11 = a;
    for (int step = 0; step < steps; step++) {
      acc0 = acc0.fma(b, a);
      acc1 = acc1.fma(b, a);
      acc2 = acc2.fma(b, a);
      acc3 = acc3.fma(b, a);
      acc4 = acc4.fma(b, a);
      acc5 = acc5.fma(b, a);
      acc6 = acc6.fma(b, a);
      acc7 = acc7.fma(b, a);
      acc8 = acc8.fma(b, a);
      acc9 = acc9.fma(b, a);
      acc10 = acc10.fma(b, a);
      acc11 = acc11.fma(b, a);
    }
    FloatVector low = acc0.add(acc1).add(acc2).add(acc3).add(acc4).add(acc5);
    FloatVector high = acc6.add(acc7).add(acc8).add(acc9).add(acc10).add(acc11);
    return low.add(high).lane(0);
  }
}
