package io.github.lanewise.attention;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Matmul;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.Workers;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Axes;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.MaskCase;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import java.util.stream.IntStream;

/** What must not change attention's result, and how it is made of Matmul and Softmax. */
class AttentionInvariancePropertyTest {
  /**
   * Two results that differ in the order of their sums, and in the chunk maxima that scores are
   * taken from: relative to a weight, or to max|v|. Measured: at most 11 u.
   */
  private static final double SUM_ORDER = 24 * U;

  /** One head of one sequence: q [n, dim], k [m, dim], v [m, valueDim]. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Head(int n, int m, int dim, int valueDim, float[] q, float[] k, float[] v) {
    static Head draw(Draw draw, int keys, FloatKind kind) {
      int n = draw.oneOf("queries", 1, 3, 17, 33, 64);
      int dim = draw.oneOf("headDim", 1, 5, 16, 32);
      int valueDim = draw.oneOf("valueDim", 1, 3, 16, 17);
      return new Head(
          n,
          keys,
          dim,
          valueDim,
          draw.floats("q", n * dim, kind),
          draw.floats("k", keys * dim, kind),
          draw.floats("v", keys * valueDim, FloatKind.NORMAL));
    }

    Head withKeys(int keys, float[] otherK, float[] otherV) {
      return new Head(n, keys, dim, valueDim, q, otherK, otherV);
    }

    /** Returns the head whose key j is this head's key order[j]. */
    Head reordered(int... order) {
      float[] otherK = new float[order.length * dim];
      float[] otherV = new float[order.length * valueDim];
      for (int j = 0; j < order.length; j++) {
        System.arraycopy(k, order[j] * dim, otherK, j * dim, dim);
        System.arraycopy(v, order[j] * valueDim, otherV, j * valueDim, valueDim);
      }
      return withKeys(order.length, otherK, otherV);
    }

    float maxValue() {
      float max = 0;
      for (float value : v) {
        max = Math.max(max, Math.abs(value));
      }
      return max;
    }
  }

  /** What came out of one head. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Result(float[] out, float[] weights, float[] logSumExp, float[] entropy) {
    static Result of(Attention attention, Head head) {
      FloatTensor q = FloatTensor.of(head.q, 1, 1, head.n, head.dim);
      FloatTensor k = FloatTensor.of(head.k, 1, 1, head.m, head.dim);
      FloatTensor v = FloatTensor.of(head.v, 1, 1, head.m, head.valueDim);
      Results results = Results.allocate(1, 1, head.n, head.valueDim);
      FloatTensor weights = FloatTensor.allocate(1, 1, head.n, head.m);
      attention.forward(q, k, v, results.out(), results.statistics(), Workers.caller());
      attention.weights(q, k, weights, Workers.caller());
      return new Result(
          Floats.requireFinite(results.out().toArray()),
          Floats.requireFinite(weights.toArray()),
          results.logSumExp().toArray(),
          Floats.requireFinite(results.entropy().toArray()));
    }
  }

  /** On integers every score, shifted or not, is exact. */
  @Cases(60)
  void shiftOfEveryScoreChangesNothing(Draw draw) {
    Head head = Head.draw(draw, draw.size("keys", 600), FloatKind.TIED);
    float shift = draw.oneOf("shift", 1f, -16f, 1024f, -65536f);
    float[] bias = {shift};
    Result plain = Result.of(Attention.builder().scale(1).build(), head);
    Result shifted =
        Result.of(Attention.builder().scale(1).bias(FloatTensor.of(bias, 1)).build(), head);
    Floats.assertBits(plain.out, shifted.out, "out");
    Floats.assertBits(plain.weights, shifted.weights, "weights");
    Floats.assertBits(plain.entropy, shifted.entropy, "entropy");
  }

  @Cases(60)
  void orderOfTheKeysDoesNotMatter(
      Draw draw, @Accuracy.Of("attention over permuted keys") Accuracy accuracy) {
    int keys = draw.size("keys", 900);
    Head head = Head.draw(draw, keys, FloatKind.NORMAL);
    int[] order = draw.permutation("order", keys);
    Attention attention = Attention.builder().build();
    Result plain = Result.of(attention, head);
    Result permuted = Result.of(attention, head.reordered(order));
    assertOut(accuracy, plain.out, permuted.out, head.maxValue());
    for (int i = 0; i < head.n; i++) {
      for (int j = 0; j < keys; j++) {
        float weight = plain.weights[i * keys + order[j]];
        accuracy.check(weight, permuted.weights[i * keys + j], SUM_ORDER * weight, " weight");
      }
    }
  }

  /** Keys that nobody sees may as well not be there; behind the last seen one, bit for bit. */
  @Cases(80)
  void maskedIsCompacted(
      Draw draw, @Accuracy.Of("masked against compacted attention") Accuracy accuracy) {
    int keys = draw.size("keys", 900);
    Head head = Head.draw(draw, keys, FloatKind.NORMAL);
    boolean onlyPrefix = draw.onceIn(2, "onlyPrefix");
    int prefix = draw.integer("prefix", 0, keys);
    boolean[] allowed = draw.flags("allowed", keys, 3);
    for (int j = 0; j < keys; j++) {
      allowed[j] = onlyPrefix ? j < prefix : allowed[j];
    }
    int[] kept = IntStream.range(0, keys).filter(j -> allowed[j]).toArray();
    Result compact = Result.of(Attention.builder().build(), head.reordered(kept));
    for (int j = 0; j < keys; j++) {
      if (!allowed[j]) {
        Arrays.fill(head.k, j * head.dim, (j + 1) * head.dim, Float.NaN);
        Arrays.fill(head.v, j * head.valueDim, (j + 1) * head.valueDim, Float.POSITIVE_INFINITY);
      }
    }
    Mask mask = onlyPrefix ? Mask.prefix(prefix) : Mask.allowed(allowed, keys);
    Result masked = Result.of(Attention.builder().mask(mask).build(), head);
    if (onlyPrefix) {
      Floats.assertBits(compact.out, masked.out, "out");
      Floats.assertBits(compact.logSumExp, masked.logSumExp, "logSumExp");
      Floats.assertBits(compact.entropy, masked.entropy, "entropy");
    } else {
      assertOut(accuracy, compact.out, masked.out, 6); // |v| < 6: unit variance
    }
  }

  /** Every key twice, in whole chunks: two equal halves of the merge tree. */
  @Cases(20)
  void duplicatedKeysHalveTheWeights(Draw draw) {
    int keys = 256 << draw.integer("chunks", 0, 2);
    Head head = Head.draw(draw, keys, FloatKind.NORMAL);
    int[] twice = new int[2 * keys];
    Arrays.setAll(twice, j -> j % keys);
    Attention attention = Attention.builder().build();
    Result once = Result.of(attention, head);
    Result doubled = Result.of(attention, head.reordered(twice));
    Floats.assertBits(once.out, doubled.out, "out");
    for (int i = 0; i < head.n; i++) {
      for (int j = 0; j < 2 * keys; j++) {
        Floats.assertBits(
            once.weights[i * keys + j % keys] / 2, doubled.weights[i * 2 * keys + j], "weight");
      }
    }
  }

  /**
   * Attention is the softmax of Q·Kᵀ times V. Up to one chunk of keys and without a temperature the
   * weights have the same bits, since one block of the sum is one chunk.
   */
  @Cases(120)
  void isTheCompositionOfMatmulAndSoftmax(
      Draw draw,
      @Accuracy.Of("attention weights against Matmul and Softmax") Accuracy weights,
      @Accuracy.Of("attention out against Matmul and Softmax") Accuracy outs) {
    int batch = draw.integer("batch", 1, 2);
    int keyHeads = draw.integer("keyHeads", 1, 2);
    int heads = keyHeads * draw.oneOf("group", 1, 2);
    int n = draw.oneOf("queries", 1, 5, 16, 33);
    int m = draw.size("keys", 600);
    int dim = draw.oneOf("headDim", 1, 8, 17, 32);
    int valueDim = draw.oneOf("valueDim", 1, 7, 16, 24);
    float scale = draw.oneOf("scale", 1f, 0.25f, 0.1f);
    float temperature = draw.oneOf("temperature", 1f, 1f, 0.5f, 3f);
    FloatTensor q = tensor(draw, "q", batch, heads, n, dim);
    FloatTensor k = tensor(draw, "k", batch, keyHeads, m, dim);
    FloatTensor v = tensor(draw, "v", batch, keyHeads, m, valueDim);
    MaskCase mask = MaskCase.draw(draw, batch, heads, n, m);
    Workers workers = TestWorkers.draw(draw);

    float[] temperatures = new float[heads];
    Arrays.fill(temperatures, temperature);
    Attention attention =
        Attention.builder().scale(scale).temperature(temperatures).mask(mask.mask()).build();
    FloatTensor out = FloatTensor.allocate(batch, heads, n, valueDim);
    FloatTensor p = FloatTensor.allocate(batch, heads, n, m);
    attention.forward(q, k, v, out, RowStatistics.none(), workers);
    attention.weights(q, k, p, workers);

    FloatTensor expectedP = FloatTensor.allocate(batch, heads, n, m);
    FloatTensor expectedOut = FloatTensor.allocate(batch, heads, n, valueDim);
    for (int h = 0; h < heads; h++) {
      FloatTensor keys = k.select(1, h / (heads / keyHeads));
      Matmul.multiplyTransposed(scale, q.select(1, h), keys, expectedP.select(1, h), workers);
    }
    Softmax.builder()
        .temperature(temperature)
        .emptyRow(EmptyRow.ZERO)
        .build()
        .apply(expectedP, mask.mask(), expectedP, RowStatistics.none(), workers);
    for (int h = 0; h < heads; h++) {
      FloatTensor values = v.select(1, h / (heads / keyHeads));
      Matmul.multiply(1, expectedP.select(1, h), values, expectedOut.select(1, h), workers);
    }

    if (m <= 256 && temperature == 1) {
      Floats.assertBits(expectedP.toArray(), p.toArray(), "weights");
    }
    float[] expectedWeights = Floats.requireFinite(expectedP.toArray());
    float[] actualWeights = p.toArray();
    for (int j = 0; j < expectedWeights.length; j++) {
      double d = -Math.log(Math.max(expectedWeights[j], Float.MIN_NORMAL));
      double bound = (8 * d + 200) * U * expectedWeights[j] + 0x1p-125;
      weights.check(expectedWeights[j], actualWeights[j], bound, "");
    }
    assertOut(outs, expectedOut.toArray(), out.toArray(), 6);
  }

  private static FloatTensor tensor(Draw draw, String name, int... shape) {
    long[] sizes = Axes.of(shape);
    return FloatTensor.of(draw.floats(name, Floats.count(sizes), FloatKind.NORMAL), sizes);
  }

  private static void assertOut(
      Accuracy accuracy, float[] expected, float[] actual, float maxValue) {
    for (int j = 0; j < expected.length; j++) {
      accuracy.check(expected[j], actual[j], SUM_ORDER * maxValue, "[" + j + "]");
    }
  }
}
