package io.github.lanewise.bench.machine;

import io.github.lanewise.Lanes;
import io.github.lanewise.bench.result.BenchResult.UlpHistogram;
import io.github.lanewise.reference.CorrectlyRounded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Errors of exp: of Lanewise, of the JDK's vector function, and of {@code (float) Math.exp}, in
 * units in the last place of the correctly rounded result.
 */
final class ExpErrors {
  /** Every 61st of 514 million floats: 8 million, in seconds. A prime, to meet all mantissas. */
  private static final int STRIDE = 61;

  private static final int QUICK_STRIDE = 997;

  private static final float SMALLEST = 0x1p-24f;

  /** ln of 2¹²⁸ and of 2⁻¹⁵⁰, rounded to the float inside. */
  private static final float MOST = 0x1.62e42ep6f;

  private static final float LEAST = -0x1.9fe368p6f;

  /** Where Lanewise errs most, of all floats: found by a sweep over them. */
  private static final float WORST = -0x1.ab490ap4f;

  private static final int NEIGHBOURS = 3;
  private static final double HALF_LN2 = 0.5 * 0x1.62e42fefa39efp-1;

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
  static List<UlpHistogram> run(boolean quick) {
    compileJdkVector();
    Map<String, Exp> contenders = new LinkedHashMap<>();
    contenders.put("Lanewise", (x, y, count) -> Lanes.exp(x, 0, y, 0, count));
    contenders.put("JDK Vector EXP", (x, y, count) -> jdkVector(x, y));
    contenders.put("Math.exp", ExpErrors::mathExp);
    return measure(sample(quick ? QUICK_STRIDE : STRIDE), contenders);
  }

  /**
   * Bits of the floats for which exp is work: 2⁻²⁴ <= |x|, and e^x neither 0 nor infinite. For the
   * half of all floats beyond, the result is 0 or infinite, and for most others it is 1: they would
   * hide the rest in one bin. Every {@code stride}-th, plus the neighbours of everything at which
   * an algorithm may change its mind, and the float at which Lanewise is worst.
   */
  static int[] sample(int stride) {
    // Where e^x rounds to another power of two than before, and where the scale of a subnormal
    // result begins: x = n·(ln 2)/2.
    DoubleStream steps =
        IntStream.rangeClosed((int) (LEAST / HALF_LN2), (int) (MOST / HALF_LN2))
            .mapToDouble(n -> n * HALF_LN2);
    DoubleStream ends = DoubleStream.of(MOST, LEAST, SMALLEST, -SMALLEST, WORST);
    IntStream edges =
        DoubleStream.concat(steps, ends).mapToInt(x -> Float.floatToRawIntBits((float) x));
    return Stream.of(
            stretch(SMALLEST, MOST, stride),
            stretch(-SMALLEST, LEAST, stride),
            edges
                .flatMap(bits -> IntStream.rangeClosed(bits - NEIGHBOURS, bits + NEIGHBOURS))
                .filter(bits -> isWork(Float.intBitsToFloat(bits))))
        .flatMapToInt(bits -> bits)
        .toArray();
  }

  private static IntStream stretch(float first, float last, int stride) {
    int end = Float.floatToRawIntBits(last);
    return IntStream.iterate(
        Float.floatToRawIntBits(first), bits -> bits <= end, bits -> bits + stride);
  }

  private static boolean isWork(float x) {
    return Math.abs(x) >= SMALLEST && x >= LEAST && x <= MOST;
  }

  static List<UlpHistogram> measure(int[] sample, Map<String, Exp> contenders) {
    List<UlpHistogram> histograms = new ArrayList<>();
    contenders.forEach(
        (name, exp) -> {
          UlpCounter counter = new UlpCounter();
          float[] x = new float[RUN];
          float[] y = new float[RUN];
          for (int from = 0; from < sample.length; from += RUN) {
            int count = Math.min(RUN, sample.length - from);
            for (int i = 0; i < count; i++) {
              x[i] = Float.intBitsToFloat(sample[from + i]);
            }
            exp.apply(x, y, count);
            for (int i = 0; i < count; i++) {
              counter.add(x[i], CorrectlyRounded.expErrorInUlps(x[i], y[i]));
            }
          }
          histograms.add(counter.histogram(name));
        });
    return histograms;
  }

  /** Counts errors into bins and remembers the largest. */
  static final class UlpCounter {
    private static final double BIN_WIDTH = 0.02;

    /** Up to 2 ULP, and one for all above. */
    private static final int BINS = 101;

    private final long[] counts = new long[BINS];
    private double largest = -1;
    private double worstAt = Double.NaN;

    /**
     * Counts one result.
     *
     * @param x the argument
     * @param error of the function there, in ULP; infinity for a result that has nothing to do with
     *     the right one
     */
    void add(float x, double error) {
      counts[(int) Math.min(error / BIN_WIDTH, BINS - 1.0)]++;
      if (error > largest) {
        largest = error;
        worstAt = x;
      }
    }

    UlpHistogram histogram(String contender) {
      return new UlpHistogram(
          contender, BIN_WIDTH, Arrays.stream(counts).boxed().toList(), largest, worstAt);
    }
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
