package io.github.lanewise.bench;

import io.github.lanewise.bench.machine.FmaLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
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

  private final FmaLoop loop = new FmaLoop();
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
    before = loop.sample();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double peak = (before + loop.sample()) / 2;
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
}
