package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.attention.RaggedBatch;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Results;
import java.util.Arrays;
import java.util.List;

/** Ragged attention: single tokens beside a prompt, over caches and over tensors. */
final class RaggedOperations {

  private static final int HEADS = 2;
  private static final int DIM = 20;

  private RaggedOperations() {}

  static void addTo(List<Operation> all) {
    for (Storage storage : Storage.values()) {
      addBatch(all, "plain", Attention.builder().mask(Mask.causal()), storage, 1, 0, 40, 3, 1);
      addBatch(all, "tokens", Attention.builder(), storage, 1, 1, 1, 1, 1);
    }
    Attention.Builder options = Attention.builder().mask(Mask.window(50, 0)).softcap(4f);
    options.alibi(0.1f, 0.2f).sinks(0.5f, Float.NEGATIVE_INFINITY).temperature(0.7f, 2f);
    addBatch(all, "options", options, Storage.FLOAT32, 2, 1, 33, 0, 7);
    addStarts(all, "plain", Attention.builder(), 1, 5, 0, 8);
    addStarts(all, "options", options, 1, 5, 0, 8);
  }

  private static void addBatch(
      List<Operation> all,
      String option,
      Attention.Builder builder,
      Storage storage,
      int... queries) {
    String name = option + " " + storage + " " + Arrays.toString(queries);
    Attention attention = builder.build();
    KeyValueCache cache =
        KeyValueCache.builder(queries.length, 1, DIM, DIM).storage(storage).build();
    int[] sequences = new int[queries.length];
    for (int s = 0; s < queries.length; s++) {
      int length = 50 + 173 * s;
      sequences[s] = queries.length - 1 - s;
      cache.append(
          s,
          Floats.tensor(name + "k" + s, FloatKind.NORMAL, 1, length, DIM),
          Floats.tensor(name + "v" + s, FloatKind.NORMAL, 1, length, DIM));
    }
    RaggedBatch batch = RaggedBatch.of(sequences, queries);
    long[] shape = {batch.tokens(), HEADS, DIM};
    float[] q = Floats.of(name + "q", FloatKind.NORMAL, shape);
    all.add(
        new Operation(
            "Attention batch: " + name,
            sandbox -> {
              FloatTensor rows = sandbox.input(q, shape);
              Results out = Results.in(sandbox, shape);
              RowStatistics statistics = out.statistics();
              return Call.of(
                  w -> attention.forward(rows, cache, batch, out.out(), statistics, w), out.all());
            }));
  }

  private static void addStarts(
      List<Operation> all, String option, Attention.Builder builder, int... queries) {
    String name = option + " " + Arrays.toString(queries);
    Attention attention = builder.build();
    int[] queryStarts = new int[queries.length + 1];
    int[] keyStarts = new int[queries.length + 1];
    for (int s = 0; s < queries.length; s++) {
      queryStarts[s + 1] = queryStarts[s] + queries[s];
      keyStarts[s + 1] = keyStarts[s] + 30 + 100 * s;
    }
    long[] shape = {queryStarts[queries.length], HEADS, DIM};
    long[] keyShape = {keyStarts[queries.length], 1, DIM};
    float[] queryRows = Floats.of(name + "q", FloatKind.NORMAL, shape);
    float[] keyRows = Floats.of(name + "k", FloatKind.NORMAL, keyShape);
    float[] valueRows = Floats.of(name + "v", FloatKind.NORMAL, keyShape);
    all.add(
        new Operation(
            "Attention starts: " + name,
            sandbox -> {
              FloatTensor q = sandbox.input(queryRows, shape);
              FloatTensor k = sandbox.input(keyRows, keyShape);
              FloatTensor v = sandbox.input(valueRows, keyShape);
              Results out = Results.in(sandbox, shape);
              RowStatistics statistics = out.statistics();
              return Call.of(
                  w -> attention.forward(q, k, v, queryStarts, keyStarts, out.out(), statistics, w),
                  out.all());
            }));
  }
}
