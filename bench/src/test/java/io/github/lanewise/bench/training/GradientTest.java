package io.github.lanewise.bench.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Workers;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients of the model's parameters against what the loss does when one goes along them. */
class GradientTest {
  /** How far the loss is moved; what float loses of its difference is below the tolerance. */
  private static final double DISTANCE = 2e-3;

  @ParameterizedTest
  @EnumSource(
      value = Weighting.class,
      names = {"SOFTMAX", "UNSHIFTED"})
  void ofEveryParameterWithPlainAttention(Weighting weighting) {
    assertGradients(weighting, false, 0.01);
  }

  /** A score that goes through 0 is a bend, so that the difference is less of a gradient. */
  @Test
  void ofEveryParameterWithReluInPlaceOfSoftmax() {
    assertGradients(Weighting.RELU_GUARDED, false, 0.1);
  }

  @Test
  void ofEveryParameterWithTheLibrarysAttention() {
    assertGradients(null, false, 0.01);
  }

  @Test
  void ofTemperaturesToo() {
    assertGradients(null, true, 0.03);
  }

  private static void assertGradients(
      @Nullable Weighting weighting, boolean learns, double tolerance) {
    Transformer model = new SmallModel(weighting, learns, 1, 10, Workers.caller()).model;
    Batch batch = new Batch(SmallModel.SHAPE);
    batch.draw(SmallModel.TEXT, new SplittableRandom(3));
    model.learn(batch.characters, batch.next);
    int seen = 0;
    for (Parameter parameter : model.parameters()) {
      float[] start = parameter.value.clone();
      double square = 0;
      for (int i = 0; i < start.length; i++) {
        parameter.gradient[i] /= Transformer.GRADIENT_SCALE;
        square += (double) parameter.gradient[i] * parameter.gradient[i];
      }
      double step = DISTANCE / Math.sqrt(square);
      double up = moved(model, batch, parameter, start, step);
      double down = moved(model, batch, parameter, start, -step);
      System.arraycopy(start, 0, parameter.value, 0, start.length);
      double ratio = (up - down) / (2 * step) / square;
      assertEquals(1, ratio, square > 1e-4 ? tolerance : 10 * tolerance, "parameter " + seen);
      seen++;
    }
    assertTrue(seen >= 20, seen + " parameters");
  }

  private static double moved(
      Transformer model, Batch batch, Parameter parameter, float[] start, double step) {
    for (int i = 0; i < start.length; i++) {
      parameter.value[i] = (float) (start[i] + step * parameter.gradient[i]);
    }
    return batch.loss(model);
  }

  @Test
  void thePlainSoftmaxLearnsAsTheLibrarysDoes() {
    SmallModel plain = new SmallModel(Weighting.SOFTMAX, false, 5, 30, Workers.caller());
    SmallModel library = new SmallModel(null, false, 5, 30, Workers.caller());
    double first = 0;
    double last = 0;
    for (int step = 0; step < 30; step++) {
      last = library.training.step();
      first = step == 0 ? last : first;
      assertEquals(last, plain.training.step(), 1e-3, "step " + step);
    }
    assertTrue(last < 0.8 * first, first + " to " + last);
    for (int layer = 0; layer < SmallModel.SHAPE.layers(); layer++) {
      assertEquals(plain.model.entropy(layer), library.model.entropy(layer), 1e-3);
    }
  }
}
