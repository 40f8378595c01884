package io.github.lanewise.internal.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.CachePages;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.Workspace;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.MaskCase;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The decode path against the general one: both exist for few query rows, and must not be told
 * apart by a bit of any result, or by what they refuse.
 */
class DecodePathPropertyTest {

  private static final float[] SPECIAL = {
    Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, 1e-40f, 3e38f
  };

  /** What a call has written, and why it was refused, if it was. */
  private record Result(Results results, @Nullable String refusal) {}

  @Cases(250)
  void bothPathsGiveTheSameBits(Draw draw) {
    check(draw, 600, 24);
  }

  @Cases(25)
  void longSequencesGiveTheSameBits(Draw draw) {
    check(draw, 2600, 80);
  }

  private static void check(Draw draw, int longest, int widest) {
    int batch = draw.integer("batch", 1, 3);
    int keyHeads = draw.integer("keyHeads", 1, 4);
    int group = draw.integer("group", 1, 8);
    int queries = draw.integer("queries", 1, Math.max(1, 8 / group));
    int heads = keyHeads * group;
    int headDim = draw.onceIn(12, "deep") ? 300 : draw.integer("headDim", 1, widest);
    int valueDim = draw.integer("valueDim", 0, widest);
    Storage storage = draw.oneOf("storage", Storage.values());
    int pageLength = draw.oneOf("pageLength", 16, 64, 256, 1024);
    boolean isNative = draw.onceIn(4, "native");
    boolean special = draw.onceIn(3, "special");
    SplittableRandom random = new SplittableRandom(draw.integer("seed", 0, 1 << 30));
    KeyValueCache.Builder builder =
        KeyValueCache.builder(batch, keyHeads, headDim, valueDim)
            .storage(storage)
            .pageLength(pageLength);
    try (Arena arena = Arena.ofShared();
        KeyValueCache cache = (isNative ? builder.arena(arena) : builder).build()) {
      for (int b = 0; b < batch; b++) {
        int length = draw.integer("length" + b, 0, longest);
        boolean sprinkled = special && storage == Storage.FLOAT32;
        FloatTensor k = tensor(random, sprinkled, keyHeads, length, headDim);
        FloatTensor v = tensor(random, sprinkled, keyHeads, length, valueDim);
        cache.append(b, k, v);
      }
      int keys = (int) cache.length();
      if (draw.onceIn(4, "retains")) {
        cache.retain(draw.integer("prefix", 0, keys), draw.integer("firstKey", 0, keys));
      }
      Mask mask = MaskCase.draw(draw, batch, heads, queries, keys).mask();
      AttentionOptions options = options(draw, random, mask, heads, queries, keys);
      FloatTensor q = tensor(random, special, batch, heads, queries, headDim);
      Workers workers = TestWorkers.draw(draw);
      boolean all = draw.onceIn(2, "statistics");
      int mostRows = DecodeCall.MOST_ROWS;
      assertTrue(DecodeCall.mostQueries(options, heads, keyHeads, mostRows) >= queries);
      Result general = result(0, options, q, cache, all, workers);
      Result decoded = result(mostRows, options, q, cache, all, workers);
      assertEquals(general.refusal, decoded.refusal);
      general.results.assertBits(decoded.results);
    }
  }

  @Cases(250)
  void bothPathsGiveTheSameBitsOverTensors(Draw draw) {
    int batch = draw.integer("batch", 1, 3);
    int keyHeads = draw.integer("keyHeads", 1, 4);
    int group = draw.integer("group", 1, 8);
    int queries = draw.integer("queries", 1, Math.max(1, 8 / group));
    int heads = keyHeads * group;
    int keys = draw.onceIn(6, "long") ? 2500 : draw.integer("keys", 0, 600);
    int headDim = draw.onceIn(12, "deep") ? 300 : draw.integer("headDim", 1, 40);
    int valueDim = draw.integer("valueDim", 0, 40);
    boolean special = draw.onceIn(3, "special");
    SplittableRandom random = new SplittableRandom(draw.integer("seed", 0, 1 << 30));
    Layout layout = draw.oneOf("layout", Layout.values());
    Sandbox sandbox = new Sandbox(layout);
    FloatTensor q = copy(sandbox, tensor(random, special, batch, heads, queries, headDim));
    FloatTensor k = copy(sandbox, tensor(random, special, batch, keyHeads, keys, headDim));
    FloatTensor v = copy(sandbox, tensor(random, special, batch, keyHeads, keys, valueDim));
    Mask mask = MaskCase.draw(draw, batch, heads, queries, keys).mask();
    AttentionOptions options = options(draw, random, mask, heads, queries, keys);
    Workers workers = TestWorkers.draw(draw);
    boolean all = draw.onceIn(2, "statistics");
    int mostRows = DecodeCall.MOST_ROWS;
    assertTrue(DecodeCall.mostQueries(options, q, k, v, mostRows) >= queries);
    Results general = result(0, options, q, k, v, all, workers);
    general.assertBits(result(mostRows, options, q, k, v, all, workers));
  }

  /** A value that is not finite is seen by one row of a head, and not by the other. */
  @Test
  void valuesOfOthersDoNotLeakOverTensors() {
    SplittableRandom random = new SplittableRandom(5);
    int keys = 300;
    FloatTensor q = tensor(random, false, 1, 2, 2, 8);
    FloatTensor k = tensor(random, false, 1, 2, keys, 8);
    float[] values = tensor(random, false, 1, 2, keys, 20).toArray();
    boolean[] allowed = new boolean[2 * keys];
    Arrays.fill(allowed, true);
    for (int key = 7; key < keys; key += 97) {
      values[key * 20 + 3] = Float.NaN;
      values[(keys + key) * 20] = Float.POSITIVE_INFINITY;
      allowed[key] = false;
    }
    FloatTensor v = FloatTensor.of(values, 1, 2, keys, 20);
    Mask mask = Mask.allowed(allowed, 2, keys);
    AttentionOptions options =
        new AttentionOptions(Float.NaN, mask, 0f, null, null, null, null, 0f, 0);
    int mostRows = DecodeCall.MOST_ROWS;
    Results decoded = result(mostRows, options, q, k, v, true, Workers.caller());
    result(0, options, q, k, v, true, Workers.caller()).assertBits(decoded);
    for (int head = 0; head < 2; head++) {
      for (int column = 0; column < 20; column++) {
        assertTrue(Float.isFinite(decoded.out().get(0, head, 0, column)), "head " + head);
      }
    }
    assertTrue(Float.isNaN(decoded.out().get(0, 0, 1, 3)));
    assertEquals(Float.POSITIVE_INFINITY, decoded.out().get(0, 1, 1, 0));
  }

  private static FloatTensor copy(Sandbox sandbox, FloatTensor t) {
    return sandbox.input(t.toArray(), t.shape());
  }

  private static Results result(
      int decodedRows,
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      boolean all,
      Workers workers) {
    Results results = Results.allocate(q.size(0), q.size(1), q.size(2), v.size(3));
    RowStatistics statistics = all ? results.statistics() : RowStatistics.none();
    TaskRunner runner = TaskRunner.of(workers);
    try (Workspace own = runner.acquire()) {
      Sequences sequences = new Sequences();
      sequences.bindDense(q.size(0), q.size(2), k.size(2));
      AttentionCall.forward(
          options, q, k, v, sequences, results.out(), statistics, runner, own, decodedRows);
      return results;
    }
  }

  private static AttentionOptions options(
      Draw draw, SplittableRandom random, Mask mask, int heads, int queries, int keys) {
    boolean plain = draw.onceIn(2, "plain");
    float scale = draw.oneOf("scale", Float.NaN, 1f, 0.3f, -2f);
    float softcap = !plain && draw.onceIn(3, "softcap") ? 5f : 0f;
    FloatTensor bias = null;
    if (!plain && draw.onceIn(3, "bias")) {
      bias = tensor(random, true, draw.onceIn(2, "biasPerHead") ? heads : 1, queries, keys);
    }
    float[] slopes = !plain && draw.onceIn(3, "alibi") ? values(random, heads, 0.01f) : null;
    float[] sinks = !plain && draw.onceIn(3, "sinks") ? values(random, heads, 3f) : null;
    float[] temperatures =
        !plain && draw.onceIn(3, "temperature") ? values(random, heads, 1f) : null;
    if (temperatures != null && draw.onceIn(3, "infiniteTemperature")) {
      temperatures[0] = Float.POSITIVE_INFINITY;
    }
    return new AttentionOptions(scale, mask, softcap, bias, slopes, sinks, temperatures, 0f, 0);
  }

  private static Result result(
      int decodedRows,
      AttentionOptions options,
      FloatTensor q,
      KeyValueCache cache,
      boolean all,
      Workers workers) {
    Results results = Results.allocate(q.size(0), q.size(1), q.size(2), cache.valueDim());
    RowStatistics statistics = all ? results.statistics() : RowStatistics.none();
    TaskRunner runner = TaskRunner.of(workers);
    try (Workspace own = runner.acquire();
        CacheSnapshot snapshot = new CacheSnapshot()) {
      snapshot.open(CachePages.of(cache));
      Sequences sequences = new Sequences();
      sequences.bindDense(snapshot.batch(), q.size(2), snapshot.lengths());
      AttentionCall.forward(
          options, q, snapshot, sequences, results.out(), statistics, runner, own, decodedRows);
      return new Result(results, null);
    } catch (IllegalArgumentException refused) {
      return new Result(results, refused.getMessage());
    }
  }

  private static FloatTensor tensor(SplittableRandom random, boolean special, long... shape) {
    float[] data = new float[Floats.count(shape)];
    int rarity = random.nextInt(20, 20_000);
    for (int i = 0; i < data.length; i++) {
      boolean odd = special && random.nextInt(rarity) == 0;
      data[i] = odd ? SPECIAL[random.nextInt(SPECIAL.length)] : (float) random.nextGaussian();
    }
    return FloatTensor.of(data, shape);
  }

  private static float[] values(SplittableRandom random, int length, float most) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = most * (1f - random.nextFloat());
    }
    return values;
  }
}
