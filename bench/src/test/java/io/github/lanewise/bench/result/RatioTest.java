package io.github.lanewise.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RatioTest {
  private static final int TRIALS = 20_000;

  private final Random random = new Random(20_261_121);

  @Test
  void comparesRoundsAndAllIterations() {
    Measurement other = measurement(fork(0, 20, 22, 24), fork(1, 30, 30, 33), fork(2, 40, 44, 48));
    Measurement base = measurement(fork(0, 10, 11, 12), fork(1, 10, 10, 10), fork(2, 11, 11, 11));
    Ratio ratio = Ratio.of(other, base);
    double[] others = {20, 22, 24, 30, 30, 33, 40, 44, 48};
    double[] bases = {10, 11, 12, 10, 10, 10, 11, 11, 11};
    double value = new Median().evaluate(others) / new Median().evaluate(bases);
    assertEquals(new Ratio(value, 2, 4, 3), ratio);
    assertEquals(0.75, ratio.coverage());
  }

  @Test
  void pairsByRoundWhateverTheOrder() {
    Measurement other = measurement(fork(2, 40), fork(0, 20), fork(7, 1));
    Measurement base = measurement(fork(0, 10), fork(1, 1000), fork(2, 10));
    assertEquals(new Ratio(3, 2, 4, 2), Ratio.of(other, base));
  }

  @Test
  void leavesOutWhatIsNoTime() {
    Measurement other =
        measurement(fork(0, 20, Double.NaN, 0), fork(1, Double.NaN), fork(2, -1, 40), fork(3));
    Measurement base =
        measurement(
            fork(0, 10), fork(1, 1000), fork(2, 10, Double.POSITIVE_INFINITY), fork(3, 1000));
    assertEquals(new Ratio(3, 2, 4, 2), Ratio.of(other, base));
  }

  @Test
  void withoutACommonRoundThereIsNone() {
    for (Ratio none :
        List.of(
            Ratio.of(measurement(), measurement()),
            Ratio.of(measurement(fork(0, 1)), measurement(fork(1, 1))),
            Ratio.of(measurement(fork(0, 0.0)), measurement(fork(0, 1))))) {
      assertEquals(new Ratio(Double.NaN, Double.NaN, Double.NaN, 0), none);
      assertEquals(0, none.coverage());
      assertEquals(Verdict.NO_INTERVAL, Verdict.of(none, 0.15));
    }
  }

  @Test
  void holdsItsOwnValue() {
    // each round says 2, but the rounds differ in length: all together say 40 / 10
    Measurement other = measurement(fork(0, 20), fork(1, 40, 40, 40));
    Measurement base = measurement(fork(0, 10, 10, 10), fork(1, 20));
    assertEquals(new Ratio(4, 2, 4, 2), Ratio.of(other, base));
  }

  @Test
  void oneRoundNamesNobody() {
    Ratio ratio = Ratio.of(measurement(fork(0, 100)), measurement(fork(0, 1)));
    assertEquals(new Ratio(100, 100, 100, 1), ratio);
    assertEquals(0, ratio.coverage());
    assertEquals(Verdict.NO_INTERVAL, Verdict.of(ratio, 0.15));
  }

  @Test
  void verdictNeedsTheWholeSpread() {
    assertEquals(Verdict.FASTER, Verdict.of(new Ratio(2, 1.16, 3, 3), 0.15));
    assertEquals(Verdict.NO_WINNER, Verdict.of(new Ratio(2, 1.14, 3, 3), 0.15));
    assertEquals(Verdict.NO_WINNER, Verdict.of(new Ratio(2, 1.16, 3, 3), 0.2));
    assertEquals(Verdict.SLOWER, Verdict.of(new Ratio(0.5, 0.3, 0.86, 3), 0.15));
    assertEquals(Verdict.NO_WINNER, Verdict.of(new Ratio(0.5, 0.3, 0.88, 3), 0.15));
    assertEquals(Verdict.NO_WINNER, Verdict.of(new Ratio(1, 0.5, 2, 3), 0.15));
  }

  @Test
  void noiseIsThatOfTheMachineIfItIsLarger() {
    assertEquals(0.15, Verdict.noise(new Disturbance(0, 0, 0.02)));
    assertEquals(0.4, Verdict.noise(new Disturbance(0, 0, 0.4)));
    assertEquals(0.15, Verdict.noise(new Disturbance(0, 0, Double.NaN)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void coverageIsThatOfTheSignTest(int rounds) {
    // the interval misses the median if no round, or every round, lies above it
    BinomialDistribution above = new BinomialDistribution(rounds, 0.5);
    double missed = above.probability(0) + above.probability(rounds);
    assertEquals(Math.max(0, 1 - missed), new Ratio(1, 1, 1, rounds).coverage(), 1e-12);
  }

  /** Skewed and heavy: a fork is off by exp of a normal number, squared on one side. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void coversTheTrueRatioAsOftenAsSaid(int rounds) {
    double truth = 1.7; // numerator and denominator are off alike: their ratio's median is exact
    int covered = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      Ratio ratio = Ratio.of(drawn(rounds, truth, 0.2), drawn(rounds, 1, 0.2));
      covered += ratio.low() <= truth && truth <= ratio.high() ? 1 : 0;
    }
    double coverage = new Ratio(1, 1, 1, rounds).coverage();
    System.out.printf(
        "%d rounds cover the true ratio in %.4f of all runs, %.4f are promised%n",
        rounds, (double) covered / TRIALS, coverage);
    // widened to the value, it may cover a little more often, but by no means always
    assertTrue(covered >= TRIALS * coverage - fourSigma(coverage), covered + " of " + TRIALS);
    assertTrue(covered <= TRIALS * (coverage + 0.03), covered + " of " + TRIALS);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void equalsAreSeldomToldApart(int rounds) {
    for (double noise : new double[] {0, 0.15}) {
      for (double wild : new double[] {0.02, 0.3, 2}) {
        int faster = 0;
        int slower = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
          Verdict verdict =
              Verdict.of(Ratio.of(drawn(rounds, 1, wild), drawn(rounds, 1, wild)), noise);
          faster += verdict == Verdict.FASTER ? 1 : 0;
          slower += verdict == Verdict.SLOWER ? 1 : 0;
        }
        double stated = 1 - new Ratio(1, 1, 1, rounds).coverage();
        String seen = faster + " faster, " + slower + " slower of " + TRIALS;
        assertTrue(faster + slower <= TRIALS * stated + fourSigma(stated), seen);
        assertEquals(faster, slower, 2 * fourSigma(stated / 2), seen);
        if (noise > 0 && wild == 0.02) {
          assertEquals(0, faster + slower, "a quiet machine's equals");
        }
      }
    }
  }

  @Test
  void twiceAsFastIsSeen() {
    int wrong = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      Measurement quick = drawn(3, 1, 0.02);
      Measurement slow = drawn(3, 2, 0.02);
      wrong += Verdict.of(Ratio.of(slow, quick), 0.15) == Verdict.FASTER ? 0 : 1;
      wrong += Verdict.of(Ratio.of(quick, slow), 0.15) == Verdict.SLOWER ? 0 : 1;
    }
    assertEquals(0, wrong);
  }

  @Test
  void shareIsTheMedianOverIterations() {
    Question exp = Question.parse("exp 4096").orElseThrow();
    double bytes = 8.0 * 4096;
    Measurement measured =
        new Measurement(
            "exp 4096",
            "Lanewise",
            0,
            List.of(
                new Fork(0, List.of(bytes, bytes / 2), List.of(10.0, 10.0), 0),
                new Fork(
                    1,
                    List.of(bytes / 3, Double.NaN, 0.0, bytes, -1.0),
                    list(10, 10, 10, 0, 10),
                    0)));
    assertEquals(0.2, Share.ofLimit(exp, measured), 1e-12); // of 0.1, 0.2 and 0.3
    assertEquals(Double.NaN, Share.ofLimit(exp, measurement()));
  }

  private static List<Double> list(double... values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** Four standard deviations of how often something of this probability happens. */
  private static double fourSigma(double probability) {
    return 4 * Math.sqrt(TRIALS * probability * (1 - probability));
  }

  private Measurement drawn(int rounds, double time, double wild) {
    List<Fork> forks = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      double z = random.nextGaussian();
      double fork = time * Math.exp(wild * (z > 0 ? z * z : z));
      forks.add(fork(round, fork, fork * 1.001, fork * (1 + 0.1 * random.nextDouble())));
    }
    Collections.shuffle(forks, random);
    return new Measurement("exp 4096", "somebody", 0, forks);
  }

  private static Measurement measurement(Fork... forks) {
    return new Measurement("exp 4096", "somebody", 0, List.of(forks));
  }

  private static Fork fork(int round, double... nanos) {
    List<Double> times = Arrays.stream(nanos).boxed().toList();
    return new Fork(round, times, times, 0);
  }
}
