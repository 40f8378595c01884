package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.AttentionCase;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Ragged calls: whichever sequences come together, with however many queries and keys, every row
 * has the bits of a dense call over a cache in which only its own sequence has anything to ask.
 */
class RaggedPropertyTest {

  private static final FloatKind[] SPECIAL = {
    FloatKind.NORMAL, FloatKind.NORMAL, FloatKind.SPRINKLED, FloatKind.MINUS_INFINITIES
  };

  private static final FloatKind[] ORDINARY = {FloatKind.NORMAL};

  @Cases(150)
  void aBatchOfACacheHasTheBitsOfDenseCalls(Draw draw) {
    Storage storage = draw.oneOf("storage", Storage.values());
    Ragged ragged = new Ragged(draw, storage, 700);
    try (KeyValueCache cache = ragged.cache(draw, storage)) {
      ragged.checkBatch(draw, cache);
    }
  }

  @Cases(15)
  void aBatchOfLongSequencesHasTheBitsOfDenseCalls(Draw draw) {
    Ragged ragged = new Ragged(draw, Storage.FLOAT32, 4200);
    try (KeyValueCache cache = ragged.cache(draw, Storage.FLOAT32)) {
      ragged.checkBatch(draw, cache);
    }
  }

  @Cases(150)
  void tensorsByStartsHaveTheBitsOfDenseCalls(Draw draw) {
    Ragged ragged = new Ragged(draw, Storage.FLOAT32, 700);
    try (KeyValueCache cache = ragged.cache(draw, Storage.FLOAT32)) {
      ragged.checkStarts(draw, cache);
    }
  }

  /** Sequences with a number of keys and of queries each, options, and what attention needs. */
  private static final class Ragged {
    final AttentionShape shape;
    final AttentionCase options;
    final int[] keys;

    /** Queries of each sequence, and the row that they begin with; -1 if it is not in the batch. */
    final int[] queries;

    final int[] start;
    final int[] order;
    final int tokens;
    final float[] q;

    Ragged(Draw draw, Storage storage, int longest) {
      int batch = draw.integer("batch", 1, 5);
      int keyHeads = draw.integer("keyHeads", 1, 3);
      int heads = keyHeads * draw.oneOf("group", 1, 1, 2, 4, 9);
      keys = new int[batch];
      for (int s = 0; s < batch; s++) {
        keys[s] = draw.onceIn(6, "empty" + s) ? 0 : draw.integer("keys" + s, 0, longest);
      }
      int wider = draw.onceIn(3, "wider") ? draw.integer("more", 1, 70) : 0;
      int columns = Arrays.stream(keys).max().orElse(0) + wider;
      int headDim = draw.integer("headDim", 1, 20);
      int valueDim = draw.integer("valueDim", 1, 20);
      shape = new AttentionShape(batch, heads, keyHeads, 1, columns, headDim, valueDim);
      FloatKind[] inputs = storage == Storage.FLOAT32 ? SPECIAL : ORDINARY;
      options = AttentionCase.draw(draw, shape, inputs, SPECIAL);
      order = draw.permutation("order", batch);
      queries = new int[batch];
      start = new int[batch];
      int at = 0;
      for (int s : order) {
        queries[s] = draw.oneOf("queries" + s, 0, 0, 1, 1, 1, 2, 5, 8, 31, 33, 70);
        queries[s] = Math.min(queries[s], keys[s]);
        start[s] = at;
        at += queries[s];
      }
      tokens = at;
      q = draw.floats("queries", tokens * heads * headDim, inputs);
    }

    KeyValueCache cache(Draw draw, Storage storage) {
      KeyValueCache cache =
          KeyValueCache.builder(shape.batch(), shape.keyHeads(), shape.headDim(), shape.valueDim())
              .storage(storage)
              .pageLength(draw.oneOf("pageLength", 16, 64, 256))
              .build();
      for (int s = 0; s < shape.batch(); s++) {
        cache.append(
            s, rows(options.k(), s, shape.headDim()), rows(options.v(), s, shape.valueDim()));
      }
      return cache;
    }

    /** The keys or values of a sequence [keyHeads, keys, dim]; what lies beyond is not used. */
    private FloatTensor rows(float[] all, int s, int dim) {
      return FloatTensor.of(all, shape.batch(), shape.keyHeads(), shape.keyLength(), dim)
          .select(0, s)
          .slice(1, 0, keys[s]);
    }

    void checkBatch(Draw draw, KeyValueCache cache) {
      int[] lengths = new int[order.length];
      Arrays.setAll(lengths, i -> queries[order[i]]);
      RaggedBatch batch = RaggedBatch.of(order.clone(), lengths);
      assertEquals(tokens, batch.tokens());
      Attention attention = options.attention();
      check(
          draw,
          cache,
          order,
          (rows, results, statistics, workers) ->
              attention.forward(rows, cache, batch, results.out(), statistics, workers));
    }

    void checkStarts(Draw draw, KeyValueCache cache) {
      int[] ascending = new int[shape.batch()];
      int[] queryStarts = new int[shape.batch() + 1];
      int[] keyStarts = new int[shape.batch() + 1];
      for (int s = 0; s < shape.batch(); s++) {
        ascending[s] = s;
        start[s] = queryStarts[s];
        queryStarts[s + 1] = queryStarts[s] + queries[s];
        keyStarts[s + 1] = keyStarts[s] + keys[s];
      }
      Sandbox sandbox = new Sandbox(Layout.drawn(draw));
      FloatTensor k =
          sandbox.input("k", packed(options.k(), shape.headDim()), keyShape(shape.headDim()));
      FloatTensor v =
          sandbox.input("v", packed(options.v(), shape.valueDim()), keyShape(shape.valueDim()));
      Attention attention = options.attention();
      check(
          draw,
          cache,
          ascending,
          (rows, results, statistics, workers) ->
              attention.forward(
                  rows, k, v, queryStarts, keyStarts, results.out(), statistics, workers));
      sandbox.assertIntact("ragged keys and values");
    }

    private long[] keyShape(int dim) {
      return new long[] {Arrays.stream(keys).sum(), shape.keyHeads(), dim};
    }

    /** Keys or values of all sequences as [keys, keyHeads, dim]. */
    private float[] packed(float[] all, int dim) {
      float[] packed = new float[Floats.count(keyShape(dim))];
      int to = 0;
      for (int s = 0; s < shape.batch(); s++) {
        float[] rows = rows(all, s, dim).permute(1, 0, 2).toArray();
        System.arraycopy(rows, 0, packed, to, rows.length);
        to += rows.length;
      }
      return packed;
    }

    private interface Call {
      void run(FloatTensor q, Results results, RowStatistics statistics, Workers workers);
    }

    private void check(Draw draw, KeyValueCache cache, int[] sequences, Call call) {
      long heads = shape.queryHeads();
      Sandbox sandbox = new Sandbox(Layout.drawn(draw));
      FloatTensor rows = sandbox.input("q", q, tokens, heads, shape.headDim());
      Results results = Results.in(sandbox, tokens, heads, shape.valueDim());
      boolean all = !draw.onceIn(4, "noStatistics");
      RowStatistics statistics = all ? results.statistics() : RowStatistics.none();
      Workers workers = TestWorkers.draw(draw);
      if (refuses(cache)) {
        IllegalArgumentException refused =
            assertThrows(
                IllegalArgumentException.class, () -> call.run(rows, results, statistics, workers));
        sandbox.assertUntouched("" + refused);
        return;
      }
      call.run(rows, results, statistics, workers);
      sandbox.assertIntact("ragged attention");
      for (int s : sequences) {
        Results expected = dense(cache, rows, s);
        if (expected != null) {
          assertSame(expected, results, s, all);
        }
      }
    }

    /** Key lengths that a mask names may lie beyond those of the sequences. */
    private boolean refuses(KeyValueCache cache) {
      try {
        Results none = Results.allocate(shape.batch(), shape.queryHeads(), 0, shape.valueDim());
        FloatTensor noRows =
            FloatTensor.allocate(shape.batch(), shape.queryHeads(), 0, shape.headDim());
        options
            .attention()
            .forward(noRows, cache, none.out(), RowStatistics.none(), Workers.caller());
        return false;
      } catch (IllegalArgumentException refused) {
        return true;
      }
    }

    /** A call of as many queries for all sequences, of which those of one are its own. */
    private @Nullable Results dense(KeyValueCache cache, FloatTensor rows, int s) {
      if (queries[s] == 0) {
        return null;
      }
      long heads = shape.queryHeads();
      FloatTensor own = rows.slice(0, start[s], start[s] + queries[s]).permute(1, 0, 2);
      FloatTensor padded = FloatTensor.allocate(shape.batch(), heads, queries[s], shape.headDim());
      padded.select(0, s).copyFrom(own);
      Results results = Results.allocate(shape.batch(), heads, queries[s], shape.valueDim());
      options
          .attention()
          .forward(padded, cache, results.out(), results.statistics(), Workers.caller());
      return results.slice(s, s + 1);
    }

    private void assertSame(Results dense, Results ragged, int s, boolean all) {
      int end = start[s] + queries[s];
      String name = "sequence " + s + " ";
      Floats.assertBits(
          dense.out().select(0, 0).permute(1, 0, 2), ragged.out().slice(0, start[s], end), name);
      FloatTensor[] expected = {dense.logSumExp(), dense.entropy(), dense.maxWeight()};
      FloatTensor[] actual = {ragged.logSumExp(), ragged.entropy(), ragged.maxWeight()};
      for (int n = 0; n < expected.length && all; n++) {
        for (int h = 0; h < shape.queryHeads(); h++) {
          for (int i = 0; i < queries[s]; i++) {
            float wanted = expected[n].get(0, h, i);
            Floats.assertBits(wanted, actual[n].get(start[s] + i, h), name + "statistic " + n);
          }
        }
      }
    }
  }
}
