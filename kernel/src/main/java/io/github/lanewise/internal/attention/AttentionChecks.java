package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Every argument of attention, checked before anything is written. */
final class AttentionChecks {

  /** Names for messages, made once: a check that passes allocates nothing. */
  private static final String[] Q_SIZES = {"q.size(0)", "q.size(1)", "q.size(2)"};

  private AttentionChecks() {}

  /** Checks a call of forward. */
  static void forward(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      RowStatistics statistics,
      boolean otherThreads) {
    Kernels.requireAvailable();
    Objects.requireNonNull(statistics, "statistics");
    queriesAndKeys(options, q, k, otherThreads);
    values(k, v, otherThreads);
    Checks.requireRank(out, "out", 4, 4);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(out, "out", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(out, "out", 3, v.size(3), "v.size(3)");
    Checks.requireWritable(out, "out", otherThreads);
    Checks.requireDisjointOrSame(out, "out", q, "q");
    Checks.requireDisjointOrSame(out, "out", k, "k");
    Checks.requireDisjointOrSame(out, "out", v, "v");
    bias(options, q, k, out, "out", otherThreads);
    statistics(options, statistics, q, k, v, out, otherThreads);
  }

  private static void statistics(
      AttentionOptions options,
      RowStatistics statistics,
      FloatTensor q,
      @Nullable FloatTensor k,
      @Nullable FloatTensor v,
      FloatTensor out,
      boolean otherThreads) {
    statistic(statistics.logSumExp(), "logSumExp", options, q, k, v, out, otherThreads);
    statistic(statistics.entropy(), "entropy", options, q, k, v, out, otherThreads);
    statistic(statistics.maxWeight(), "maxWeight", options, q, k, v, out, otherThreads);
    distinct(statistics.logSumExp(), "logSumExp", statistics.entropy(), "entropy");
    distinct(statistics.logSumExp(), "logSumExp", statistics.maxWeight(), "maxWeight");
    distinct(statistics.entropy(), "entropy", statistics.maxWeight(), "maxWeight");
  }

  /** Checks a call of weights. */
  static void weights(
      AttentionOptions options, FloatTensor q, FloatTensor k, FloatTensor p, boolean otherThreads) {
    Kernels.requireAvailable();
    queriesAndKeys(options, q, k, otherThreads);
    Checks.requireRank(p, "p", 4, 4);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(p, "p", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(p, "p", 3, k.size(2), "k.size(2)");
    Checks.requireWritable(p, "p", otherThreads);
    packable(k.size(2), "k.size(2)", k.size(3), 0);
    Checks.requireDisjoint(p, "p", q, "q");
    Checks.requireDisjoint(p, "p", k, "k");
    bias(options, q, k, p, "p", otherThreads);
  }

  /** Checks a call of forward over a cache. */
  static void cached(
      AttentionOptions options,
      FloatTensor q,
      CacheSnapshot cache,
      FloatTensor out,
      RowStatistics statistics,
      boolean otherThreads) {
    Kernels.requireAvailable();
    Objects.requireNonNull(statistics, "statistics");
    PageLayout layout = cache.layout();
    Checks.requireRank(q, "q", 4, 4);
    Checks.requireSize(q, "q", 0, cache.batch(), "cache.batch()");
    Checks.requireSize(q, "q", 3, layout.headDim, "cache.headDim()");
    queries(options, q, layout.keyHeads, "cache.keyHeads()", otherThreads);
    Checks.requireAccessible(cache.probe(), "the cache", otherThreads);
    if (!CacheSource.isInPlace(cache)) {
      for (int b = 0; b < cache.batch(); b++) {
        packable(cache.held(b), "a sequence's length", layout.headDim, layout.valueDim);
      }
    }
    Checks.requireRank(out, "out", 4, 4);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(out, "out", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(out, "out", 3, layout.valueDim, "cache.valueDim()");
    Checks.requireWritable(out, "out", otherThreads);
    Checks.requireDisjointOrSame(out, "out", q, "q");
    bias(options, q, cache.longest(), false, otherThreads);
    if (options.bias != null) {
      Checks.requireDisjoint(out, "out", options.bias, "bias");
    }
    statistics(options, statistics, q, null, null, out, otherThreads);
  }

  /** Checks a call of partial. */
  static void partial(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      long firstKey,
      StateContent state,
      boolean otherThreads) {
    Kernels.requireAvailable();
    queriesAndKeys(options, q, k, otherThreads);
    values(k, v, otherThreads);
    StateContent.Shape shape = state.shape();
    Checks.requireSize(q, "q", 0, shape.batch(), "the state's batch");
    Checks.requireSize(q, "q", 1, shape.queryHeads(), "the state's queryHeads");
    Checks.requireSize(q, "q", 2, shape.queryLength(), "the state's queryLength");
    Checks.requireSize(v, "v", 3, shape.valueDim(), "the state's valueDim");
    if (firstKey < 0 || firstKey > POSITIONS - k.size(2)) {
      throw new IllegalArgumentException(
          "firstKey is " + firstKey + ", but must be 0 to " + (POSITIONS - k.size(2)));
    }
    if (options.slopes != null && !MaskPlan.namesOffset(options.mask)) {
      throw new IllegalArgumentException(
          "ALiBi needs the number of all keys, which a shard does not know: the mask "
              + options.mask
              + " must name the offset");
    }
    if (options.anyArgmax()) {
      throw new IllegalArgumentException("a temperature is 0, but a state needs more than that");
    }
    bias(options, q, firstKey + k.size(2), true, otherThreads);
    state.requireRoomFor(firstKey, firstKey + k.size(2), options.sinks);
  }

  /**
   * Checks that no query sees a key that the cache has let go.
   *
   * @param mask bound to the call
   * @param rows scratch
   */
  static void releasedKeys(
      CacheSnapshot cache, MaskPlan mask, RowGroup rows, long heads, long queries) {
    for (int b = 0; b < cache.batch(); b++) {
      long from = cache.releasedFrom(b);
      long to = cache.releasedTo(b);
      rows.set(mask, b, 0, heads, 0, queries);
      long row = from < to ? rows.firstRowThatSees(from, to) : -1;
      if (row >= 0) {
        throw new IllegalArgumentException(
            "query "
                + row % queries
                + " of head "
                + row / queries
                + " of sequence "
                + b
                + " sees keys from "
                + from
                + " to "
                + to
                + ", which were released: the mask must hide them");
      }
    }
  }

  private static void values(FloatTensor k, FloatTensor v, boolean otherThreads) {
    Checks.requireRank(v, "v", 4, 4);
    Checks.requireSize(v, "v", 0, k.size(0), "k.size(0)");
    Checks.requireSize(v, "v", 1, k.size(1), "k.size(1)");
    Checks.requireSize(v, "v", 2, k.size(2), "k.size(2)");
    Checks.requireReadable(v, "v", otherThreads);
    packable(k.size(2), "k.size(2)", k.size(3), v.size(3));
  }

  private static void queriesAndKeys(
      AttentionOptions options, FloatTensor q, FloatTensor k, boolean otherThreads) {
    Checks.requireRank(q, "q", 4, 4);
    Checks.requireRank(k, "k", 4, 4);
    Checks.requireSize(k, "k", 0, q.size(0), "q.size(0)");
    Checks.requireSize(k, "k", 3, q.size(3), "q.size(3)");
    if (q.size(3) < 1) {
      throw new IllegalArgumentException("q.size(3) is 0, but headDim must be at least 1");
    }
    queries(options, q, k.size(1), "k.size(1)", otherThreads);
    Checks.requireReadable(k, "k", otherThreads);
  }

  private static void queries(
      AttentionOptions options,
      FloatTensor q,
      long keyHeads,
      String keyHeadsName,
      boolean otherThreads) {
    long queryHeads = q.size(1);
    if (keyHeads == 0 ? queryHeads != 0 : queryHeads % keyHeads != 0) {
      throw new IllegalArgumentException(
          "q.size(1) is "
              + queryHeads
              + ", which is no multiple of "
              + keyHeadsName
              + ", "
              + keyHeads);
    }
    Checks.requireReadable(q, "q", otherThreads);
    perHead(options.slopes, "slopes", queryHeads);
    perHead(options.sinks, "sinks", queryHeads);
    perHead(options.temperatures, "temperatures", queryHeads);
  }

  private static void perHead(float @Nullable [] values, String name, long queryHeads) {
    if (values != null && values.length != queryHeads) {
      throw new IllegalArgumentException(
          "there are " + values.length + " " + name + ", but q.size(1) is " + queryHeads);
    }
  }

  /** One head's keys and values are packed into arrays. */
  private static void packable(long keys, String name, long headDim, long valueDim) {
    long widest = Math.max(headDim, valueDim) + 16;
    long most = (Integer.MAX_VALUE - 64L) / widest - 16;
    if (keys > most) {
      throw new IllegalArgumentException(
          name + " is " + keys + ", but one head of this width takes at most " + most);
    }
  }

  private static void bias(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor out,
      String outName,
      boolean otherThreads) {
    bias(options, q, k.size(2), false, otherThreads);
    if (options.bias != null) {
      Checks.requireDisjoint(out, outName, options.bias, "bias");
    }
  }

  /** The bias over a shard may go on beyond the shard's end. */
  private static void bias(
      AttentionOptions options, FloatTensor q, long keys, boolean isShard, boolean otherThreads) {
    FloatTensor bias = options.bias;
    if (bias == null) {
      return;
    }
    int rank = bias.rank();
    for (int axis = 0; axis < rank; axis++) {
      boolean perKey = axis == rank - 1;
      long wanted = perKey ? keys : q.size(4 - rank + axis);
      boolean fits = bias.size(axis) == wanted || (perKey && isShard && bias.size(axis) > wanted);
      if (!fits && bias.size(axis) != 1) {
        throw new IllegalArgumentException(
            "bias.size(" + axis + ") is " + bias.size(axis) + ", but must be 1 or " + wanted);
      }
    }
    Checks.requireReadable(bias, "bias", otherThreads);
  }

  private static void statistic(
      @Nullable FloatTensor t,
      String name,
      AttentionOptions options,
      FloatTensor q,
      @Nullable FloatTensor k,
      @Nullable FloatTensor v,
      FloatTensor out,
      boolean otherThreads) {
    if (t == null) {
      return;
    }
    Checks.requireRank(t, name, 3, 3);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(t, name, axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireWritable(t, name, otherThreads);
    Checks.requireDisjoint(t, name, q, "q");
    if (k != null && v != null) {
      Checks.requireDisjoint(t, name, k, "k");
      Checks.requireDisjoint(t, name, v, "v");
    }
    Checks.requireDisjoint(t, name, out, "out");
    if (options.bias != null) {
      Checks.requireDisjoint(t, name, options.bias, "bias");
    }
  }

  private static void distinct(
      @Nullable FloatTensor a, String aName, @Nullable FloatTensor b, String bName) {
    if (a != null && b != null) {
      Checks.requireDisjoint(a, aName, b, bName);
    }
  }
}
