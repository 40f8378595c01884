package io.github.lanewise.attention;

import static io.github.lanewise.testing.Accuracy.U;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.PlainFloatAttention;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.reference.Visibility;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Attended;
import io.github.lanewise.testing.AttentionCase;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.ScoreError;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Attention against the oracle in double precision, and against plain float code. */
@Tag("property")
class AttentionAccuracyPropertyTest {
  private static final FloatKind[] INPUTS = {
    FloatKind.NORMAL, FloatKind.GRID, FloatKind.TIED, FloatKind.NEAR_ZERO, FloatKind.NONFINITE
  };

  private static final FloatKind[] BIASES = {
    FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.MINUS_INFINITIES, FloatKind.TIED
  };

  @Cases(250)
  void everyCombinationAgreesWithTheOracle(
      Draw draw,
      @Accuracy.Of("attention out") Accuracy out,
      @Accuracy.Of("attention weights") Accuracy weights,
      @Accuracy.Of("attention statistics") Accuracy statistics) {
    AttentionCase c = AttentionCase.draw(draw, INPUTS, BIASES);
    AttentionShape s = c.shape();
    Attended call = Attended.drawn(draw, c);
    AttentionResult expected =
        ReferenceAttention.forward(
            s,
            c.options(),
            Primitives.widen(c.q()),
            Primitives.widen(c.k()),
            Primitives.widen(c.v()));
    AttentionResult undropped = c.keepFactor() == 1f ? expected : c.undropped();
    for (int row = 0; row < s.queryRows(); row++) {
      if (c.temperatureOf(row / s.queryLength() % s.queryHeads()) == 0) {
        continue; // which of two nearly equal scores is larger is a matter of rounding
      }
      ScoreError error = new ScoreError(c, undropped, row);
      String where = " of row " + row;
      for (int j = 0; j < s.keyLength(); j++) {
        double weight = expected.weights()[row * s.keyLength() + j];
        String at = "[" + j + "]" + where;
        weights.check(weight, call.weights[row][j], error.ofWeight(weight), at);
      }
      for (int col = 0; col < s.valueDim(); col++) {
        double value = expected.out()[row * s.valueDim() + col];
        String at = "[" + col + "]" + where;
        float actual = call.out[row][col];
        // An infinite value gives NaN, not infinity, where its weight is flushed to 0.
        boolean bothInfinite = !Double.isFinite(value) && !Float.isFinite(actual);
        out.check(bothInfinite ? actual : value, actual, error.ofValue(), at);
      }
      if (call.hasStatistics()) {
        error.check(statistics, call.logSumExp[row], call.entropy[row], call.maxWeight[row], where);
      }
    }
  }

  /**
   * Twice the plain code's error at most, in the maximum over the tensor, and no more than its
   * error in the quadratic mean. A maximum is one unlucky rounding: in one of two hundred tensors
   * the plain code happens to have none, so that one rounding of the largest value is granted
   * beside the factor 2. Inputs are normally distributed and tensors have four thousand elements;
   * with heavier tails or fewer elements the ratio of two maxima says nothing.
   */
  @Cases(16)
  void neverWorseThanTwiceAPlainFloatImplementation(
      Draw draw,
      @Accuracy.Of("error of attention against twice that of plain float code") Accuracy out,
      @Accuracy.Of("mean error of attention against 1.1 times that") Accuracy mean) {
    int headDim = draw.oneOf("headDim", 16, 32, 64, 128);
    int queries = draw.oneOf("queries", 32, 40, 65);
    int keys = draw.oneOf("keys", 65, 200, 256, 300, 600, 1100);
    AttentionShape s = new AttentionShape(1, 4, 2, queries, keys, headDim, 32);
    boolean causal = draw.onceIn(2, "causal");
    float softcap = draw.oneOf("softcap", 0f, 0f, 20f);
    float temperature = draw.oneOf("temperature", 1f, 1f, 0.7f, 2f);
    boolean alibi = draw.onceIn(3, "alibi");
    float[] q = draw.floats("q", s.queryRows() * headDim, FloatKind.NORMAL);
    float[] k = draw.floats("k", s.keyRows() * headDim, FloatKind.NORMAL);
    float[] v = draw.floats("v", s.keyRows() * 32, FloatKind.NORMAL);
    AttentionOptions options = AttentionOptions.standard(headDim).withSoftcap(softcap);
    Attention.Builder builder = Attention.builder();
    if (softcap != 0) {
      builder.softcap(softcap);
    }
    if (causal) {
      options = options.withVisibility(Visibility.causal(keys - queries));
      builder.mask(Mask.causal());
    }
    if (alibi) {
      options = options.withAlibi(keys - queries, 0.25f, 0.0625f, 0.02f, 0.01f);
      builder.alibi(0.25f, 0.0625f, 0.02f, 0.01f);
    }
    if (temperature != 1) {
      options = options.withTemperature(temperature);
      builder.temperature(temperature, temperature, temperature, temperature);
    }
    Errors errors = Errors.measure(s, options, builder.build(), q, k, v);
    out.check(0, errors.kernel, 2 * errors.plain + U * errors.largestValue, "");
    mean.check(0, errors.kernelMean, 1.1 * errors.plainMean, "");
  }

  /** The absolute bound at its ends: 1.5e-6·max|v|. */
  @Test
  void withinTheAbsoluteBoundForUnitVariance() {
    Accuracy accuracy = new Accuracy("attention of unit variance, in max|v|");
    for (int[] size : new int[][] {{16, 64}, {64, 512}, {128, 2048}, {256, 8192}, {32, 8192}}) {
      SplittableRandom random = new SplittableRandom(size[0] * 31L + size[1]);
      AttentionShape s = new AttentionShape(1, 1, 1, 12, size[1], size[0], 24);
      float[] q = FloatKind.NORMAL.floats(random, s.queryRows() * size[0]);
      float[] k = FloatKind.NORMAL.floats(random, s.keyRows() * size[0]);
      float[] v = FloatKind.NORMAL.floats(random, s.keyRows() * 24);
      AttentionOptions options = AttentionOptions.standard(size[0]);
      Errors errors = Errors.measure(s, options, Attention.builder().build(), q, k, v);
      double relative = errors.kernel / errors.largestValue;
      accuracy.check(0, relative, 1.5e-6, "");
      assertTrue(
          errors.kernel <= 2 * errors.plain,
          () -> "error " + errors.kernel + ", plain float " + errors.plain);
    }
    accuracy.print();
  }

  /** Errors over a tensor, the largest and in the quadratic mean. */
  private record Errors(
      double kernel, double plain, double kernelMean, double plainMean, double largestValue) {
    static Errors measure(
        AttentionShape s,
        AttentionOptions options,
        Attention attention,
        float[] q,
        float[] k,
        float[] v) {
      FloatTensor out = FloatTensor.allocate(1, s.queryHeads(), s.queryLength(), s.valueDim());
      attention.forward(
          FloatTensor.of(q, 1, s.queryHeads(), s.queryLength(), s.headDim()),
          FloatTensor.of(k, 1, s.keyHeads(), s.keyLength(), s.headDim()),
          FloatTensor.of(v, 1, s.keyHeads(), s.keyLength(), s.valueDim()),
          out);
      double[] expected =
          ReferenceAttention.forward(
                  s, options, Primitives.widen(q), Primitives.widen(k), Primitives.widen(v))
              .out();
      float[] actual = out.toArray();
      float[] plain = PlainFloatAttention.forward(s, options, q, k, v);
      return new Errors(
          largest(expected, actual),
          largest(expected, plain),
          quadraticMean(expected, actual),
          quadraticMean(expected, plain),
          largest(new double[v.length], v));
    }

    private static double largest(double[] expected, float[] actual) {
      double largest = 0;
      for (int j = 0; j < expected.length; j++) {
        largest = Math.max(largest, Math.abs(expected[j] - actual[j]));
      }
      return largest;
    }

    private static double quadraticMean(double[] expected, float[] actual) {
      double sum = 0;
      for (int j = 0; j < expected.length; j++) {
        sum += (expected[j] - actual[j]) * (expected[j] - actual[j]);
      }
      return Math.sqrt(sum / expected.length);
    }
  }
}
