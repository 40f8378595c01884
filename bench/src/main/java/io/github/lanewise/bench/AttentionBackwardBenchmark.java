package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.machine.LimitSource;
import io.github.lanewise.bench.machine.MachineInfo;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * A step of training: attention of 8 heads and its gradients by q, k and v, which are 7·N²·d
 * multiply-adds a head, half of them under a causal mask, beside what the FMA loop of one thread
 * reaches. Reported are steps and gigaflops a second.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="AttentionBackwardBenchmark -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class AttentionBackwardBenchmark {

  private static final int HEADS = 8;

  @Param("1024")
  public int length;

  @Param("64")
  public int dim;

  @Param({"false", "true"})
  public boolean causal;

  @Param("0")
  public float dropout;

  @Param({"1", "2"})
  public int threads;

  private final FloatTensor[] operands = new FloatTensor[8];
  private Attention attention;
  private FloatTensor logSumExp;
  private Workers workers;
  private double perStep;

  /** Gigaflops a second. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Rate {
    public double gigaflops;
  }

  /** Only for those who ask for it: it has vectors, which a process for scalar kernels lacks. */
  @State(Scope.Thread)
  public static class Limit {
    private final LimitSource source = LimitSource.of(LimitKind.FMA, 0);
  }

  @Setup(Level.Trial)
  public void setUp() {
    MachineInfo.requireChosenKernels();
    for (int t = 0; t < operands.length; t++) {
      float[] contents = Inputs.normal(HEADS * length * dim, t);
      operands[t] = FloatTensor.of(contents, 1, HEADS, length, dim);
    }
    logSumExp = FloatTensor.allocate(1, HEADS, length);
    Attention.Builder builder = Attention.builder().dropout(dropout, 1);
    attention = (causal ? builder.mask(Mask.causal()) : builder).build();
    workers = threads == 1 ? Workers.caller() : Workers.threads(threads);
    perStep = 1e-9 * 7 * 2 * HEADS * length * length * dim / (causal ? 2 : 1);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
  }

  @Benchmark
  public FloatTensor forwardAndBackward(Rate rate) {
    forward();
    backward();
    rate.gigaflops += perStep;
    return operands[5];
  }

  /** The limit of one thread. */
  @Benchmark
  public double fma(Limit limit, Rate rate) {
    long start = System.nanoTime();
    double flopsPerNano = limit.source.sample();
    rate.gigaflops += flopsPerNano * (System.nanoTime() - start) * 1e-9;
    return flopsPerNano;
  }

  private void forward() {
    RowStatistics statistics = RowStatistics.of(logSumExp);
    attention.forward(operands[0], operands[1], operands[2], operands[3], statistics, workers);
  }

  private void backward() {
    attention.backward(
        operands[0],
        operands[1],
        operands[2],
        operands[3],
        operands[4],
        logSumExp,
        operands[5],
        operands[6],
        operands[7],
        workers);
  }

  /** The gradients of one thread, ready to be called, with all data in the caches' reach. */
  public static Runnable call(int length, boolean causal) {
    AttentionBackwardBenchmark benchmark = new AttentionBackwardBenchmark();
    benchmark.length = length;
    benchmark.dim = 64;
    benchmark.causal = causal;
    benchmark.threads = 1;
    benchmark.setUp();
    benchmark.forward();
    return benchmark::backward;
  }
}
