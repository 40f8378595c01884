package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttentionGradientsTest {
  private static final AttentionShape SHAPE = new AttentionShape(2, 4, 2, 3, 5, 3, 2);

  private final SplittableRandom random = new SplittableRandom(0x9ad);
  private final double[] q = random.doubles(SHAPE.queryRows() * 3L, -1, 1).toArray();
  private final double[] k = random.doubles(SHAPE.keyRows() * 3L, -1, 1).toArray();
  private final double[] v = random.doubles(SHAPE.keyRows() * 2L, -1, 1).toArray();
  private final double[] dOut = random.doubles(SHAPE.queryRows() * 2L, -1, 1).toArray();

  @Test
  void plain() {
    assertGradients(AttentionOptions.standard(3));
  }

  @Test
  void everyOption() {
    assertGradients(
        AttentionOptions.standard(3)
            .withSoftcap(1.5)
            .withBias(ScoreBias.of(new float[] {1, -1, 0.5f, 0, -0.5f}, 5))
            .withAlibi(2, 0.5f, 0.25f, 1, 0.125f)
            .withSinks(0.5f, -1, 0, 1)
            .withTemperature(0.5f, 1, 2, 4)
            .withVisibility(Visibility.causal(1).and(Visibility.keyLengths(5, 2))));
  }

  @Test
  void everyOptionWithDropout() {
    assertGradients(
        AttentionOptions.standard(3)
            .withSoftcap(1.5)
            .withSinks(0.5f, -1, 0, 1)
            .withTemperature(0.5f, 1, 2, 4)
            .withDropout((b, h, i, j) -> (b + h + 2 * i + j) % 3 == 0 ? 0 : 1.5));
  }

  /** The gradient of a bias that serves many scores is the sum of theirs. */
  @Test
  void biasTemperatureAndSinks() {
    float[] bias = {1, -1, 0.5f, 0, -0.5f};
    float[] sinks = {0.5f, -1, 0, 1};
    float[] temperatures = {0.5f, 1, 2, 4};
    AttentionGradients gradients =
        AttentionGradients.of(SHAPE, options(bias, sinks, temperatures), q, k, v, dOut);
    float step = 0x1p-12f;
    for (int j = 0; j < bias.length; j++) {
      double sum = 0;
      for (int row = 0; row < SHAPE.queryRows(); row++) {
        sum += gradients.dBias()[row * SHAPE.keyLength() + j];
      }
      double above = loss(options(moved(bias, j, step), sinks, temperatures));
      double below = loss(options(moved(bias, j, -step), sinks, temperatures));
      assertEquals((above - below) / (2 * step), sum, 1e-7);
    }
    for (int h = 0; h < sinks.length; h++) {
      double above = loss(options(bias, moved(sinks, h, step), temperatures));
      double below = loss(options(bias, moved(sinks, h, -step), temperatures));
      assertEquals((above - below) / (2 * step), gradients.dSinks()[h], 1e-7);
      above = loss(options(bias, sinks, moved(temperatures, h, step)));
      below = loss(options(bias, sinks, moved(temperatures, h, -step)));
      assertEquals((above - below) / (2 * step), gradients.dTemperature()[h], 1e-6);
    }
  }

  private static AttentionOptions options(float[] bias, float[] sinks, float[] temperatures) {
    return AttentionOptions.standard(3)
        .withSoftcap(1.5)
        .withBias(ScoreBias.of(bias, 5))
        .withSinks(sinks)
        .withTemperature(temperatures)
        .withVisibility(Visibility.causal(1));
  }

  private static float[] moved(float[] values, int index, float step) {
    float[] moved = values.clone();
    moved[index] += step;
    return moved;
  }

  @Test
  void byHand() {
    // one query, two keys of equal score: α = ½, ½; dα = dOut·v = 1, 3; ds = α(dα - mean) = -½, ½
    AttentionShape shape = new AttentionShape(1, 1, 1, 1, 2, 1, 1);
    AttentionGradients gradients =
        AttentionGradients.of(
            shape,
            AttentionOptions.scaled(2),
            new double[] {0},
            new double[] {5, 7},
            new double[] {1, 3},
            new double[] {1});
    assertArrayEquals(new double[] {2 * (-0.5 * 5 + 0.5 * 7)}, gradients.dq(), 1e-15);
    assertArrayEquals(new double[] {0, 0}, gradients.dk(), 1e-15);
    assertArrayEquals(new double[] {0.5, 0.5}, gradients.dv(), 1e-15);
  }

  @Test
  void invisibleKeysGetNothingAndGiveNothing() {
    AttentionOptions options = AttentionOptions.scaled(1).withVisibility(Visibility.prefix(4));
    for (int row = 4; row < SHAPE.keyRows(); row += 5) { // key 4 of every batch and head
      k[row * 3] = Double.NaN;
      v[row * 2] = Double.POSITIVE_INFINITY;
    }
    AttentionGradients gradients = AttentionGradients.of(SHAPE, options, q, k, v, dOut);
    for (int row = 4; row < SHAPE.keyRows(); row += 5) {
      assertEquals(0, gradients.dk()[row * 3]);
      assertEquals(0, gradients.dv()[row * 2]);
    }
    for (double dq : gradients.dq()) {
      assertEquals(dq, dq, 0); // fails on NaN
    }
    AttentionOptions cold = options.withTemperature(0);
    assertThrows(
        IllegalArgumentException.class, () -> AttentionGradients.of(SHAPE, cold, q, k, v, dOut));
  }

  /** Central differences with step 2⁻¹⁶ are right to about 1e-10. */
  private void assertGradients(AttentionOptions options) {
    AttentionGradients gradients = AttentionGradients.of(SHAPE, options, q, k, v, dOut);
    assertArrayEquals(differences(options, q), gradients.dq(), 1e-9);
    assertArrayEquals(differences(options, k), gradients.dk(), 1e-9);
    assertArrayEquals(differences(options, v), gradients.dv(), 1e-9);
  }

  private double[] differences(AttentionOptions options, double[] argument) {
    double step = 0x1p-16;
    double[] differences = new double[argument.length];
    for (int j = 0; j < argument.length; j++) {
      double saved = argument[j];
      argument[j] = saved + step;
      double above = loss(options);
      argument[j] = saved - step;
      double below = loss(options);
      argument[j] = saved;
      differences[j] = (above - below) / (2 * step);
    }
    return differences;
  }

  private double loss(AttentionOptions options) {
    double[] out = ReferenceAttention.forward(SHAPE, options, q, k, v).out();
    return Primitives.dot(out, 0, dOut, 0, out.length);
  }
}
