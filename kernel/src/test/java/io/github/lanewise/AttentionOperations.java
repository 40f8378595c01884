package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.testing.FloatKind;
import java.util.Arrays;
import java.util.List;

/** Attention with every option and mask, for few and many queries, on both sides of chunks. */
final class AttentionOperations {

  /**
   * Sizes of one call.
   *
   * @param heads query heads
   */
  record Sizes(
      long batch, long heads, long keyHeads, long queries, long keys, long headDim, long valueDim) {

    long[] q() {
      return new long[] {batch, heads, queries, headDim};
    }

    long[] k() {
      return new long[] {batch, keyHeads, keys, headDim};
    }

    long[] v() {
      return new long[] {batch, keyHeads, keys, valueDim};
    }

    long[] out() {
      return new long[] {batch, heads, queries, valueDim};
    }

    long[] weights() {
      return new long[] {batch, heads, queries, keys};
    }

    long[] rows() {
      return new long[] {batch, heads, queries};
    }
  }

  private static final Sizes SMALL = new Sizes(2, 4, 2, 5, 37, 8, 6);
  private static final Sizes LONG = new Sizes(1, 2, 1, 3, 777, 16, 16);
  private static final Sizes TALL = new Sizes(1, 2, 2, 70, 300, 12, 20);

  private AttentionOperations() {}

  static void addTo(List<Operation> all) {
    for (long keys : new long[] {0, 1, 15, 16, 17, 255, 256, 257, 513, 1100}) {
      Sizes sizes = new Sizes(1, 1, 1, 2, keys, 8, 8);
      add(all, "plain", Attention.builder(), sizes, FloatKind.NORMAL);
    }
    for (long queries : new long[] {0, 1, 63, 64, 65, 130}) {
      Sizes sizes = new Sizes(1, 2, 1, queries, 41, 5, 7);
      add(all, "plain", Attention.builder(), sizes, FloatKind.NORMAL);
    }
    add(all, "heads", Attention.builder(), new Sizes(2, 70, 2, 1, 20, 4, 4), FloatKind.NORMAL);
    add(all, "wide", Attention.builder(), new Sizes(1, 1, 1, 2, 20, 129, 65), FloatKind.NORMAL);
    for (FloatKind kind :
        new FloatKind[] {
          FloatKind.SPRINKLED,
          FloatKind.MINUS_INFINITIES,
          FloatKind.OVERFLOWING,
          FloatKind.NEAR_ZERO
        }) {
      add(all, "kind", Attention.builder(), SMALL, kind);
      add(all, "kind causal", Attention.builder().mask(Mask.causal()), LONG, kind);
    }
    for (Sizes sizes : new Sizes[] {SMALL, LONG, TALL}) {
      addOptions(all, sizes);
      addMasks(all, sizes);
    }
  }

  private static void addOptions(List<Operation> all, Sizes sizes) {
    FloatKind kind = FloatKind.NORMAL;
    int heads = (int) sizes.heads();
    float[] slopes = new float[heads];
    float[] sinks = new float[heads];
    float[] temperatures = new float[heads];
    float[] sharp = new float[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] = 0.5f / (h + 1);
      sinks[h] = h % 2 == 0 ? 0.75f : Float.NEGATIVE_INFINITY;
      temperatures[h] = h % 2 == 0 ? 0.6f : Float.POSITIVE_INFINITY;
      sharp[h] = h % 2 == 0 ? 0f : 1.5f;
    }
    FloatTensor bias =
        FloatTensor.of(
            Floats.of("bias", kind, sizes.heads(), 1, sizes.keys()),
            sizes.heads(),
            1,
            sizes.keys());
    add(all, "scale", Attention.builder().scale(0.3f), sizes, kind);
    add(all, "softcap", Attention.builder().softcap(2f), sizes, kind);
    add(all, "bias", Attention.builder().bias(bias), sizes, kind);
    add(all, "alibi", Attention.builder().alibi(slopes), sizes, kind);
    add(all, "sinks", Attention.builder().sinks(sinks), sizes, kind);
    add(all, "temperature", Attention.builder().temperature(temperatures), sizes, kind);
    add(all, "temperature 0", Attention.builder().temperature(sharp), sizes, kind);
    Attention.Builder everything =
        Attention.builder().mask(Mask.causal()).softcap(5f).bias(bias).alibi(slopes).sinks(sinks);
    add(all, "everything", everything.temperature(temperatures), sizes, kind);
  }

  private static void addMasks(List<Operation> all, Sizes sizes) {
    FloatKind kind = FloatKind.SPRINKLED;
    int keys = (int) sizes.keys();
    boolean[] allowed = new boolean[(int) sizes.queries() * keys];
    for (int j = 0; j < allowed.length; j++) {
      allowed[j] = (j * 0x9e3779b9) >>> 30 != 0;
    }
    long[] bits = new long[(keys + 63) / 64];
    for (int w = 0; w < bits.length; w++) {
      bits[w] = (w + 1) * 0x9e3779b97f4a7c15L;
    }
    int[] lengths = new int[(int) sizes.batch()];
    Arrays.setAll(lengths, b -> b == 0 ? keys * 2 / 3 : 0);
    Mask[] masks = {
      Mask.causal(),
      Mask.causal(-2),
      Mask.window(5, 1),
      Mask.window(3, 2, 30),
      Mask.keyLengths(lengths),
      Mask.allowed(allowed, sizes.queries(), keys),
      Mask.allowedBits(bits, keys),
      Mask.prefix(4).or(Mask.window(9, 0)),
      Mask.causal().and(Mask.allowed(allowed, sizes.queries(), keys)),
    };
    for (int m = 0; m < masks.length; m++) {
      add(all, "mask " + m, Attention.builder().mask(masks[m]), sizes, kind);
    }
  }

  private static void add(
      List<Operation> all, String option, Attention.Builder builder, Sizes sizes, FloatKind kind) {
    String name = option + " " + kind + " " + sizes.toString().replaceAll("[^0-9,]", "");
    float[] queries = Floats.of(name + "q", kind, sizes.q());
    float[] keys = Floats.of(name + "k", kind, sizes.k());
    float[] values = Floats.of(name + "v", kind, sizes.v());
    Attention attention = builder.build();
    all.add(
        new Operation(
            "Attention: " + name,
            sandbox -> {
              FloatTensor q = sandbox.input(queries, sizes.q());
              FloatTensor k = sandbox.input(keys, sizes.k());
              FloatTensor v = sandbox.input(values, sizes.v());
              FloatTensor out = sandbox.output(sizes.out());
              FloatTensor logSumExp = sandbox.output(sizes.rows());
              FloatTensor entropy = sandbox.output(sizes.rows());
              FloatTensor maxWeight = sandbox.output(sizes.rows());
              RowStatistics statistics = new RowStatistics(logSumExp, entropy, maxWeight);
              return Call.of(
                  w -> attention.forward(q, k, v, out, statistics, w),
                  out,
                  logSumExp,
                  entropy,
                  maxWeight);
            }));
    all.add(
        new Operation(
            "Attention weights: " + name,
            sandbox -> {
              FloatTensor q = sandbox.input(queries, sizes.q());
              FloatTensor k = sandbox.input(keys, sizes.k());
              FloatTensor p = sandbox.output(sizes.weights());
              return Call.of(w -> attention.weights(q, k, p, w), p);
            }));
  }
}
