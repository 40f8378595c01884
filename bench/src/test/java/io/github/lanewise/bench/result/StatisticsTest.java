package io.github.lanewise.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.junit.jupiter.api.Test;

final class StatisticsTest {
  private final Random random = new Random(1);

  @Test
  void medianByHand() {
    assertEquals(2, Statistics.median(3, 1, 2));
    assertEquals(2.5, Statistics.median(4, 1, 3, 2));
    assertEquals(7, Statistics.median(7));
    assertEquals(2.5, Statistics.median(List.of(4.0, 1.0, 3.0, 2.0)));
    assertThrows(IllegalArgumentException.class, Statistics::median);
  }

  @Test
  void agreesWithCommonsMath() {
    Median median = new Median();
    Percentile percentile = new Percentile().withEstimationType(Percentile.EstimationType.R_7);
    for (int length = 1; length <= 60; length++) {
      double[] values = random.doubles(length, 1, 1000).toArray();
      double[] before = values.clone();
      assertEquals(median.evaluate(values), Statistics.median(values), 1e-10);
      for (double share : new double[] {0.05, 0.25, 0.5, 0.75, 0.9, 1}) {
        double expected = percentile.evaluate(values, 100 * share);
        assertEquals(expected, Statistics.quantile(share, values), 1e-10, share + " of " + length);
      }
      assertEquals(Arrays.stream(values).min().orElseThrow(), Statistics.quantile(0, values));
      assertEquals(Arrays.toString(before), Arrays.toString(values));
    }
  }

  @Test
  void oneThatIsNoNumberMakesNone() {
    for (int i = 0; i < 3; i++) {
      double[] values = {3, 1, 2};
      values[i] = Double.NaN;
      assertEquals(Double.NaN, Statistics.median(values));
      assertEquals(Double.NaN, Statistics.quantile(0, values));
    }
    double infinity = Double.POSITIVE_INFINITY;
    assertEquals(2, Statistics.median(1, 2, infinity));
    assertEquals(infinity, Statistics.median(1, infinity));
  }

  @Test
  void spreadIsRelativeToTheMedian() {
    assertEquals(0.5, Statistics.spread(List.of(90.0, 100.0, 140.0)));
    assertEquals(3 / 2.5, Statistics.spread(List.of(4.0, 1.0, 2.0, 3.0)), 1e-12);
    assertEquals(0, Statistics.spread(List.of(5.0)));
  }

  @Test
  void refusesMoreThanAll() {
    assertThrows(IllegalArgumentException.class, () -> Statistics.quantile(1.1, 1, 2));
    assertThrows(IllegalArgumentException.class, () -> Statistics.quantile(Double.NaN, 1, 2));
  }
}
