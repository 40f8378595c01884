package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PagedCache;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.Workspace;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call of attention from its arguments to its results, the same way for all of them:
 *
 * <ol>
 *   <li>{@link AttentionChecks} refuses what does not fit, before anything is written;
 *   <li>{@link Sequences} says how many queries and keys each sequence has, and where its rows lie:
 *       from here on a dense call is a ragged one whose sequences are of one length;
 *   <li>a workspace has a call at rest, to which the operands are bound: a {@link PrefillCall}, and
 *       a {@link DecodeCall} for those sequences that have few queries;
 *   <li>the call cuts its work into tasks for the runner. One task makes the scores of some query
 *       rows chunk by chunk of keys ({@link ScorePanel}, {@link DecodeScores}), from them weights,
 *       sums and weighted values, which are a chunk's node;
 *   <li>{@link MergeTree} merges the nodes;
 *   <li>{@link ResultWriter} takes the root to the caller's tensors, or {@link ShardNodes} keeps
 *       it.
 * </ol>
 */
public final class AttentionCall {

  private static final Workspace.Key<CacheSnapshot> SNAPSHOT = Workspace.key(CacheSnapshot::new);

  private static final Workspace.Key<Sequences> SEQUENCES = Workspace.key(Sequences::new);

  private AttentionCall() {}

  /** Writes the results over keys and values in tensors. */
  public static void forward(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    AttentionChecks.forward(options, q, k, v, out, statistics, runner.parallelism() > 1);
    try (Workspace own = runner.acquire()) {
      Sequences sequences = own.get(SEQUENCES);
      sequences.bindDense(q.size(0), q.size(2), k.size(2));
      forward(options, q, k, v, sequences, out, statistics, runner, own, DecodeCall.MOST_ROWS);
    }
  }

  /** Writes the results over ragged tensors. */
  public static void forward(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      int[] queryStarts,
      int[] keyStarts,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    try (Workspace own = runner.acquire()) {
      Sequences sequences = own.get(SEQUENCES);
      boolean otherThreads = runner.parallelism() > 1;
      AttentionChecks.ragged(
          options, q, k, v, queryStarts, keyStarts, sequences, out, statistics, otherThreads);
      forward(options, q, k, v, sequences, out, statistics, runner, own, DecodeCall.MOST_ROWS);
    }
  }

  /**
   * Sequences with few queries by one path, the others by another, with the same bits.
   *
   * @param mostRows the most query rows of a key head that {@link DecodeCall} is to serve
   */
  static void forward(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      Sequences sequences,
      FloatTensor out,
      RowStatistics statistics,
      TaskRunner runner,
      Workspace own,
      int mostRows) {
    long few = DecodeCall.mostQueries(options, q, k, v, mostRows);
    try (DecodeCall decode = own.get(DecodeCall.KEY);
        PrefillCall prefill = own.get(PrefillCall.KEY)) {
      decode.bindTensors(options, sequences, q, k, v, few);
      prefill.bindTensors(options, sequences, q, k, v, few + 1);
      StridedFloats target = StridedFloats.of(out);
      decode.results.bind(target, statistics);
      prefill.results.bind(target, statistics);
      prefill.execute(runner, own);
      decode.execute(runner, own);
    }
  }

  /** Writes the gradients that are not null. */
  public static void backward(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      int @Nullable [] queryStarts,
      int @Nullable [] keyStarts,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp,
      @Nullable FloatTensor dq,
      @Nullable FloatTensor dk,
      @Nullable FloatTensor dv,
      @Nullable FloatTensor ofBias,
      float @Nullable [] ofTemperature,
      float @Nullable [] ofSinks,
      Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    boolean otherThreads = runner.parallelism() > 1;
    BackwardChecks.inputs(
        options, queryStarts == null ? 4 : 3, q, k, v, out, dOut, logSumExp, otherThreads);
    BackwardChecks.gradients(options, q, k, v, out, dOut, logSumExp, dq, dk, dv, otherThreads);
    if (ofBias != null || ofTemperature != null || ofSinks != null) {
      BackwardChecks.optionGradients(
          options,
          q,
          k,
          v,
          out,
          dOut,
          logSumExp,
          dq,
          dk,
          dv,
          ofBias,
          ofTemperature,
          ofSinks,
          otherThreads);
    }
    try (Workspace own = runner.acquire();
        BackwardCall call = own.get(BackwardCall.KEY)) {
      Sequences sequences = own.get(SEQUENCES);
      if (queryStarts != null && keyStarts != null) {
        AttentionChecks.starts(queryStarts, q, keyStarts, k, sequences);
      } else {
        sequences.bindDense(q.size(0), q.size(2), k.size(2));
      }
      BackwardChecks.sequences(options, sequences, q, v, otherThreads);
      call.bind(options, sequences, q, k, v, out, dOut, logSumExp);
      call.bindGradients(dq, dk, dv, ofBias, ofTemperature, ofSinks);
      call.execute(runner, own);
    }
  }

  /** Writes the weights themselves. */
  public static void weights(
      AttentionOptions options, FloatTensor q, FloatTensor k, FloatTensor p, Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    AttentionChecks.weights(options, q, k, p, runner.parallelism() > 1);
    try (Workspace own = runner.acquire();
        PrefillCall call = own.get(PrefillCall.KEY)) {
      Sequences sequences = own.get(SEQUENCES);
      sequences.bindDense(q.size(0), q.size(2), k.size(2));
      call.bindTensors(options, sequences, q, k, null);
      call.weights = StridedFloats.of(p);
      call.execute(runner, own);
    }
  }

  /**
   * Computes what a shard of the keys adds to a state.
   *
   * @param before what the state holds; the shard must fit to it
   */
  public static StateContent partial(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      long firstKey,
      StateContent before,
      Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    AttentionChecks.partial(options, q, k, v, firstKey, before, runner.parallelism() > 1);
    ShardNodes shard = new ShardNodes(before.shape(), firstKey, firstKey + k.size(2));
    try (Workspace own = runner.acquire();
        PrefillCall call = own.get(PrefillCall.KEY)) {
      Sequences sequences = own.get(SEQUENCES);
      sequences.bindDense(q.size(0), q.size(2), shard.endKey());
      call.bindShard(options, sequences, q, k, v, shard);
      call.execute(runner, own);
    }
    return StateContent.of(before.shape(), shard, options.sinks, options.dropout);
  }

  /** Writes the results over a cache, and holds on to what the cache shows meanwhile. */
  public static void forward(
      AttentionOptions options,
      FloatTensor q,
      PagedCache cache,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    try (Workspace own = runner.acquire();
        CacheSnapshot snapshot = own.get(SNAPSHOT)) {
      snapshot.open(cache);
      Sequences sequences = own.get(SEQUENCES);
      CacheChecks.queries(options, q, 4, snapshot, runner.parallelism() > 1);
      sequences.bindDense(snapshot.batch(), q.size(2), snapshot.lengths());
      forward(options, q, snapshot, sequences, out, statistics, runner, own, DecodeCall.MOST_ROWS);
    }
  }

  /** The same for the last tokens of some sequences. */
  public static void forward(
      AttentionOptions options,
      FloatTensor q,
      PagedCache cache,
      int[] numbers,
      int[] lengths,
      FloatTensor out,
      RowStatistics statistics,
      Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    try (Workspace own = runner.acquire();
        CacheSnapshot snapshot = own.get(SNAPSHOT)) {
      snapshot.open(cache);
      Sequences sequences = own.get(SEQUENCES);
      CacheChecks.queries(options, q, 3, snapshot, runner.parallelism() > 1);
      sequences.bindBatch(numbers, lengths, snapshot.batch(), snapshot.lengths());
      CacheChecks.requireTokens(q, "q", sequences);
      forward(options, q, snapshot, sequences, out, statistics, runner, own, DecodeCall.MOST_ROWS);
    }
  }

  /**
   * Sequences with few queries by one path, the others by another, with the same bits.
   *
   * @param mostRows the most query rows of a key head that {@link DecodeCall} is to serve
   */
  static void forward(
      AttentionOptions options,
      FloatTensor q,
      CacheSnapshot cache,
      Sequences sequences,
      FloatTensor out,
      RowStatistics statistics,
      TaskRunner runner,
      Workspace own,
      int mostRows) {
    boolean otherThreads = runner.parallelism() > 1;
    CacheChecks.forward(options, q, cache, sequences, out, statistics, otherThreads);
    long few = DecodeCall.mostQueries(options, q.size(1), cache.layout().keyHeads, mostRows);
    try (DecodeCall decode = own.get(DecodeCall.KEY);
        PrefillCall prefill = own.get(PrefillCall.KEY)) {
      decode.bindCache(options, sequences, q, cache, few);
      prefill.bindCache(options, sequences, q, cache, few + 1);
      StridedFloats target = StridedFloats.of(out);
      decode.results.bind(target, statistics);
      prefill.results.bind(target, statistics);
      prefill.execute(runner, own);
      decode.execute(runner, own);
    }
  }
}
