package io.github.lanewise.bench.experiments;

import io.github.lanewise.classification.TemperatureScaling.Calibration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run has shown.
 *
 * @param signature which run it was
 * @param loss of each step, before it
 * @param gradientNorm of each step
 * @param entropy of each layer, every {@link Trial#EVERY} steps: [when][layer]
 * @param validation loss on text that it has not seen, every {@link Trial#VALIDATION_EVERY} steps
 *     and at the end
 * @param failedAt the step whose loss is no number, or -1
 * @param temperatures [layer][head] at the end; empty if they are not learned
 * @param calibration of a model that was trained too long; null of the others
 * @param checkedBefore loss at temperature 1 on text that the temperature was not fitted to
 * @param checkedAfter the same at the fitted one
 * @param seconds of a processor that the run took
 */
record RunResult(
    String signature,
    List<Double> loss,
    List<Double> gradientNorm,
    List<List<Double>> entropy,
    List<Double> validation,
    int failedAt,
    List<List<Double>> temperatures,
    @Nullable Calibration calibration,
    double checkedBefore,
    double checkedAfter,
    double seconds) {

  double finalValidation() {
    return failedAt >= 0 ? Double.NaN : validation.getLast();
  }
}
