package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Matmul;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Attention of 8 heads, fused and as the plain composition of matrix products and softmax.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="AttentionBenchmark.fused -prof gc -prof
 * io.github.lanewise.bench.FmaPeakProfiler"}; small problems, layouts and threads with {@code -p
 * shape=16x64,128x128 -p layout=heap,permuted,native -p threads=2}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(3)
public class AttentionBenchmark implements FmaPeakProfiler.Counted {

  private static final int HEADS = 8;

  /** queryLength = keyLength x headDim, causal or not. */
  @Param({
    "512x64",
    "2048x64",
    "2048x128",
    "8192x64",
    "512x64 causal",
    "2048x64 causal",
    "2048x128 causal",
    "8192x64 causal"
  })
  public String shape;

  @Param("1")
  public int threads;

  /**
   * {@code heap}: dense arrays; {@code permuted}: [batch, length, heads, dim] seen through {@link
   * FloatTensor#permute}; {@code native}: dense memory outside the heap.
   */
  @Param("heap")
  public String layout;

  private Attention attention;
  private Workers workers;
  private FloatTensor q;
  private FloatTensor k;
  private FloatTensor v;
  private FloatTensor out;
  private FloatTensor weights;
  private float scale;
  private Mask mask;

  @Setup(Level.Trial)
  public void setUp(BenchmarkParams parameters) {
    Served.requireComplete();
    int length = length(shape);
    int dim = dim(shape);
    q = normal(length, dim, 1);
    k = normal(length, dim, 2);
    v = normal(length, dim, 3);
    out = normal(length, dim, 4);
    boolean composed = parameters.getBenchmark().endsWith("composed");
    weights = FloatTensor.allocate(1, HEADS, composed ? length : 0, length); // 2 GB at 8192
    mask = isCausal(shape) ? Mask.causal() : Mask.none();
    attention = Attention.builder().mask(mask).build();
    scale = (float) (1 / Math.sqrt(dim));
    workers = threads == 1 ? Workers.caller() : Workers.threads(threads);
  }

  private FloatTensor normal(int length, int dim, int seed) {
    float[] contents = Inputs.normal(HEADS * length * dim, seed);
    return switch (layout) {
      case "heap" -> FloatTensor.of(contents, 1, HEADS, length, dim);
      case "permuted" -> FloatTensor.of(contents, 1, length, HEADS, dim).permute(0, 2, 1, 3);
      case "native" -> offHeap(contents, length, dim);
      default -> throw new IllegalArgumentException("no layout " + layout);
    };
  }

  private static FloatTensor offHeap(float[] contents, int length, int dim) {
    MemorySegment memory = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, contents);
    return FloatTensor.of(memory, 1, HEADS, length, dim);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
  }

  @Benchmark
  public FloatTensor fused() {
    attention.forward(q, k, v, out, RowStatistics.none(), workers);
    return out;
  }

  /** What a user would write without {@link Attention}. */
  @Benchmark
  public FloatTensor composed() {
    Matmul.multiplyTransposed(scale, q, k, weights, workers);
    Softmax.standard().apply(weights, mask, weights, RowStatistics.none(), workers);
    Matmul.multiply(1f, weights, v, out, workers);
    return out;
  }

  @Override
  public double operations(BenchmarkParams parameters) {
    String s = parameters.getParam("shape");
    double all = 4.0 * HEADS * length(s) * length(s) * dim(s);
    return isCausal(s) ? all / 2 : all;
  }

  private static int length(String shape) {
    return Integer.parseInt(shape.substring(0, shape.indexOf('x')));
  }

  private static int dim(String shape) {
    return Integer.parseInt(shape.substring(shape.indexOf('x') + 1).replace(" causal", ""));
  }

  private static boolean isCausal(String shape) {
    return shape.endsWith("causal");
  }
}
