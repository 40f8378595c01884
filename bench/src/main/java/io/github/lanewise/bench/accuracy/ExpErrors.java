package io.github.lanewise.bench.accuracy;

import io.github.lanewise.Lanes;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.reference.CorrectlyRounded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Errors of exp: of Lanewise, of the JDK's vector function, and of {@code (float) Math.exp}, in
 * units in the last place of the correctly rounded result.
 */
public final class ExpErrors {
  /** Every 61st of 514 million floats: 8 million, in seconds. A prime, to meet all mantissas. */
  private static final int STRIDE = 61;

  private static final int QUICK_STRIDE = 997;
  private static final int RUN = 4096;
  private static final int FAST_RUNS = 200;
  private static final long LONGEST_COMPILATION = 1_000_000_000L;
  private static final VectorSpecies<Float> PREFERRED = FloatVector.SPECIES_PREFERRED;

  private ExpErrors() {}

  /** An exp of the first {@code count} floats; what is behind them may be written to as well. */
  interface Exp {
    void apply(float[] x, float[] y, int count);
  }

  /**
   * Returns a histogram for each contender.
   *
   * @param quick over a sixteenth of the sample
   */
  public static List<BenchResult.UlpHistogram> run(boolean quick) {
    compileJdkVector();
    Map<String, Exp> contenders = new LinkedHashMap<>();
    contenders.put("Lanewise", (x, y, count) -> Lanes.exp(x, 0, y, 0, count));
    contenders.put("JDK Vector EXP", (x, y, count) -> jdkVector(x, y));
    contenders.put("Math.exp", ExpErrors::mathExp);
    return measure(new ExpSample(quick ? QUICK_STRIDE : STRIDE), contenders);
  }

  static List<BenchResult.UlpHistogram> measure(ExpSample sample, Map<String, Exp> contenders) {
    List<BenchResult.UlpHistogram> histograms = new ArrayList<>();
    for (Map.Entry<String, Exp> contender : contenders.entrySet()) {
      UlpCounter counter = new UlpCounter();
      float[] y = new float[RUN];
      sample.forEach(
          new float[RUN],
          (x, count) -> {
            contender.getValue().apply(x, y, count);
            for (int i = 0; i < count; i++) {
              counter.add(x[i], CorrectlyRounded.expErrorInUlps(x[i], y[i]));
            }
          });
      histograms.add(counter.histogram(contender.getKey()));
    }
    return histograms;
  }

  /**
   * Until it is compiled, the JDK's vector function calls Math.exp for each lane, and is as exact;
   * what a user gets in the long run is the native library behind it.
   */
  private static void compileJdkVector() {
    float[] y = new float[RUN];
    long begin = System.nanoTime();
    long first = 0;
    int fast = 0;
    long end = begin;
    while (fast < FAST_RUNS && end - begin < LONGEST_COMPILATION) {
      long start = end;
      jdkVector(new float[RUN], y);
      end = System.nanoTime();
      first = first == 0 ? end - start : first;
      fast = end - start < first / 10 ? fast + 1 : 0;
    }
  }

  private static void jdkVector(float[] x, float[] y) {
    for (int i = 0; i < RUN; i += PREFERRED.length()) {
      FloatVector.fromArray(PREFERRED, x, i).lanewise(VectorOperators.EXP).intoArray(y, i);
    }
  }

  private static void mathExp(float[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) {
      y[i] = (float) Math.exp((double) x[i]);
    }
  }
}
