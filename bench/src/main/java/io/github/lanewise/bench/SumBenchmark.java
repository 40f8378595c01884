package io.github.lanewise.bench;

import io.github.lanewise.Lanes;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Sums of rows of one length, in lanes and, in forks that force it, by the scalar fallback.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="SumBenchmark"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class SumBenchmark {

  private static final int ROWS = 64;

  @Param({
    "1", "2", "3", "5", "8", "13", "16", "17", "31", "32", "64", "100", "256", "1000", "1025"
  })
  public int length;

  private final float[] x = Inputs.normal(ROWS * 1025, 1);

  /** 64 rows, in the lanes of this machine. */
  @Benchmark
  @Fork(2)
  public float lanes() {
    return rows();
  }

  /** 64 rows, by the scalar fallback. */
  @Benchmark
  @Fork(value = 2, jvmArgsAppend = "-Dlanewise.lanes=0")
  public float scalar() {
    return rows();
  }

  private float rows() {
    float last = 0f;
    for (int row = 0; row < ROWS; row++) {
      last = Lanes.sum(x, row * length, (row + 1) * length);
    }
    return last;
  }
}
