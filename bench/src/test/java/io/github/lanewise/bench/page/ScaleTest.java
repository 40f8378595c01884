package io.github.lanewise.bench.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.page.Axis.Scale;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {
  @Test
  void aLinearAxisHasRoundStepsAroundAllValues() {
    Scale scale = scale(Axis.Kind.FROM_ZERO, 3, 97, Double.NaN, Double.POSITIVE_INFINITY);
    assertEquals(List.of("0", "50", "100"), labels(scale));
    assertEquals(97, scale.at(97), 1e-9);
    assertEquals(
        List.of("10.2", "10.4", "10.6", "10.8"), labels(scale(Axis.Kind.LINEAR, 10.3, 10.8)));
  }

  @Test
  void aLogarithmicAxisBeginsAndEndsAtOneTwoOrFive() {
    assertEquals(List.of("0.5", "1", "2", "5"), labels(scale(Axis.Kind.LOGARITHMIC, 0.6, 3)));
    assertEquals(List.of("0.01", "0.1", "1", "10"), labels(scale(Axis.Kind.LOGARITHMIC, 0.01, 40)));
    assertEquals(50, scale(Axis.Kind.LOGARITHMIC, 1, 100).at(10), 1e-9);
  }

  @Test
  void namedValuesReachFromEndToEndAndDoNotRunIntoEachOther() {
    Scale scale = scale(Axis.Kind.LOGARITHMIC_NAMED, 16, 100_000);
    assertEquals(0, scale.at(16), 1e-9);
    assertEquals(100, scale.at(100_000), 1e-9);
    List<Scale.Tick> ticks = scale.ticksAt(List.of(16.0, 40.0, 100_000.0));
    assertEquals(List.of("16", "100000"), ticks.stream().map(Scale.Tick::label).toList());
  }

  @Test
  void zeroHasAPlaceOfItsOwn() {
    Scale scale = scale(Axis.Kind.LOGARITHMIC_AND_ZERO, 0, 0.3, 20, 300);
    assertEquals(0, scale.at(0), 1e-9);
    assertEquals(0, scale.at(0.3), 1e-9);
    assertTrue(scale.at(1) > 20, () -> "1 is at " + scale.at(1));
  }

  @Test
  void noValueAtAllIsAnAxisToo() {
    for (Axis.Kind kind : Axis.Kind.values()) {
      Scale scale = scale(kind, Double.NaN);
      for (double value : new double[] {Double.NaN, -1, 0, 1e300, Double.POSITIVE_INFINITY}) {
        double at = scale.at(value);
        assertTrue(Double.isNaN(at) || (at >= 0 && at <= 100), kind + ": " + value + " at " + at);
      }
      assertTrue(scale.ticks().size() < 20, kind::name);
    }
  }

  private static Scale scale(Axis.Kind kind, double... values) {
    return new Scale(new Axis("", kind), Arrays.stream(values).boxed().toList(), 0, 100);
  }

  private static List<String> labels(Scale scale) {
    return scale.ticks().stream().map(Scale.Tick::label).toList();
  }
}
