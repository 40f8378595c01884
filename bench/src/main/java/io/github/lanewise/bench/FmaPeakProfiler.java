package io.github.lanewise.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Reports, for benchmarks that know their floating-point operations, GFLOP/s and the share of what
 * a loop of nothing but fused multiply-adds reaches on the same core right before and right after
 * the iteration. On a shared machine the absolute figures wander; the share does not.
 *
 * <p>Use: {@code -prof io.github.lanewise.bench.FmaPeakProfiler}. One thread is assumed.
 */
public final class FmaPeakProfiler implements InternalProfiler {

  private static final VectorSpecies<Float> F =
      VectorSpecies.of(
          float.class,
          VectorShape.forBitSize(
              Math.min(
                  Integer.getInteger("lanewise.lanes", 512),
                  FloatVector.SPECIES_PREFERRED.vectorBitSize())));

  private static final int STEPS = 1_000_000;
  private static final int CHAINS = 12;
  private static final int SAMPLES = 5;

  /** Read by nobody: it keeps the loop from being removed. */
  public volatile float sink;

  private double before;

  /** A benchmark that counts: implemented by the state class, which has a public constructor. */
  public interface Counted {
    /** Floating-point operations of one call, a multiply-add being two. */
    double operations(BenchmarkParams parameters);
  }

  @Override
  public String getDescription() {
    return "GFLOP/s and share of a register-only FMA loop beside each iteration";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = peak();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double peak = (before + peak()) / 2;
    double operations = operationsOf(benchmark);
    Result<?> primary = result.getPrimaryResult();
    double nanos =
        primary.getScore() * benchmark.getTimeUnit().toNanos(1); // Mode.AverageTime: time per call
    double speed = operations / nanos;
    List<Result<?>> results = new ArrayList<>();
    results.add(new ScalarResult("fma.peak", peak, "GFLOP/s", AggregationPolicy.AVG));
    results.add(new ScalarResult("speed", speed, "GFLOP/s", AggregationPolicy.AVG));
    results.add(new ScalarResult("share", 100 * speed / peak, "%", AggregationPolicy.AVG));
    return results;
  }

  private static double operationsOf(BenchmarkParams benchmark) {
    String method = benchmark.getBenchmark();
    String owner = method.substring(0, method.lastIndexOf('.'));
    try {
      Object state = Class.forName(owner).getConstructor().newInstance();
      if (state instanceof Counted counted) {
        return counted.operations(benchmark);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%s has no public constructor", owner), e);
    }
    throw new IllegalStateException(owner + " does not count its operations");
  }

  /** GFLOP/s of the best of a few samples of some milliseconds. */
  private double peak() {
    double best = 0;
    for (int s = 0; s < SAMPLES; s++) {
      long start = System.nanoTime();
      sink = loop(s);
      double nanos = System.nanoTime() - start;
      best = Math.max(best, 2.0 * CHAINS * F.length() * STEPS / nanos);
    }
    return best;
  }

  private static float loop(float seed) {
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
    for (int step = 0; step < STEPS; step++) {
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
