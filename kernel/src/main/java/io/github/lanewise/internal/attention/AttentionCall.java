package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PagedCache;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.Workspace;
import java.util.Objects;

/**
 * A call of attention from its arguments to its results, the same way for all of them:
 *
 * <ol>
 *   <li>{@link AttentionChecks} refuses what does not fit, before anything is written;
 *   <li>a workspace has a call at rest, to which the operands are bound: a {@link PrefillCall}, or
 *       a {@link DecodeCall} where few queries meet a cache;
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
    try (Workspace own = runner.acquire();
        PrefillCall call = own.get(PrefillCall.KEY)) {
      call.bindTensors(options, q, k, v);
      call.results.bind(StridedFloats.of(out), statistics);
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
      call.bindTensors(options, q, k, null);
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
      call.bindShard(options, q, k, v, shard);
      call.execute(runner, own);
    }
    return StateContent.of(before.shape(), shard, options.sinks);
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
      AttentionChecks.cached(options, q, snapshot, out, statistics, runner.parallelism() > 1);
      if (DecodeCall.serves(options, StridedFloats.of(q), snapshot.layout())) {
        decode(options, q, snapshot, out, statistics, runner, own);
      } else {
        prefill(options, q, snapshot, out, statistics, runner, own);
      }
    }
  }

  /** Any call over a cache. */
  static void prefill(
      AttentionOptions options,
      FloatTensor q,
      CacheSnapshot cache,
      FloatTensor out,
      RowStatistics statistics,
      TaskRunner runner,
      Workspace own) {
    try (PrefillCall call = own.get(PrefillCall.KEY)) {
      call.bindCache(options, q, cache);
      call.results.bind(StridedFloats.of(out), statistics);
      call.execute(runner, own);
    }
  }

  /** A call with few queries, with the same bits. */
  static void decode(
      AttentionOptions options,
      FloatTensor q,
      CacheSnapshot cache,
      FloatTensor out,
      RowStatistics statistics,
      TaskRunner runner,
      Workspace own) {
    try (DecodeCall call = own.get(DecodeCall.KEY)) {
      call.bindCache(options, q, cache);
      call.results.bind(StridedFloats.of(out), statistics);
      call.execute(runner, own);
    }
  }
}
