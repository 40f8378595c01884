package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.PackedMatrix;
import io.github.lanewise.Rows;
import io.github.lanewise.Workers;
import io.github.lanewise.testing.Floats;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The feed-forward half of a layer with packed weights, as a soak test computes it again and again:
 * norm, gate and up, their gated unit, down.
 */
final class SoakLayer {
  private static final int DIM = 48;
  private static final int HIDDEN = 200;
  private static final int MOST_TOKENS = 20;
  private static final float EPSILON = 1e-5f;

  private final FloatTensor x = normal(1, MOST_TOKENS, DIM);
  private final FloatTensor weight = normal(2, DIM);
  private final PackedMatrix gate;
  private final PackedMatrix up;
  private final PackedMatrix down;

  /** What one thread makes of all tokens. */
  private final FloatTensor expected;

  SoakLayer(PackedMatrix.Storage storage) {
    gate = PackedMatrix.pack(normal(3, HIDDEN, DIM), storage);
    up = PackedMatrix.pack(normal(4, HIDDEN, DIM), storage);
    down = PackedMatrix.pack(normal(5, DIM, HIDDEN), storage);
    expected = compute(x, Workers.caller());
  }

  /** Checks that some of the tokens by themselves have the bits that they have among all. */
  void check(SplittableRandom random, Workers workers) {
    int from = random.nextInt(MOST_TOKENS);
    int to = from + 1 + random.nextInt(MOST_TOKENS - from);
    FloatTensor out = compute(x.slice(0, from, to), workers);
    Floats.assertBits(expected.slice(0, from, to), out, "tokens " + from + " to " + to);
  }

  private FloatTensor compute(FloatTensor tokens, Workers workers) {
    long rows = tokens.size(0);
    FloatTensor normed = Floats.filledTensor(Float.NaN, rows, DIM);
    FloatTensor gates = Floats.filledTensor(Float.NaN, rows, HIDDEN);
    FloatTensor ups = Floats.filledTensor(Float.NaN, rows, HIDDEN);
    FloatTensor out = Floats.filledTensor(Float.NaN, rows, DIM);
    Rows.rmsNorm(tokens, weight, EPSILON, true, normed, workers);
    Matmul.multiplyTransposed(1f, normed, gate, gates, workers);
    Matmul.multiplyTransposed(1f, normed, up, ups, workers);
    Rows.siluMultiply(gates, ups, gates, workers);
    Matmul.multiplyTransposed(1f, gates, down, out, workers);
    return out;
  }

  private static FloatTensor normal(long seed, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return FloatTensor.of(values, shape);
  }
}
