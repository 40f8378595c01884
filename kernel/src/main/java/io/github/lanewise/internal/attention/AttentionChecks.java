package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Every argument of attention, checked before anything is written. */
final class AttentionChecks {

  /** Names for messages, made once: a check that passes allocates nothing. */
  private static final String[] Q_SIZES = {"q.size(0)", "q.size(1)", "q.size(2)", "q.size(3)"};

  private static final String[] K_SIZES = {"k.size(0)", "k.size(1)", "k.size(2)", "k.size(3)"};
  private static final String[] V_SIZES = {"v.size(0)", "v.size(1)", "v.size(2)", "v.size(3)"};

  /** Rank of tensors [batch, heads, rows, dim]. */
  private static final int DENSE = 4;

  /** Rank of tensors [rows, heads, dim]. */
  private static final int RAGGED = 3;

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
    queriesAndKeys(options, q, k, DENSE, otherThreads);
    values(k, v, otherThreads);
    packable(k.size(2), "k.size(2)", k.size(3), v.size(3));
    bias(options, q.size(0), q.size(1), q.size(2), k.size(2), false, otherThreads);
    results(options, statistics, q, k, v, out, v.size(3), "v.size(3)", otherThreads);
  }

  /**
   * Checks a call of forward over ragged tensors, and binds the sequences.
   *
   * @param sequences receives what the starts say
   */
  static void ragged(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      int[] queryStarts,
      int[] keyStarts,
      Sequences sequences,
      FloatTensor out,
      RowStatistics statistics,
      boolean otherThreads) {
    Kernels.requireAvailable();
    Objects.requireNonNull(statistics, "statistics");
    queriesAndKeys(options, q, k, RAGGED, otherThreads);
    values(k, v, otherThreads);
    starts(queryStarts, q, keyStarts, k, sequences);
    packable(sequences.mostKeys(), "a sequence's keyLength", k.size(2), v.size(2));
    bias(options, sequences, q, true, otherThreads);
    results(options, statistics, q, k, v, out, v.size(2), V_SIZES[2], otherThreads);
  }

  /** Checks where sequences start in q and k [rows, heads, dim], and binds them. */
  static void starts(
      int[] queryStarts, FloatTensor q, int[] keyStarts, FloatTensor k, Sequences sequences) {
    Objects.requireNonNull(queryStarts, "queryStarts");
    Objects.requireNonNull(keyStarts, "keyStarts");
    sequences.bindStarts(queryStarts, q.size(0), keyStarts, k.size(0));
  }

  /** Checks out and the statistics, which have one row for each query of each head. */
  private static void results(
      AttentionOptions options,
      RowStatistics statistics,
      FloatTensor q,
      @Nullable FloatTensor k,
      @Nullable FloatTensor v,
      FloatTensor out,
      long valueDim,
      String valueDimName,
      boolean otherThreads) {
    int rank = q.rank();
    Checks.requireRank(out, "out", rank, rank);
    for (int axis = 0; axis < rank - 1; axis++) {
      Checks.requireSize(out, "out", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(out, "out", rank - 1, valueDim, valueDimName);
    Checks.requireWritable(out, "out", otherThreads);
    Checks.requireDisjointOrSame(out, "out", q, "q");
    if (k != null && v != null) {
      Checks.requireDisjointOrSame(out, "out", k, "k");
      Checks.requireDisjointOrSame(out, "out", v, "v");
    }
    if (options.bias != null) {
      Checks.requireDisjoint(out, "out", options.bias, "bias");
    }
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
    queriesAndKeys(options, q, k, DENSE, otherThreads);
    Checks.requireRank(p, "p", 4, 4);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(p, "p", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(p, "p", 3, k.size(2), "k.size(2)");
    Checks.requireWritable(p, "p", otherThreads);
    packable(k.size(2), "k.size(2)", k.size(3), 0);
    Checks.requireDisjoint(p, "p", q, "q");
    Checks.requireDisjoint(p, "p", k, "k");
    bias(options, q.size(0), q.size(1), q.size(2), k.size(2), false, otherThreads);
    if (options.bias != null) {
      Checks.requireDisjoint(p, "p", options.bias, "bias");
    }
  }

  /**
   * Checks q of a call of forward over a cache, before the sequences are bound.
   *
   * @param rank 4: of tensors [batch, heads, queries, dim]; 3: of [tokens, heads, dim]
   */
  static void cachedQueries(
      AttentionOptions options,
      FloatTensor q,
      int rank,
      CacheSnapshot cache,
      boolean otherThreads) {
    Kernels.requireAvailable();
    PageLayout layout = cache.layout();
    Checks.requireRank(q, "q", rank, rank);
    if (rank == DENSE) {
      Checks.requireSize(q, "q", 0, cache.batch(), "cache.batch()");
    }
    Checks.requireSize(q, "q", rank - 1, layout.headDim, "cache.headDim()");
    queries(options, q, layout.keyHeads, "cache.keyHeads()", otherThreads);
    Checks.requireAccessible(cache.probe(), "the cache", otherThreads);
  }

  /** Checks that a tensor has as many rows as the sequences of a batch have queries. */
  static void requireTokens(FloatTensor t, String name, Sequences sequences) {
    Checks.requireSize(t, name, 0, sequences.tokens(), "batch.tokens()");
  }

  /** Checks the rest of a call of forward over a cache, dense or ragged. */
  static void cached(
      AttentionOptions options,
      FloatTensor q,
      CacheSnapshot cache,
      Sequences sequences,
      FloatTensor out,
      RowStatistics statistics,
      boolean otherThreads) {
    Objects.requireNonNull(statistics, "statistics");
    PageLayout layout = cache.layout();
    if (!CacheSource.isInPlace(cache)) {
      for (int b = 0; b < cache.batch(); b++) {
        packable(cache.held(b), "a sequence's length", layout.headDim, layout.valueDim);
      }
    }
    bias(options, sequences, q, true, otherThreads);
    results(
        options, statistics, q, null, null, out, layout.valueDim, "cache.valueDim()", otherThreads);
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
    queriesAndKeys(options, q, k, DENSE, otherThreads);
    values(k, v, otherThreads);
    packable(k.size(2), "k.size(2)", k.size(3), v.size(3));
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
    if (options.drops() && !MaskPlan.namesOffset(options.mask)) {
      throw new IllegalArgumentException(
          "dropout needs the number of all keys, which a shard does not know: the mask "
              + options.mask
              + " must name the offset");
    }
    if (options.anyArgmax()) {
      throw new IllegalArgumentException("a temperature is 0, but a state needs more than that");
    }
    long endKey = firstKey + k.size(2);
    bias(options, q.size(0), q.size(1), q.size(2), endKey, true, otherThreads);
    state.requireRoomFor(firstKey, endKey, options.sinks, options.dropout);
  }

  /**
   * Checks that no query of a sequence sees a key that the cache has let go.
   *
   * @param rows all rows of the sequence, head by head
   */
  static void releasedKeys(CacheSnapshot cache, int sequence, RowGroup rows, long queries) {
    for (int hole = 0; hole < cache.holes(sequence); hole++) {
      long from = cache.holeFrom(sequence, hole);
      long to = cache.holeTo(sequence, hole);
      long row = rows.firstRowThatSees(from, to);
      if (row >= 0) {
        throw new IllegalArgumentException(
            "query "
                + row % queries
                + " of head "
                + row / queries
                + " of sequence "
                + sequence
                + " sees keys from "
                + from
                + " to "
                + to
                + ", which were released: the mask must hide them");
      }
    }
  }

  /** Checks values by their keys, and that they can be read. */
  static void values(FloatTensor k, FloatTensor v, boolean otherThreads) {
    int rank = k.rank();
    Checks.requireRank(v, "v", rank, rank);
    for (int axis = 0; axis < rank - 1; axis++) {
      Checks.requireSize(v, "v", axis, k.size(axis), K_SIZES[axis]);
    }
    Checks.requireReadable(v, "v", otherThreads);
  }

  /** Checks queries and keys of rank 4, or of ragged tensors. */
  static void queriesAndKeys(
      AttentionOptions options, FloatTensor q, FloatTensor k, int rank, boolean otherThreads) {
    Checks.requireRank(q, "q", rank, rank);
    Checks.requireRank(k, "k", rank, rank);
    if (rank == DENSE) {
      Checks.requireSize(k, "k", 0, q.size(0), Q_SIZES[0]);
    }
    Checks.requireSize(k, "k", rank - 1, q.size(rank - 1), Q_SIZES[rank - 1]);
    if (q.size(rank - 1) < 1) {
      throw new IllegalArgumentException(
          Q_SIZES[rank - 1] + " is 0, but headDim must be at least 1");
    }
    queries(options, q, k.size(1), K_SIZES[1], otherThreads);
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

  /** Checks the length of a sequence: one head's keys and values are packed into arrays. */
  static void packable(long keys, String name, long headDim, long valueDim) {
    long widest = Math.max(headDim, valueDim) + 16;
    long most = (Integer.MAX_VALUE - 64L) / widest - 16;
    if (keys > most) {
      throw new IllegalArgumentException(
          name + " is " + keys + ", but one head of this width takes at most " + most);
    }
  }

  /** Checks the bias against the sequences; of an open one the keys may go on. */
  static void bias(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      boolean isOpen,
      boolean otherThreads) {
    long queries = sequences.queryAxis();
    long keys = sequences.mostKeys();
    bias(options, sequences.count(), q.size(1), queries, keys, isOpen, otherThreads);
  }

  /** Of an open bias the keys may go on. */
  private static void bias(
      AttentionOptions options,
      long batch,
      long heads,
      long queries,
      long keys,
      boolean isOpen,
      boolean otherThreads) {
    FloatTensor bias = options.bias;
    if (bias == null) {
      return;
    }
    int last = bias.rank() - 1;
    long perKey = bias.size(last);
    requireBroadcast(bias, last, isOpen && perKey > keys ? perKey : keys);
    requireBroadcast(bias, last - 1, queries);
    requireBroadcast(bias, last - 2, heads);
    requireBroadcast(bias, last - 3, batch);
    Checks.requireReadable(bias, "bias", otherThreads);
  }

  private static void requireBroadcast(FloatTensor bias, int axis, long wanted) {
    if (axis >= 0 && bias.size(axis) != wanted && bias.size(axis) != 1) {
      throw new IllegalArgumentException(
          "bias.size("
              + axis
              + ") is "
              + bias.size(axis)
              + ", but must be "
              + (wanted == 1 ? "1" : "1 or " + wanted));
    }
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
    int rank = q.rank() - 1;
    Checks.requireRank(t, name, rank, rank);
    for (int axis = 0; axis < rank; axis++) {
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

  /** Checks that two outputs share no element; null is none. */
  static void distinct(
      @Nullable FloatTensor a, String aName, @Nullable FloatTensor b, String bName) {
    if (a != null && b != null) {
      Checks.requireDisjoint(a, aName, b, bName);
    }
  }
}
