package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.Axes;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Results;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/** Attention with every option and mask, for few and many queries, on both sides of chunks. */
final class AttentionOperations {

  private static final AttentionShape SMALL = new AttentionShape(2, 4, 2, 5, 37, 8, 6);
  private static final AttentionShape LONG = new AttentionShape(1, 2, 1, 3, 777, 16, 16);
  private static final AttentionShape TALL = new AttentionShape(1, 2, 2, 70, 300, 12, 20);

  /** Sequences of a cache, and the length of its keys and values. */
  private static final int BATCH = 2;

  private static final int DIM = 20;

  private AttentionOperations() {}

  static void addTo(List<Operation> all) {
    for (int keys : new int[] {0, 1, 15, 16, 17, 255, 256, 257, 513, 1100}) {
      AttentionShape sizes = new AttentionShape(1, 1, 1, 2, keys, 8, 8);
      add(all, "plain", Attention.builder(), sizes, FloatKind.NORMAL);
    }
    for (int queries : new int[] {0, 1, 63, 64, 65, 130}) {
      AttentionShape sizes = new AttentionShape(1, 2, 1, queries, 41, 5, 7);
      add(all, "plain", Attention.builder(), sizes, FloatKind.NORMAL);
    }
    add(
        all,
        "heads",
        Attention.builder(),
        new AttentionShape(2, 70, 2, 1, 20, 4, 4),
        FloatKind.NORMAL);
    add(
        all,
        "wide",
        Attention.builder(),
        new AttentionShape(1, 1, 1, 2, 20, 129, 65),
        FloatKind.NORMAL);
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
    for (AttentionShape sizes : new AttentionShape[] {SMALL, LONG, TALL}) {
      addOptions(all, sizes);
      addMasks(all, sizes);
    }
  }

  private static void addOptions(List<Operation> all, AttentionShape sizes) {
    FloatKind kind = FloatKind.NORMAL;
    int heads = sizes.queryHeads();
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
    FloatTensor bias = Floats.tensor("bias", kind, heads, 1, sizes.keyLength());
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

  private static void addMasks(List<Operation> all, AttentionShape sizes) {
    FloatKind kind = FloatKind.SPRINKLED;
    int keys = sizes.keyLength();
    boolean[] allowed = new boolean[sizes.queryLength() * keys];
    for (int j = 0; j < allowed.length; j++) {
      allowed[j] = (j * 0x9e3779b9) >>> 30 != 0;
    }
    long[] bits = new long[(keys + 63) / 64];
    for (int w = 0; w < bits.length; w++) {
      bits[w] = (w + 1) * 0x9e3779b97f4a7c15L;
    }
    int[] lengths = new int[sizes.batch()];
    Arrays.setAll(lengths, b -> b == 0 ? keys * 2 / 3 : 0);
    Mask[] masks = {
      Mask.causal(),
      Mask.causal(-2),
      Mask.window(5, 1),
      Mask.window(3, 2, 30),
      Mask.keyLengths(lengths),
      Mask.allowed(allowed, sizes.queryLength(), keys),
      Mask.allowedBits(bits, keys),
      Mask.prefix(4).or(Mask.window(9, 0)),
      Mask.causal().and(Mask.allowed(allowed, sizes.queryLength(), keys)),
    };
    for (int m = 0; m < masks.length; m++) {
      add(all, "mask " + m, Attention.builder().mask(masks[m]), sizes, kind);
    }
  }

  private static void add(
      List<Operation> all,
      String option,
      Attention.Builder builder,
      AttentionShape sizes,
      FloatKind kind) {
    String name = option + " " + kind + " " + sizes.toString().replaceAll("[^0-9,]", "");
    float[] queries = Floats.of(name + "q", kind, Axes.q(sizes));
    float[] keys = Floats.of(name + "k", kind, Axes.k(sizes));
    float[] values = Floats.of(name + "v", kind, Axes.v(sizes));
    Attention attention = builder.build();
    all.add(
        new Operation(
            "Attention: " + name,
            sandbox -> {
              FloatTensor q = sandbox.input(queries, Axes.q(sizes));
              FloatTensor k = sandbox.input(keys, Axes.k(sizes));
              FloatTensor v = sandbox.input(values, Axes.v(sizes));
              Results out = Results.in(sandbox, Axes.out(sizes));
              RowStatistics statistics = out.statistics();
              return Call.of(w -> attention.forward(q, k, v, out.out(), statistics, w), out.all());
            }));
    all.add(
        new Operation(
            "Attention weights: " + name,
            sandbox -> {
              FloatTensor q = sandbox.input(queries, Axes.q(sizes));
              FloatTensor k = sandbox.input(keys, Axes.k(sizes));
              FloatTensor p = sandbox.output(Axes.weights(sizes));
              return Call.of(w -> attention.weights(q, k, p, w), p);
            }));
  }

  /** Attention over caches of every storage. */
  static void addCached(List<Operation> all) {
    for (Storage storage : Storage.values()) {
      for (long queries : new long[] {1, 40}) {
        addCached(all, "plain", Attention.builder(), storage, 2, 1, queries, false);
        addCached(all, "native", Attention.builder(), storage, 2, 5, queries, true);
      }
      Mask streaming = Mask.prefix(4).or(Mask.window(90, 0));
      addCached(all, "streaming", Attention.builder().mask(streaming), storage, 1, 4, 2, false);
    }
    Attention.Builder options = Attention.builder().mask(Mask.causal()).softcap(4f);
    options.alibi(0.1f, 0.2f).sinks(0.5f, Float.NEGATIVE_INFINITY).temperature(0.7f, 2f);
    addCached(all, "options", options, Storage.FLOAT32, 1, 2, 3, false);
    // enough work for several threads
    addCached(all, "large", Attention.builder(), Storage.FLOAT32, 8, 1, 1, false);
    addCached(all, "large groups", Attention.builder(), Storage.FLOAT32, 8, 4, 1, false);
  }

  private static void addCached(
      List<Operation> all,
      String option,
      Attention.Builder builder,
      Storage storage,
      int keyHeads,
      int group,
      long queries,
      boolean isNative) {
    int heads = keyHeads * group;
    String name = option + " " + storage + " " + keyHeads + " x " + group + " x " + queries;
    float[] q = Floats.of(name + "q", FloatKind.NORMAL, BATCH, heads, queries, DIM);
    Attention attention = builder.build();
    KeyValueCache.Builder shape = KeyValueCache.builder(BATCH, keyHeads, DIM, DIM);
    shape.storage(storage).pageLength(64);
    KeyValueCache cache = (isNative ? shape.arena(Arena.ofAuto()) : shape).build();
    for (int b = 0; b < BATCH; b++) {
      int length = b == 0 ? 700 : 300;
      cache.append(
          b,
          Floats.tensor(name + "k" + b, FloatKind.NORMAL, keyHeads, length, DIM),
          Floats.tensor(name + "v" + b, FloatKind.NORMAL, keyHeads, length, DIM));
    }
    all.add(
        new Operation(
            "Attention cached: " + name,
            sandbox -> {
              FloatTensor queryRows = sandbox.input(q, BATCH, heads, queries, DIM);
              Results out = Results.in(sandbox, BATCH, heads, queries, DIM);
              RowStatistics statistics = out.statistics();
              return Call.of(
                  w -> attention.forward(queryRows, cache, out.out(), statistics, w), out.all());
            }));
  }
}
