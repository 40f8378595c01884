package io.github.lanewise.bench.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A training has one loss curve, bit for bit: at every lane width, in scalar code, on threads. */
class LossCurveTest {
  private static final String CURVE = LossCurveMain.curve(Workers.caller());

  @Test
  void twoThreadsHaveTheBitsOfOne() {
    try (Workers two = Workers.threads(2)) {
      assertEquals(CURVE, LossCurveMain.curve(two));
    }
  }

  @Test
  void everyLaneWidthHasTheBitsOfThisOne() {
    int widest = Lanewise.implementation().laneBits();
    assertTrue(widest >= 128, "these tests are to run on vectors");
    for (int lanes = 0; lanes <= widest; lanes = lanes == 0 ? 128 : 2 * lanes) {
      List<String> lines =
          ChildJvm.run(
                  List.of(ChildJvm.ownJava()),
                  List.of("-Dlanewise.lanes=" + lanes),
                  LossCurveMain.class,
                  List.of())
              .lines()
              .toList();
      assertEquals(List.of("" + lanes, CURVE), lines);
    }
  }

  /** A test that could not fail would hold for any seed. */
  @Test
  void anotherSeedHasAnotherCurve() {
    SmallModel other = new SmallModel(null, true, 8, LossCurveMain.STEPS, Workers.caller());
    assertNotEquals(CURVE.split(" ", -1)[0], Double.toHexString(other.training.step()));
  }
}
