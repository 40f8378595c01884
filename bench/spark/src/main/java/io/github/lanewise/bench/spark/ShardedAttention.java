package io.github.lanewise.bench.spark;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.AttentionState;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Attention on Spark: each partition holds a shard of the keys and computes a partial result, and
 * the partial results are merged in a tree.
 */
final class ShardedAttention implements AutoCloseable {

  /** Where shards have to end for the bits of the whole. */
  private static final int CHUNK = 256;

  private final Problem problem;
  private final JavaRDD<KeyShard> shards;
  private final int count;

  /** Spreads the keys over partitions, each of one shard, and leaves them there. */
  ShardedAttention(JavaSparkContext spark, Problem problem, int count) {
    this.problem = problem;
    this.count = count;
    List<int[]> ranges = new ArrayList<>();
    int chunks = (problem.keys() + CHUNK - 1) / CHUNK;
    for (int i = 0; i < count; i++) {
      int from = CHUNK * (int) ((long) chunks * i / count);
      int to = CHUNK * (int) ((long) chunks * (i + 1) / count);
      ranges.add(new int[] {from, Math.min(to, problem.keys())});
    }
    Problem here = problem;
    shards = spark.parallelize(ranges, count).map(range -> here.shard(range[0], range[1])).cache();
    shards.count();
  }

  /**
   * The state of all keys.
   *
   * @param failing whether one partition's first attempt fails, when its work is done
   */
  AttentionState run(boolean failing) {
    Problem here = problem; // what a lambda uses is sent along
    int victim = failing ? count / 2 : -1;
    return shards
        .map(shard -> new StateMessage(partial(here, shard, victim)))
        .treeReduce(StateMessage::mergedWith, 2)
        .state();
  }

  private static AttentionState partial(Problem problem, KeyShard shard, int victim) {
    AttentionState state = problem.emptyState();
    FloatTensor q = problem.queries();
    problem.attention().partial(q, shard.k(), shard.v(), shard.firstKey(), state, Workers.caller());
    TaskContext task = TaskContext.get();
    if (task.partitionId() == victim && task.attemptNumber() == 0) {
      throw new IllegalStateException("injected failure of partition " + victim);
    }
    return state;
  }

  @Override
  public void close() {
    shards.unpersist(true);
  }
}
