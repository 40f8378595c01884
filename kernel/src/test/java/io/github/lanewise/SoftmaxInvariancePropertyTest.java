package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.util.Arrays;

/** What must not change a softmax, or must change it in a known way. */
class SoftmaxInvariancePropertyTest {
  /** On a grid on which x + shift is exact, the bits stay. */
  @Cases(200)
  void shiftChangesNothing(Draw draw) {
    int n = draw.size("n", 1100);
    float[] x = draw.floats("x", n, FloatKind.GRID);
    float shift = draw.oneOf("shift", 1f, -16f, 1024f, -4096f, 65536f);
    float[] shifted = new float[n];
    for (int j = 0; j < n; j++) {
      shifted[j] = x[j] + shift;
    }
    Floats.assertBits(softmax(x), softmax(shifted), "shifted by " + shift);
  }

  /** Only the order of the sum changes. */
  @Cases(150)
  void permutationPermutes(Draw draw, @Accuracy.Of("permuted softmax") Accuracy accuracy) {
    int n = draw.size("n", 1100);
    float[] x = draw.floats("x", n, FloatKind.finite());
    int[] order = draw.permutation("order", n);
    float[] permuted = new float[n];
    for (int j = 0; j < n; j++) {
      permuted[j] = x[order[j]];
    }
    float[] y = softmax(x);
    float[] permutedY = softmax(permuted);
    for (int j = 0; j < n; j++) {
      assertSumOrder(accuracy, y[order[j]], permutedY[j], n);
    }
  }

  /** An invisible element is one that is not there; at the end of a row, bit for bit. */
  @Cases(200)
  void maskedIsCompacted(
      Draw draw, @Accuracy.Of("masked against compacted softmax") Accuracy accuracy) {
    int n = draw.size("n", 1100);
    float[] x = draw.floats("x", n, FloatKind.finite());
    boolean onlyPrefix = draw.onceIn(2, "onlyPrefix");
    boolean[] allowed = draw.flags("allowed", n, 2);
    int prefix = draw.integer("prefix", 0, n);
    float[] compact = new float[n];
    int kept = 0;
    for (int j = 0; j < n; j++) {
      allowed[j] = onlyPrefix ? j < prefix : allowed[j];
      if (allowed[j]) {
        compact[kept++] = x[j];
      } else {
        x[j] = Float.NaN;
      }
    }
    FloatTensor y = FloatTensor.allocate(n);
    Softmax.builder()
        .emptyRow(EmptyRow.ZERO)
        .build()
        .apply(FloatTensor.of(x, n), Mask.allowed(allowed, n), y);
    float[] expected = softmax(Arrays.copyOf(compact, kept));
    int next = 0;
    for (int j = 0; j < n; j++) {
      if (!allowed[j]) {
        Floats.assertBits(0, y.get(j), "invisible " + j);
      } else if (onlyPrefix) {
        Floats.assertBits(expected[next++], y.get(j), "visible " + j);
      } else {
        assertSumOrder(accuracy, expected[next++], y.get(j), n);
      }
    }
  }

  /** Twice the same whole blocks: every weight is half, exactly. */
  @Cases(60)
  void duplicationHalvesEveryWeight(Draw draw) {
    int n = 256 << draw.integer("blocks", 0, 3);
    float[] x = draw.floats("x", n, FloatKind.NORMAL, FloatKind.TIED, FloatKind.GRID);
    float[] twice = Floats.repeated(x, 2);
    float[] y = softmax(x);
    float[] yTwice = softmax(twice);
    for (int j = 0; j < 2 * n; j++) {
      Floats.assertBits(y[j % n] / 2, yTwice[j], "weight " + j);
    }
  }

  /** Division by a power of two is exact, before the shift as after it. */
  @Cases(150)
  void temperatureDividesTheScores(Draw draw) {
    int n = draw.size("n", 1100);
    float[] x = draw.floats("x", n, FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.GRID);
    float temperature = draw.oneOf("temperature", 0.25f, 0.5f, 2f, 16f);
    float[] divided = new float[n];
    for (int j = 0; j < n; j++) {
      divided[j] = x[j] / temperature;
    }
    float[] y = x.clone();
    Softmax.builder().temperature(temperature).build().apply(y, 0, n);
    Floats.assertBits(softmax(divided), y, "at temperature " + temperature);
  }

  @Cases(150)
  void logSoftmaxIsTheLogarithmOfSoftmax(
      Draw draw, @Accuracy.Of("log-softmax against ln softmax") Accuracy accuracy) {
    int n = draw.size("n", 1100);
    float[] x = draw.floats("x", n, FloatKind.finite());
    float[] y = softmax(x);
    float[] logY = x.clone();
    Softmax.builder().logarithmic(true).build().apply(logY, 0, n);
    for (int j = 0; j < n; j++) {
      if (y[j] > 0) { // a weight that was flushed has no logarithm
        double log = Math.log(y[j]);
        accuracy.check(log, logY[j], (2 * Math.abs(log) + 8) * U, "[" + j + "]");
      }
    }
  }

  /** The same numerator over two denominators that differ by the order of their sum. */
  private static void assertSumOrder(Accuracy accuracy, float expected, float actual, int n) {
    double bound = 2 * (22 + Accuracy.blockLevels(n)) * U * expected + 0x1p-126;
    accuracy.check(expected, actual, bound, "");
  }

  private static float[] softmax(float... x) {
    float[] y = x.clone();
    Softmax.standard().apply(y, 0, y.length);
    return Floats.requireFinite(y);
  }
}
