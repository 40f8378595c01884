package io.github.lanewise.bench.spark;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.AttentionState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
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
  private final JavaRDD<Problem.KeyShard> shards;
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

  private static AttentionState partial(Problem problem, Problem.KeyShard shard, int victim) {
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

  /** A state on its way between machines: in the library's own format, which has checksums. */
  public static final class StateMessage implements Externalizable {

    private static final long serialVersionUID = 1;

    private transient AttentionState state; // not by Java's own means

    /** For deserialization alone. */
    public StateMessage() {
      this(AttentionState.empty(0, 0, 0, 0));
    }

    StateMessage(AttentionState state) {
      this.state = state;
    }

    AttentionState state() {
      return state;
    }

    /** What both hold, in this message; Spark may reduce in any order. */
    StateMessage mergedWith(StateMessage other) {
      state.merge(other.state);
      return this;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      state.save(bytes);
      out.writeInt(bytes.size());
      out.write(bytes.toByteArray());
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      state = AttentionState.load(new ByteArrayInputStream(bytes));
    }
  }
}
