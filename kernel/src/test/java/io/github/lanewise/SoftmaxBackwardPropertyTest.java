package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import java.util.Arrays;

/** The gradient of softmax against the oracle's, and against differences of the oracle. */
class SoftmaxBackwardPropertyTest {
  private static final float[] TEMPERATURES = {1, 1, 0.5f, 2, 0.1f, 0.7f, 30};

  /** dx = y·(dy - Σ y·dy)/T: the sum is over as many terms as the row has. */
  @Cases(150)
  void backwardIsTheGradient(Draw draw, @Accuracy.Of("softmax backward") Accuracy accuracy) {
    int rows = draw.integer("rows", 1, 3);
    int n = draw.size("n", draw.onceIn(6, "long") ? 3000 : 600);
    float temperature = draw.oneOf("temperature", TEMPERATURES);
    float[] x = draw.floats("x", rows * n, FloatKind.NORMAL, FloatKind.LOGITS);
    float[] dy = draw.floats("dy", rows * n, FloatKind.NORMAL, FloatKind.GRID);
    Softmax softmax = at(temperature).build();
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor y = sandbox.output("y", rows, n);
    softmax.apply(FloatTensor.of(x, rows, n), y);
    FloatTensor dyTensor = sandbox.inPlace("dyTensor", dy, rows, n);
    boolean inPlace = draw.onceIn(3, "inPlace");
    FloatTensor dx = inPlace ? dyTensor : sandbox.output("dx", rows, n);
    softmax.backward(y, dyTensor, dx);
    sandbox.assertIntact("gradient");
    for (int row = 0; row < rows; row++) {
      double[] weights = Primitives.widen(Arrays.copyOfRange(y.toArray(), row * n, (row + 1) * n));
      double[] gradient = Primitives.widen(Arrays.copyOfRange(dy, row * n, (row + 1) * n));
      double[] expected = ReferenceSoftmax.backward(weights, gradient, temperature);
      double magnitude = 0;
      double total = 0;
      for (int j = 0; j < n; j++) {
        magnitude += Math.abs(weights[j] * gradient[j]);
        total += weights[j];
      }
      for (int j = 0; j < n; j++) {
        // The weights were rounded: their sum is 1 to within the oracle's own use of it.
        double unnormalised = weights[j] * gradient[j] * Math.abs(1 - total) / temperature;
        double bound =
            (24 + Accuracy.blockLevels(n))
                    * U
                    * weights[j]
                    * (Math.abs(gradient[j]) + magnitude)
                    / temperature
                + Math.abs(unnormalised)
                + 0x1p-126;
        accuracy.check(expected[j], dx.toArray()[row * n + j], bound, "[" + j + "]");
      }
    }
  }

  /** dx = (dy - exp(y)·Σ dy)/T. */
  @Cases(100)
  void logarithmicBackwardIsTheGradient(
      Draw draw, @Accuracy.Of("log-softmax backward") Accuracy accuracy) {
    int n = draw.size("n", 600);
    float temperature = draw.oneOf("temperature", TEMPERATURES);
    float[] x = draw.floats("x", n, FloatKind.NORMAL, FloatKind.LOGITS);
    float[] dy = draw.floats("dy", n, FloatKind.NORMAL, FloatKind.GRID);
    Softmax softmax = at(temperature).logarithmic(true).build();
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor y = sandbox.output("y", n);
    FloatTensor dx = sandbox.output("dx", n);
    softmax.apply(FloatTensor.of(x, n), y);
    softmax.backward(y, sandbox.input("dyTensor", dy, n), dx);
    sandbox.assertIntact("gradient");
    double[] gradient = Primitives.widen(dy);
    double total = Primitives.sum(gradient);
    double magnitude = Primitives.sum(Arrays.stream(gradient).map(Math::abs).toArray());
    float[] logWeights = y.toArray();
    float[] actual = dx.toArray();
    for (int j = 0; j < n; j++) {
      double weight = Math.exp(logWeights[j]);
      double bound =
          ((24 + Accuracy.blockLevels(n)) * weight * magnitude + 3 * Math.abs(gradient[j]))
                  * U
                  / temperature
              + 0x1p-126;
      accuracy.check((gradient[j] - weight * total) / temperature, actual[j], bound, "[" + j + "]");
    }
  }

  /** Central differences of the oracle's softmax, from the scores: backward needs only y. */
  @Cases(40)
  void backwardAgreesWithFiniteDifferences(
      Draw draw, @Accuracy.Of("softmax backward against differences") Accuracy accuracy) {
    int n = draw.integer("n", 1, 24);
    float temperature = draw.oneOf("temperature", TEMPERATURES);
    float[] x = draw.floats("x", n, FloatKind.NORMAL);
    float[] dy = draw.floats("dy", n, FloatKind.NORMAL);
    Softmax softmax = at(temperature).build();
    FloatTensor y = FloatTensor.allocate(n);
    FloatTensor dx = FloatTensor.allocate(n);
    softmax.apply(FloatTensor.of(x, n), y);
    softmax.backward(y, FloatTensor.of(dy, n), dx);
    double step = 0x1p-14 * temperature;
    for (int i = 0; i < n; i++) {
      double above = loss(x, i, step, dy, temperature);
      double below = loss(x, i, -step, dy, temperature);
      accuracy.check((above - below) / (2 * step), dx.get(i), 1e-5 / temperature, "[" + i + "]");
    }
  }

  private static double loss(float[] x, int moved, double step, float[] dy, float temperature) {
    double[] scores = Primitives.widen(x);
    scores[moved] += step;
    double[] weights = ReferenceSoftmax.softmax(scores, temperature);
    return Primitives.dot(weights, 0, Primitives.widen(dy), 0, weights.length);
  }

  private static Softmax.Builder at(float temperature) {
    return Softmax.builder().temperature(temperature);
  }
}
