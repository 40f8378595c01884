package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Softmax beside what its data cost to move.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="SoftmaxBenchmark -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class SoftmaxBenchmark {

  private static final int ROWS = 64;
  private static final int COLUMNS = 1024;
  private static final int SQUARE = 2048;
  private static final int VOCABULARY = 128256;

  private final float[] rows = Inputs.normal(ROWS * COLUMNS, 1);
  private final float[] target = new float[ROWS * COLUMNS];
  private final FloatTensor x = FloatTensor.of(rows, ROWS, COLUMNS);
  private final FloatTensor y = FloatTensor.of(target, ROWS, COLUMNS);

  private final FloatTensor square =
      FloatTensor.of(Inputs.normal(SQUARE * SQUARE, 2), SQUARE, SQUARE);
  private final FloatTensor squareOut = FloatTensor.allocate(SQUARE, SQUARE);

  private final FloatTensor logits = FloatTensor.of(Inputs.normal(VOCABULARY, 3), VOCABULARY);
  private final FloatTensor weights = FloatTensor.allocate(VOCABULARY);
  private final Mask everything = Mask.none();
  private final Mask causal = Mask.causal();
  private final Workers two = Workers.threads(2);

  @TearDown(Level.Trial)
  public void tearDown() {
    two.close();
  }

  /** 64 rows of 1024. */
  @Benchmark
  public FloatTensor rows64x1024() {
    Softmax.standard().apply(x, y);
    return y;
  }

  /** The same data, copied. */
  @Benchmark
  public float[] copy64x1024() {
    System.arraycopy(rows, 0, target, 0, rows.length);
    return target;
  }

  /** Causal, 2048 x 2048: divide by 4194304 for the time per square element. */
  @Benchmark
  public FloatTensor causal2048() {
    Softmax.standard().apply(square, causal, squareOut);
    return squareOut;
  }

  /** One row of a vocabulary, one thread. */
  @Benchmark
  public FloatTensor row128256() {
    Softmax.standard().apply(logits, weights);
    return weights;
  }

  /** The same row, split over two threads. */
  @Benchmark
  public FloatTensor row128256TwoThreads() {
    Softmax.standard().apply(logits, everything, weights, RowStatistics.none(), two);
    return weights;
  }
}
