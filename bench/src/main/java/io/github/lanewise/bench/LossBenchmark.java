package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.machine.MachineInfo;
import io.github.lanewise.classification.CrossEntropy;
import io.github.lanewise.classification.TemperatureScaling;
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
 * The loss of a classifier with its gradient, beside softmax alone, and the fit of a temperature.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="LossBenchmark -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LossBenchmark {

  @Param({"1", "2"})
  int threads;

  /** A vocabulary's rows and classes, those of images, and those of characters. */
  @Param({"4096x32000", "1024x1000", "4096x65"})
  String shape;

  private final CrossEntropy smooth = CrossEntropy.builder().labelSmoothing(0.1).build();
  private final CrossEntropy warm = CrossEntropy.builder().temperature(1.3).build();
  private final Mask everything = Mask.none();

  private FloatTensor logits;
  private FloatTensor gradient;
  private int[] labels;
  private Workers workers;

  @Setup
  public void setUp() {
    MachineInfo.requireChosenKernels();
    workers = threads == 1 ? Workers.caller() : Workers.threads(threads);
    int by = shape.indexOf('x');
    int rows = Integer.parseInt(shape.substring(0, by));
    int classes = Integer.parseInt(shape.substring(by + 1));
    logits = FloatTensor.of(Inputs.normal(rows * classes, 1), rows, classes);
    gradient = FloatTensor.allocate(rows, classes);
    labels = new int[rows];
    for (int r = 0; r < rows; r++) {
      labels[r] = (int) (r * 7919L % classes);
      logits.set(3, r, labels[r]); // learned, more or less
    }
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
  }

  /** The loss with its gradient, by one thread, ready to be called. */
  public static Runnable call() {
    LossBenchmark benchmark = new LossBenchmark();
    benchmark.threads = 1;
    benchmark.shape = "64x1000";
    benchmark.setUp();
    return benchmark::lossAndGradient;
  }

  /** Softmax of the same rows. */
  @Benchmark
  public FloatTensor softmax() {
    Softmax.standard().apply(logits, everything, gradient, RowStatistics.none(), workers);
    return gradient;
  }

  /** Loss and gradient. */
  @Benchmark
  public double lossAndGradient() {
    return CrossEntropy.standard().apply(logits, labels, gradient, workers);
  }

  /** The loss alone. */
  @Benchmark
  public double loss() {
    return CrossEntropy.standard().apply(logits, labels, null, workers);
  }

  /** Loss and gradient with a share for every class. */
  @Benchmark
  public double smoothed() {
    return smooth.apply(logits, labels, gradient, workers);
  }

  /** Loss and gradient at a temperature. */
  @Benchmark
  public double temperature() {
    return warm.apply(logits, labels, gradient, workers);
  }

  /** The temperature that fits, in double precision. */
  @Benchmark
  public double fit() {
    return TemperatureScaling.fit(logits, labels, workers).temperature();
  }
}
