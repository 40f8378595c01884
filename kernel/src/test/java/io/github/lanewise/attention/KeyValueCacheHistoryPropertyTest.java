package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.TestWorkers;
import java.lang.foreign.Arena;

/**
 * Whatever has happened to a cache, attention over it has the bits of attention over what it holds,
 * row by row: tokens that came one by one or many at once, truncations, forks, released pages.
 */
class KeyValueCacheHistoryPropertyTest {

  /** Relative to max|v|: INT8 applies its scales after the dot product instead of before. */
  private static final double SCALE_ORDER = 2e-5;

  private static final int STEPS = 12;

  /** A cache, and what it should hold. */
  private record Pair(KeyValueCache cache, CacheModel model) {}

  @Cases(value = 60, name = "checkFLOAT32")
  void float32HasTheBitsOfFullPrefill(Draw draw) {
    check(draw, Storage.FLOAT32, Storage.FLOAT32, new Accuracy("unused"));
  }

  @Cases(value = 40, name = "checkBFLOAT16")
  void bfloat16HasTheBitsOfFullPrefillOverTheRoundedNumbers(Draw draw) {
    check(draw, Storage.BFLOAT16, Storage.BFLOAT16, new Accuracy("unused"));
  }

  @Cases(value = 40, name = "checkFLOAT16")
  void float16HasTheBitsOfFullPrefillOverTheRoundedNumbers(Draw draw) {
    check(draw, Storage.FLOAT16, Storage.FLOAT16, new Accuracy("unused"));
  }

  @Cases(value = 40, name = "checkINT8")
  void int8IsCloseToFullPrefillOverTheRoundedNumbers(
      Draw draw,
      @Accuracy.Of("attention over int8 against the same numbers in float") Accuracy accuracy) {
    check(draw, Storage.INT8, Storage.INT8, accuracy);
  }

  @Cases(value = 40, name = "checkMixed")
  void keysAndValuesMayBeStoredInDifferentWays(
      Draw draw,
      @Accuracy.Of("attention over mixed storages against the same numbers in float")
          Accuracy accuracy) {
    Storage keys = draw.oneOf("keyStorage", Storage.values());
    check(draw, keys, draw.oneOf("valueStorage", Storage.values()), accuracy);
  }

  private static void check(Draw draw, Storage keys, Storage values, Accuracy accuracy) {
    CacheModel.Shape shape = CacheModel.Shape.draw(draw);
    KeyValueCache.Builder builder =
        KeyValueCache.builder(shape.batch(), shape.keyHeads(), shape.headDim(), shape.valueDim())
            .keyStorage(keys)
            .valueStorage(values)
            .pageLength(draw.oneOf("pageLength", 1, 16, 64, 256, 512));
    try (Arena arena = Arena.ofShared()) {
      if (draw.onceIn(3, "offHeap")) {
        builder.arena(arena);
      }
      run(draw, new Pair(builder.build(), new CacheModel(shape, keys, values)), accuracy);
    }
  }

  private static void run(Draw draw, Pair first, Accuracy accuracy) {
    Pair current = first;
    Pair other = null;
    for (int step = 0; step < STEPS; step++) {
      switch (draw.integer("step", 0, 11)) {
        case 0 -> truncate(draw, current);
        case 1 -> {
          if (other != null) {
            attend(draw, other, accuracy);
            other.cache.close();
          }
          Pair fork = new Pair(current.cache.fork(), current.model.copy());
          boolean goesOn = draw.onceIn(2, "forkGoesOn");
          other = goesOn ? current : fork;
          current = goesOn ? fork : current;
        }
        case 2 -> retain(draw, current);
        case 3, 4, 5, 6 -> CacheChanges.draw(draw, current.cache, current.model);
        default -> append(draw, current);
      }
      assertLengths(current);
      attend(draw, current, accuracy);
    }
    if (other != null) {
      attend(draw, other, accuracy);
      other.cache.close();
    }
    attend(draw, current, accuracy);
    current.cache.close();
  }

  private static void append(Draw draw, Pair pair) {
    int batch = pair.model.shape.batch();
    int tokens = draw.oneOf("count", 0, 1, 1, 2, 15, 16, 17, 100, 256, 300);
    boolean all = draw.onceIn(2, "all");
    int first = all ? 0 : draw.integer("sequence", 0, batch - 1);
    pair.model.append(pair.cache, draw, first, all ? batch : first + 1, tokens);
  }

  private static void truncate(Draw draw, Pair pair) {
    CacheModel model = pair.model;
    if (draw.onceIn(2, "all")) {
      int length = draw.integer("length", 0, model.longest());
      pair.cache.truncate(length);
      for (int b = 0; b < model.shape.batch(); b++) {
        model.truncate(b, length);
      }
    } else {
      int sequence = draw.integer("sequence", 0, model.shape.batch() - 1);
      int length = draw.integer("length", 0, model.length(sequence));
      pair.cache.truncate(sequence, length);
      model.truncate(sequence, length);
    }
  }

  /** From here on every query is asked through a mask that hides what is between the two. */
  private static void retain(Draw draw, Pair pair) {
    CacheModel model = pair.model;
    long prefix = draw.integer("prefix", 0, 300);
    long firstKey = draw.integer("firstKey", -5, model.longest());
    try {
      pair.cache.retain(prefix, firstKey);
    } catch (IllegalArgumentException secondGap) {
      assertTrue(("" + secondGap.getMessage()).contains("let go before"));
      return;
    }
    for (int b = 0; b < model.shape.batch(); b++) {
      model.release(b, prefix, firstKey);
    }
  }

  private static void assertLengths(Pair pair) {
    assertEquals(pair.model.longest(), pair.cache.length());
    for (int b = 0; b < pair.model.shape.batch(); b++) {
      assertEquals(pair.model.length(b), pair.cache.length(b));
    }
  }

  private static void attend(Draw draw, Pair pair, Accuracy accuracy) {
    CacheModel model = pair.model;
    CacheModel.Shape shape = model.shape;
    int heads = shape.keyHeads() * draw.oneOf("group", 1, 3);
    int queries = draw.oneOf("queries", 1, 1, 2, 7, 33);
    CacheOptions options = CacheOptions.draw(draw, heads, queries, model);
    float[] q =
        draw.floats("q", shape.batch() * heads * queries * shape.headDim(), FloatKind.NORMAL);
    FloatTensor queryTensor = FloatTensor.of(q, shape.batch(), heads, queries, shape.headDim());
    Results result = Results.allocate(shape.batch(), heads, queries, shape.valueDim());
    Attention attention = options.over(model.longest(), 0, shape.batch());
    Workers workers = TestWorkers.draw(draw);
    attention.forward(queryTensor, pair.cache, result.out(), result.statistics(), workers);
    boolean isRagged = options.isRagged() && draw.onceIn(2, "ragged");
    Results ragged = isRagged ? ragged(draw, pair, attention, queryTensor, workers) : null;
    for (int b = 0; b < shape.batch(); b++) {
      Results expected = Results.allocate(1, heads, queries, shape.valueDim());
      Attention alone = options.over(model.length(b), b, b + 1);
      alone.forward(
          queryTensor.slice(0, b, b + 1),
          model.keys(b),
          model.values(b),
          expected.out(),
          expected.statistics(),
          Workers.caller());
      compare(pair.cache, expected, result.slice(b, b + 1), accuracy);
      if (ragged != null && model.length(b) >= queries) {
        result.slice(b, b + 1).assertBits(ragged.slice(b, b + 1));
      }
    }
  }

  /** The same queries in a ragged call, as far as the sequences are that long. */
  private static Results ragged(
      Draw draw, Pair pair, Attention attention, FloatTensor q, Workers workers) {
    int batch = pair.model.shape.batch();
    int queries = (int) q.size(2);
    int[] sequences = draw.permutation("order", batch);
    int[] lengths = new int[batch];
    int[] start = new int[batch];
    FloatTensor rows = FloatTensor.allocate((long) batch * queries, q.size(1), q.size(3));
    int tokens = 0;
    for (int i = 0; i < batch; i++) {
      int s = sequences[i];
      lengths[i] = pair.model.length(s) >= queries ? queries : 0;
      start[s] = tokens;
      if (lengths[i] > 0) {
        rows.slice(0, tokens, tokens + queries).copyFrom(q.select(0, s).permute(1, 0, 2));
      }
      tokens += lengths[i];
    }
    Results packed = Results.allocate(tokens, q.size(1), pair.model.shape.valueDim());
    attention.forward(
        rows.slice(0, 0, tokens),
        pair.cache,
        RaggedBatch.of(sequences, lengths),
        packed.out(),
        packed.statistics(),
        workers);
    Results unpacked = Results.allocate(batch, q.size(1), queries, pair.model.shape.valueDim());
    for (int s = 0; s < batch; s++) {
      for (int i = 0; i < queries && pair.model.length(s) >= queries; i++) {
        unpacked.out().select(0, s).select(1, i).copyFrom(packed.out().select(0, start[s] + i));
        for (int h = 0; h < q.size(1); h++) {
          int row = start[s] + i;
          unpacked.logSumExp().set(packed.logSumExp().get(row, h), s, h, i);
          unpacked.entropy().set(packed.entropy().get(row, h), s, h, i);
          unpacked.maxWeight().set(packed.maxWeight().get(row, h), s, h, i);
        }
      }
    }
    return unpacked;
  }

  private static void compare(
      KeyValueCache cache, Results expected, Results actual, Accuracy accuracy) {
    if (cache.keyStorage() != Storage.INT8 && cache.valueStorage() != Storage.INT8) {
      expected.assertBits(actual);
      return;
    }
    float[] wanted = expected.out().toArray();
    float[] got = actual.out().toArray();
    for (int i = 0; i < wanted.length; i++) {
      accuracy.check(wanted[i], got[i], 6 * SCALE_ORDER, " out"); // |v| < 6
    }
    float[] wantedSum = expected.logSumExp().toArray();
    float[] gotSum = actual.logSumExp().toArray();
    for (int i = 0; i < wantedSum.length; i++) {
      double bound = SCALE_ORDER * Math.max(1, Math.abs(wantedSum[i]));
      if (Float.isFinite(wantedSum[i])) {
        accuracy.check(wantedSum[i], gotSum[i], bound, " logSumExp");
      } else {
        Floats.assertBits(wantedSum[i], gotSum[i], "logSumExp");
      }
    }
  }

  /** Options whose arrays are cut to the sequence that they are used with. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record CacheOptions(
      CacheModel model,
      Mask mask,
      boolean[] allowed,
      float[] bias,
      int columns,
      int batch,
      int queries,
      float softcap,
      float[] slopes,
      float[] sinks,
      float[] temperatures) {

    static CacheOptions draw(Draw draw, int heads, int queries, CacheModel model) {
      int columns = model.longest();
      int batch = model.shape.batch();
      Mask mask =
          switch (draw.integer("mask", 0, 3)) {
            case 0 -> Mask.none();
            case 1 -> Mask.causal();
            case 2 -> Mask.window(draw.integer("left", 0, 300), draw.integer("right", 0, 3));
            default -> Mask.prefix(draw.integer("prefixMask", 0, 300)).or(Mask.window(20, 0));
          };
      int cells = batch * queries * columns;
      boolean arrays = draw.onceIn(4, "arrays") && columns > 0;
      return new CacheOptions(
          model,
          mask,
          arrays ? draw.flags("allowed", cells, 4) : new boolean[0],
          arrays ? draw.floats("bias", cells, FloatKind.NORMAL) : new float[0],
          columns,
          batch,
          queries,
          draw.onceIn(4, "softcap") ? 3f : 0f,
          draw.onceIn(4, "alibi") ? filled(heads, 0.01f) : new float[0],
          draw.onceIn(4, "sinks") ? filled(heads, 0.3f) : new float[0],
          draw.onceIn(4, "warm") ? filled(heads, 0.7f) : new float[0]);
    }

    /** Hides what was released, if anything was. */
    private Mask hiding(int keys, int first, int end) {
      boolean[] shown = new boolean[(end - first) * keys];
      boolean any = false;
      for (int s = first; s < end; s++) {
        for (int t = 0; t < keys; t++) {
          boolean isGone = t < model.length(s) && model.isGone(s, t);
          shown[(s - first) * keys + t] = !isGone;
          any |= isGone;
        }
      }
      return any ? Mask.allowed(shown, end - first, 1, 1, keys) : Mask.none();
    }

    /** Whether no array has an axis of queries. */
    boolean isRagged() {
      return bias.length == 0;
    }

    private static float[] filled(int length, float first) {
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = first * (1 + i);
      }
      return values;
    }

    /** The attention for sequences {@code [first, end)} whose longest has so many keys. */
    Attention over(int keys, int first, int end) {
      Attention.Builder builder = Attention.builder();
      Mask visible = mask.and(hiding(keys, first, end));
      if (bias.length > 0 && keys > 0) {
        int rows = (end - first) * queries;
        boolean[] flags = new boolean[rows * keys];
        float[] added = new float[rows * keys];
        for (int r = 0; r < rows; r++) {
          int from = (first * queries + r) * columns;
          System.arraycopy(allowed, from, flags, r * keys, keys);
          System.arraycopy(bias, from, added, r * keys, keys);
        }
        visible = visible.and(Mask.allowed(flags, end - first, 1, queries, keys));
        builder.bias(FloatTensor.of(added, end - first, 1, queries, keys));
      }
      builder.mask(visible);
      if (softcap > 0) {
        builder.softcap(softcap);
      }
      if (slopes.length > 0) {
        builder.alibi(slopes);
      }
      if (sinks.length > 0) {
        builder.sinks(sinks);
      }
      if (temperatures.length > 0) {
        builder.temperature(temperatures);
      }
      return builder.build();
    }
  }
}
