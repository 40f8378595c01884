package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.machine.LimitSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * Samples the question's limit right before and right after each iteration that counts, by as many
 * threads as the question has: on a shared machine both wander, their ratio does not.
 */
public final class LimitProfiler implements InternalProfiler {
  /** The name of the result. */
  static final String LIMIT = "limit";

  private @Nullable List<LimitSource> sources;
  private double before;

  /** For JMH. */
  public LimitProfiler() {}

  @Override
  public String getDescription() {
    return "The limit of the question beside each iteration";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    Question question = Question.of(benchmark.getParam("question"));
    if (sources == null) {
      sources = new ArrayList<>();
      for (int thread = 0; thread < question.threads(); thread++) {
        sources.add(LimitSource.of(question.limit(), question.bytes() / question.threads()));
      }
    }
    if (iteration.getType() == IterationType.MEASUREMENT) {
      before = sample(sources);
    }
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    if (sources == null || iteration.getType() != IterationType.MEASUREMENT) {
      return List.of();
    }
    double limit = (before + sample(sources)) / 2;
    return List.of(new ScalarResult(LIMIT, limit, "a nanosecond", AggregationPolicy.AVG));
  }

  private static double sample(List<LimitSource> sources) {
    if (sources.size() == 1) {
      return sources.get(0).sample();
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(sources.size())) {
      List<Future<Double>> samples = new ArrayList<>();
      for (LimitSource source : sources) {
        samples.add(threads.submit(source::sample));
      }
      double sum = 0;
      for (Future<Double> sample : samples) {
        sum += sample.get();
      }
      return sum;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("the limit cannot be sampled", e);
    }
  }
}
