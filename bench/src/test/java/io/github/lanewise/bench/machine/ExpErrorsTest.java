package io.github.lanewise.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.reference.CorrectlyRounded;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpErrorsTest {
  /** Of all floats, as README says; found by the sweep of {@code mvn -Plong verify}. */
  private static final double DOCUMENTED = 0.8785;

  @Test
  void theSampleConfirmsWhatIsDocumented() {
    List<BenchResult.UlpHistogram> histograms = ExpErrors.run(true);
    assertEquals(
        List.of("Lanewise", "JDK Vector EXP", "Math.exp"),
        histograms.stream().map(BenchResult.UlpHistogram::contender).toList());
    long sample = total(histograms.get(0));
    assertTrue(sample > 500_000, sample + " floats");
    for (BenchResult.UlpHistogram histogram : histograms) {
      System.out.println(
          histogram.contender() + ": " + histogram.largest() + " ULP at " + histogram.worstAt());
      assertEquals(sample, total(histogram));
    }
    assertEquals(DOCUMENTED, histograms.get(0).largest(), 5e-5);
    double scalar = histograms.get(2).largest();
    assertTrue(scalar > 0.49 && scalar < 0.51, scalar + " ULP");
  }

  private static long total(BenchResult.UlpHistogram histogram) {
    return histogram.counts().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void aPlantedErrorIsFound() {
    int[] sample = ExpErrors.sample(100_003);
    float planted = Float.intBitsToFloat(sample[1234]);
    BenchResult.UlpHistogram right = measured(sample, planted, 0);
    assertTrue(right.largest() <= 0.5, right.largest() + " ULP");
    assertEquals(0, right.counts().getLast());
    BenchResult.UlpHistogram wrong = measured(sample, planted, 3);
    assertEquals(planted, wrong.worstAt());
    assertEquals(3, wrong.largest(), 0.5);
    assertEquals(1, wrong.counts().getLast());
    assertEquals(total(right), total(wrong));
  }

  private static BenchResult.UlpHistogram measured(int[] sample, float planted, int ulps) {
    ExpErrors.Exp exp =
        (x, y, count) -> {
          for (int i = 0; i < count; i++) {
            y[i] = CorrectlyRounded.exp(x[i]);
            y[i] += Float.compare(x[i], planted) == 0 ? ulps * Math.ulp(y[i]) : 0;
          }
        };
    return ExpErrors.measure(sample, Map.of("planted", exp)).get(0);
  }

  @Test
  void aResultThatIsNotANumberIsInfinitelyWrong() {
    ExpErrors.UlpCounter counter = new ExpErrors.UlpCounter();
    counter.add(1, CorrectlyRounded.expErrorInUlps(1, Float.NaN));
    assertEquals(Double.POSITIVE_INFINITY, counter.histogram("").largest());
    assertEquals(1, counter.histogram("").counts().getLast());
  }

  @Test
  void anErrorIsCountedInTheBinThatHoldsIt() {
    ExpErrors.UlpCounter counter = new ExpErrors.UlpCounter();
    for (double error : new double[] {0, 0.019, 0.021, 1.99, 2.01, 7}) {
      counter.add(1, error);
    }
    List<Long> counts = counter.histogram("").counts();
    assertEquals(2, counts.get(0));
    assertEquals(1, counts.get(1));
    assertEquals(1, counts.get(99));
    assertEquals(2, counts.get(100));
    assertEquals(101, counts.size());
  }

  @Test
  void theSampleReachesBothEnds() {
    List<Float> floats =
        Arrays.stream(ExpErrors.sample(10_000_019)).mapToObj(Float::intBitsToFloat).toList();
    for (float end : new float[] {0x1p-24f, -0x1p-24f}) {
      assertTrue(floats.contains(end), () -> "without " + end);
    }
    float most = floats.stream().max(Float::compare).orElseThrow();
    assertTrue(Float.isFinite(CorrectlyRounded.exp(most)));
    assertEquals(Float.POSITIVE_INFINITY, CorrectlyRounded.exp(Math.nextUp(most)));
    float least = floats.stream().min(Float::compare).orElseThrow();
    assertEquals(Float.MIN_VALUE, CorrectlyRounded.exp(least));
    assertEquals(0, CorrectlyRounded.exp(Math.nextDown(least)));
  }
}
