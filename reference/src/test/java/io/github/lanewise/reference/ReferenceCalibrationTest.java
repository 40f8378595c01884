package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Test;

class ReferenceCalibrationTest {
  /** Two classes, right in three rows of four. */
  private static final double[][] LOGITS = {{5, 0}, {5, 0}, {5, 0}, {5, 0}};

  private static final int[] LABELS = {0, 0, 1, 0};

  @Test
  void atTheTemperatureOfTheLeastLossConfidenceIsAccuracy() {
    double temperature = ReferenceCalibration.temperature(LOGITS, LABELS, 0.01, 1000);
    assertEquals(5 / FastMath.log(3), temperature, 1e-7 * temperature);
    assertEquals(0, ReferenceCalibration.expectedError(LOGITS, LABELS, temperature, 15), 1e-7);
  }

  @Test
  void theErrorIsTheMeanDistanceOfConfidenceAndAccuracy() {
    double confidence = 1 / (1 + FastMath.exp(-5));
    assertEquals(
        confidence - 0.75, ReferenceCalibration.expectedError(LOGITS, LABELS, 1, 15), 1e-14);
    double loss = 0.75 * -FastMath.log(confidence) + 0.25 * (5 - FastMath.log(confidence));
    assertEquals(loss, ReferenceCalibration.loss(LOGITS, LABELS, 1), 1e-14);
  }
}
