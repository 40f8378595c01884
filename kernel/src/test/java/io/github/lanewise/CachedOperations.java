package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.FloatKind;
import java.lang.foreign.Arena;
import java.util.List;

/** Attention over caches of every storage, for few queries and for many. */
final class CachedOperations {

  private static final int BATCH = 2;
  private static final int DIM = 20;

  private CachedOperations() {}

  static void addTo(List<Operation> all) {
    for (Storage storage : Storage.values()) {
      for (long queries : new long[] {1, 40}) {
        add(all, "plain", Attention.builder(), storage, 2, 1, queries, false);
        add(all, "native", Attention.builder(), storage, 2, 5, queries, true);
      }
      Mask streaming = Mask.prefix(4).or(Mask.window(90, 0));
      add(all, "streaming", Attention.builder().mask(streaming), storage, 1, 4, 2, false);
    }
    Attention.Builder options = Attention.builder().mask(Mask.causal()).softcap(4f);
    options.alibi(0.1f, 0.2f).sinks(0.5f, Float.NEGATIVE_INFINITY).temperature(0.7f, 2f);
    add(all, "options", options, Storage.FLOAT32, 1, 2, 3, false);
    // enough work for several threads
    add(all, "large", Attention.builder(), Storage.FLOAT32, 8, 1, 1, false);
    add(all, "large groups", Attention.builder(), Storage.FLOAT32, 8, 4, 1, false);
  }

  private static void add(
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
      float[] k = Floats.of(name + "k" + b, FloatKind.NORMAL, keyHeads, length, DIM);
      float[] v = Floats.of(name + "v" + b, FloatKind.NORMAL, keyHeads, length, DIM);
      cache.append(
          b, FloatTensor.of(k, keyHeads, length, DIM), FloatTensor.of(v, keyHeads, length, DIM));
    }
    all.add(
        new Operation(
            "Attention cached: " + name,
            sandbox -> {
              FloatTensor queryRows = sandbox.input(q, BATCH, heads, queries, DIM);
              FloatTensor out = sandbox.output(BATCH, heads, queries, DIM);
              FloatTensor logSumExp = sandbox.output(BATCH, heads, queries);
              FloatTensor entropy = sandbox.output(BATCH, heads, queries);
              FloatTensor maxWeight = sandbox.output(BATCH, heads, queries);
              RowStatistics statistics = new RowStatistics(logSumExp, entropy, maxWeight);
              return Call.of(
                  w -> attention.forward(queryRows, cache, out, statistics, w),
                  out,
                  logSumExp,
                  entropy,
                  maxWeight);
            }));
  }
}
