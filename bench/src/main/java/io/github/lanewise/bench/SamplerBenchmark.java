package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.machine.MachineInfo;
import io.github.lanewise.sampling.TokenSampler;
import io.github.lanewise.sampling.TokenSampler.LogProbabilities;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The choice of a token from the logits of a vocabulary, beside softmax alone and beside a copy.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="SamplerBenchmark -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {

  private static final int VOCABULARY = 128256;

  /** Spread of the logits; a trained model's peaks rise above it. */
  private static final float SPREAD = 2;

  private static final int PEAKS = 60;

  @Param({"1", "2"})
  int threads;

  private final float[] logits = Inputs.normal(VOCABULARY, 1);
  private final float[] target = new float[VOCABULARY];
  private final FloatTensor x = FloatTensor.of(logits, VOCABULARY);
  private final FloatTensor y = FloatTensor.of(target, VOCABULARY);
  private final Mask everything = Mask.none();
  private final SplittableRandom random = new SplittableRandom(2);

  private final TokenSampler plain = TokenSampler.builder().build();
  private final TokenSampler warm = TokenSampler.builder().temperature(0.8f).build();
  private final TokenSampler topK = TokenSampler.builder().temperature(0.8f).topK(50).build();
  private final TokenSampler topP = TokenSampler.builder().temperature(0.8f).topP(0.95f).build();
  private final TokenSampler minP = TokenSampler.builder().temperature(0.8f).minP(0.05f).build();
  private final TokenSampler usual =
      TokenSampler.builder().temperature(0.8f).topK(50).topP(0.95f).minP(0.05f).build();

  private final TokenSampler last =
      TokenSampler.builder().temperature(0.8f).topP(0.95f).temperatureLast(true).build();
  private final LogProbabilities twenty = LogProbabilities.of(20);

  private Workers workers;

  @Setup
  public void setUp() {
    MachineInfo.requireChosenKernels();
    workers = threads == 1 ? Workers.caller() : Workers.threads(threads);
    float[] heights = Inputs.normal(PEAKS, 3);
    for (int i = 0; i < VOCABULARY; i++) {
      logits[i] *= SPREAD;
    }
    for (int peak = 0; peak < PEAKS; peak++) {
      logits[peak * (VOCABULARY / PEAKS)] = 14 + 2 * heights[peak];
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
  }

  /** The choice with all cuts, by one thread, ready to be called. */
  public static Runnable call() {
    SamplerBenchmark benchmark = new SamplerBenchmark();
    benchmark.threads = 1;
    benchmark.setUp();
    return benchmark::usual;
  }

  /** Softmax alone, which writes the weights. */
  @Benchmark
  public FloatTensor softmax() {
    Softmax.standard().apply(x, everything, y, RowStatistics.none(), workers);
    return y;
  }

  /** The same data, copied. */
  @Benchmark
  public float[] copy() {
    System.arraycopy(logits, 0, target, 0, VOCABULARY);
    return target;
  }

  /** Softmax and sample: all tokens, T = 1. */
  @Benchmark
  public int plain() {
    return sample(plain);
  }

  /** Softmax and sample: all tokens, T = 0.8. */
  @Benchmark
  public int temperature() {
    return sample(warm);
  }

  /** The 50 likeliest. */
  @Benchmark
  public int topK() {
    return sample(topK);
  }

  /** The likeliest with 95 % of the weight. */
  @Benchmark
  public int topP() {
    return sample(topP);
  }

  /** Those that weigh at least 5 % of the likeliest. */
  @Benchmark
  public int minP() {
    return sample(minP);
  }

  /** All of them together. */
  @Benchmark
  public int usual() {
    return sample(usual);
  }

  /** The likeliest with 95 % of the weight at T = 1, weighed anew at T = 0.8. */
  @Benchmark
  public int temperatureLast() {
    return sample(last);
  }

  /** All cuts, and the log-probabilities of the token and of the 20 likeliest. */
  @Benchmark
  public int usualWithLogProbabilities() {
    return usual.sample(logits, 0, VOCABULARY, random.nextDouble(), twenty, workers);
  }

  private int sample(TokenSampler sampler) {
    return sampler.sample(logits, 0, VOCABULARY, random, workers);
  }
}
