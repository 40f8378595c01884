package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of attention, checked before anything is written; {@link ResultChecks} has the
 * results, {@link CacheChecks} the caches, {@link BackwardChecks} the gradients.
 */
final class AttentionChecks {

  /** Names for messages, made once: a check that passes allocates nothing. */
  static final String[] Q_SIZES = {"q.size(0)", "q.size(1)", "q.size(2)", "q.size(3)"};

  private static final String[] K_SIZES = {"k.size(0)", "k.size(1)", "k.size(2)", "k.size(3)"};
  private static final String[] V_SIZES = {"v.size(0)", "v.size(1)", "v.size(2)", "v.size(3)"};

  /** Rank of tensors [batch, heads, rows, dim]. */
  static final int DENSE = 4;

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
    ResultChecks.results(options, statistics, q, k, v, out, v.size(3), "v.size(3)", otherThreads);
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
    ResultChecks.results(options, statistics, q, k, v, out, v.size(2), V_SIZES[2], otherThreads);
  }

  /** Checks where sequences start in q and k [rows, heads, dim], and binds them. */
  static void starts(
      int[] queryStarts, FloatTensor q, int[] keyStarts, FloatTensor k, Sequences sequences) {
    Objects.requireNonNull(queryStarts, "queryStarts");
    Objects.requireNonNull(keyStarts, "keyStarts");
    sequences.bindStarts(queryStarts, q.size(0), keyStarts, k.size(0));
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

  /** Checks queries by the number of key heads, and the options by that of query heads. */
  static void queries(
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
    long most = Math.max(0, (Integer.MAX_VALUE - 64L) / widest - 16);
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
}
