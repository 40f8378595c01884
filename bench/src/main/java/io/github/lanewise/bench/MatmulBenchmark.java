package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.Workers;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Matrix products on one thread: Q·Kᵀ, P·V, and the linear layers of a small transformer.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="MatmulBenchmark -prof gc -prof
 * io.github.lanewise.bench.FmaPeakProfiler"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(3)
public class MatmulBenchmark implements FmaPeakProfiler.Counted {

  /** m x n x k, with T where B is given transposed, [n, k]. */
  @Param({"2048x2048x128 T", "2048x64x2048", "128x384x384", "128x1536x384", "128x384x1536"})
  public String shape;

  private FloatTensor a;
  private FloatTensor b;
  private FloatTensor c;

  @Setup(Level.Trial)
  public void setUp() {
    Served.requireComplete();
    int[] sizes = sizes(shape);
    int m = sizes[0];
    int n = sizes[1];
    int k = sizes[2];
    a = FloatTensor.of(Inputs.normal(m * k, 1), m, k);
    float[] right = Inputs.normal(n * k, 2);
    b = isTransposed(shape) ? FloatTensor.of(right, n, k) : FloatTensor.of(right, k, n);
    c = FloatTensor.allocate(m, n);
  }

  @Benchmark
  public FloatTensor product() {
    if (isTransposed(shape)) {
      Matmul.multiplyTransposed(1f, a, b, c, Workers.caller());
    } else {
      Matmul.multiply(1f, a, b, c, Workers.caller());
    }
    return c;
  }

  @Override
  public double operations(BenchmarkParams parameters) {
    int[] sizes = sizes(parameters.getParam("shape"));
    return 2.0 * sizes[0] * sizes[1] * sizes[2];
  }

  private static int[] sizes(String shape) {
    String[] parts = shape.replace(" T", "").split("x", 3);
    return new int[] {
      Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2])
    };
  }

  private static boolean isTransposed(String shape) {
    return shape.endsWith("T");
  }
}
