package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.PackedMatrix;
import io.github.lanewise.PackedMatrix.Storage;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.machine.LimitSource.ReadLoop;
import io.github.lanewise.bench.machine.MachineInfo;
import java.util.Arrays;
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
 * Products with constant weights [8192, 2048], a plain read of as many bytes, and the same product
 * with a tensor: microseconds a call.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="PackedMatrixBenchmark -prof gc"}; {@link PackedFigures} lets them
 * take turns in one process instead, and divides.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class PackedMatrixBenchmark {

  @Param({"1", "4", "17", "64"})
  public int rows;

  @Param("8192")
  public int n;

  @Param("2048")
  public int k;

  @Param({"FLOAT32", "BFLOAT16", "FLOAT16", "INT8"})
  public Storage storage;

  @Param({"1", "2"})
  public int threads;

  private Workers workers;
  private FloatTensor a;
  private FloatTensor weights;
  private PackedMatrix packed;
  private FloatTensor c;
  private float[] memory;

  @Setup(Level.Trial)
  public void setUp() {
    MachineInfo.requireChosenKernels();
    workers = threads == 1 ? Workers.caller() : Workers.threads(threads);
    a = FloatTensor.of(Inputs.normal(rows * k, 1), rows, k);
    float[] numbers = Inputs.normal(n * k, 2);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= 0.02f; // as weights are: some are subnormal as float16
    }
    weights = FloatTensor.of(numbers, n, k);
    packed = PackedMatrix.pack(weights, storage);
    c = FloatTensor.allocate(rows, n);
    memory = new float[(int) (packed.byteSize() / Float.BYTES)];
    Arrays.fill(memory, 1f);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
  }

  @Benchmark
  public FloatTensor product() {
    Matmul.multiplyTransposed(1f, a, packed, c, workers);
    return c;
  }

  /** With the numbers before they were packed. */
  @Benchmark
  public FloatTensor tensorProduct() {
    Matmul.multiplyTransposed(1f, a, weights, c, workers);
    return c;
  }

  /** By one thread, in four streams. */
  @Benchmark
  public float read() {
    return ReadLoop.sum(memory, 0, memory.length, 1);
  }

  /** One of some rows and shape, set up, on the calling thread. */
  static PackedMatrixBenchmark of(int rows, int n, int k, Storage storage) {
    PackedMatrixBenchmark benchmark = new PackedMatrixBenchmark();
    benchmark.rows = rows;
    benchmark.n = n;
    benchmark.k = k;
    benchmark.storage = storage;
    benchmark.threads = 1;
    benchmark.setUp();
    return benchmark;
  }

  /** Multiply-adds of a product, counted as two operations. */
  double operations() {
    return 2.0 * rows * n * k;
  }
}
