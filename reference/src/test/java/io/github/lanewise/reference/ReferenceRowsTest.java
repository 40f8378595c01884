package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ReferenceRowsTest {
  @Test
  void aNormDividesByTheRootOfTheMeanSquare() {
    double[] x = {3, -4, 0, 5};
    double[] weight = {1, 2, 3, 0.5};
    double root = Math.sqrt(12.5 + 0.1);
    assertArrayEquals(
        new double[] {3 / root, -8 / root, 0, 2.5 / root},
        ReferenceRows.rmsNorm(x, weight, 0.1, false),
        1e-15);
    assertArrayEquals(
        new double[] {6 / root, -12 / root, 0, 7.5 / root},
        ReferenceRows.rmsNorm(x, weight, 0.1, true),
        1e-15);
  }

  @Test
  void activationsHaveTheirKnownValues() {
    assertEquals(0.7310585786300049, ReferenceRows.sigmoid(1), 1e-15);
    assertEquals(Math.exp(-50), ReferenceRows.sigmoid(-50), 1e-36);
    assertEquals(-0.2689414213699951, ReferenceRows.silu(-1), 1e-15);
    assertEquals(0.8413447460685429, ReferenceRows.gelu(1), 1e-14);
    assertEquals(-8 * 6.220960574271785e-16, ReferenceRows.gelu(-8), 1e-27);
    assertEquals(0.8411919906082768, ReferenceRows.geluTanh(1), 1e-14);
    for (double end : new double[] {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}) {
      double limit = Math.max(0, end);
      assertEquals(limit, ReferenceRows.silu(end));
      assertEquals(limit, ReferenceRows.gelu(end));
      assertEquals(limit, ReferenceRows.geluTanh(end));
    }
  }

  @Test
  void pairsAreTurnedByTheAngleOfThePosition() {
    double[] head = {1, 2, 3, 4, 5};
    double quarter = Math.PI / 2;
    double[] frequencies = {quarter, 2 * quarter};
    assertArrayEquals(
        new double[] {-3, -2, 1, -4, 5}, ReferenceRows.rotate(head, frequencies, 1, false), 1e-15);
    assertArrayEquals(
        new double[] {-2, 1, -3, -4, 5}, ReferenceRows.rotate(head, frequencies, 1, true), 1e-15);
    assertArrayEquals(head, ReferenceRows.rotate(head, frequencies, 0, true), 0);
  }
}
