package io.github.lanewise.bench;

import io.github.lanewise.Lanes;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time per element of exp on 4096 floats in the first-level cache: ours, the JDK's vector function,
 * and the scalar loop.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="ExpBenchmark -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ExpBenchmark.LENGTH)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ExpBenchmark {

  static final int LENGTH = 4096;

  private static final VectorSpecies<Float> PREFERRED = FloatVector.SPECIES_PREFERRED;

  private final float[] x = Inputs.normal(LENGTH, 1);
  private final float[] y = new float[LENGTH];

  @Benchmark
  public float[] lanewise() {
    Lanes.exp(x, 0, y, 0, LENGTH);
    return y;
  }

  /** {@code lanewise(EXP)}: the JDK calls Intel's short vector math library where it has it. */
  @Benchmark
  public float[] jdkVector() {
    for (int i = 0; i < LENGTH; i += PREFERRED.length()) {
      FloatVector.fromArray(PREFERRED, x, i).lanewise(VectorOperators.EXP).intoArray(y, i);
    }
    return y;
  }

  @Benchmark
  public float[] mathExp() {
    for (int i = 0; i < LENGTH; i++) {
      y[i] = (float) Math.exp((double) x[i]);
    }
    return y;
  }
}
