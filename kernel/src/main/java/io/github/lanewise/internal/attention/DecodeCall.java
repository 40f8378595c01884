package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/**
 * One call of attention over a cache with few queries to a key head.
 *
 * <p>A task is a run of chunks of one sequence for a block of key heads; it makes the node of the
 * merge tree that stands for its run. One thread takes all heads and all chunks of a sequence:
 * pages hold the heads one after the other, and the longer memory is read in order, the faster.
 */
final class DecodeCall extends Operands implements Task {

  static final Workspace.Key<DecodeCall> KEY = Workspace.key(DecodeCall::new);

  private static final Workspace.Key<DecodeWorker> WORKER = Workspace.key(DecodeWorker::new);

  /** Most query rows of a key head that are served here: half a vector of lanes over queries. */
  static final int MOST_ROWS = 8;

  /** Tasks for each thread, so that nobody is idle for long at the end. */
  private static final int TASKS_PER_THREAD = 4;

  /** Bytes of keys and values below which one thread is done before a second has begun. */
  private static final long LEAST_SHARED = 1L << 19;

  CacheSnapshot cache;
  PageLayout layout;

  /** Query rows of a key head. */
  int rows;

  /** Value columns of a node: whole groups. */
  int width;

  /** The keys that any row of a sequence sees: [first, end). */
  private long[] firstKey = new long[0];

  private long[] endKey = new long[0];

  /** Index of the first task of a sequence, and behind the last that of all. */
  private int[] firstTask = new int[0];

  private int runLevel;
  private int headsPerTask;
  private int headBlocks;

  /** The nodes of the tasks, where a sequence has more than one run. */
  private float[] nodes = new float[0];

  private int nodeStride;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private DecodeCall() {}

  /** Whether this path is for the call: few rows, and none that only looks for its maximum. */
  static boolean serves(AttentionOptions options, StridedFloats q, PageLayout layout) {
    if (layout.keyHeads == 0 || options.anyArgmax()) {
      return false;
    }
    long rows = q.size(1) / layout.keyHeads * q.size(2);
    return rows > 0 && rows <= MOST_ROWS;
  }

  /**
   * Binds arguments that {@link #serves} has accepted and that have been checked, except for the
   * mask's, which are checked here.
   *
   * @param cache stays open until the call is done
   * @throws IllegalArgumentException if a query could see a key that was released
   */
  void bindCache(AttentionOptions options, FloatTensor q, CacheSnapshot cache) {
    this.cache = cache;
    layout = cache.layout();
    bindQueries(options, StridedFloats.of(q), layout.keyHeads);
    rows = (int) (group * queryLength);
    width = layout.valueGroups * layout.lanes;
    bindMask(cache);
  }

  @Override
  @SuppressWarnings("NullAway") // bound again before use
  public void close() {
    cache = null;
    layout = null;
    super.close();
  }

  void execute(TaskRunner runner, Workspace own) {
    int batch = cache.batch();
    findHulls(batch);
    int threads = bytes(batch) < LEAST_SHARED ? 1 : runner.parallelism();
    cut(batch, threads);
    int tasks = firstTask[batch];
    if (threads == 1) {
      for (int index = 0; index < tasks; index++) {
        run(index, own);
      }
    } else {
      runner.run(tasks, this, own);
    }
    DecodeWorker worker = own.get(WORKER);
    for (int b = 0; b < batch; b++) {
      if (runs(b) > 1) {
        join(worker, b);
      }
    }
  }

  /** Finds the hull of what each sequence's rows see. */
  private void findHulls(int batch) {
    if (firstKey.length < batch) {
      firstKey = new long[batch];
      endKey = new long[batch];
      firstTask = new int[batch + 1];
    }
    for (int b = 0; b < batch; b++) {
      RowGroup all = rowsOf(b);
      all.findHull();
      firstKey[b] = all.firstKey();
      endKey[b] = all.endKey();
    }
  }

  private long bytes(int batch) {
    long keys = 0;
    for (int b = 0; b < batch; b++) {
      keys += endKey[b] - firstKey[b];
    }
    return keys * layout.keyHeads * (layout.headDim + width) * layout.element.bytes;
  }

  /** Halves the runs until there are tasks enough, and then the blocks of heads. */
  private void cut(int batch, int threads) {
    long longest = 0;
    for (int b = 0; b < batch; b++) {
      longest = Math.max(longest, endKey[b]);
    }
    runLevel = Long.SIZE - Long.numberOfLeadingZeros(longest / CHUNK);
    headsPerTask = layout.keyHeads;
    headBlocks = 1;
    if (threads > 1) {
      int wanted = TASKS_PER_THREAD * threads;
      while (runLevel > 0 && count(batch) < wanted) {
        runLevel--;
      }
      while (headsPerTask > 1 && count(batch) * headBlocks < wanted) {
        headsPerTask = (headsPerTask + 1) / 2;
        headBlocks = (layout.keyHeads + headsPerTask - 1) / headsPerTask;
      }
    }
    firstTask[0] = 0;
    for (int b = 0; b < batch; b++) {
      long next = firstTask[b] + runs(b) * headBlocks;
      firstTask[b + 1] = Math.toIntExact(next);
    }
    nodeStride = Math.toIntExact(NodeKernels.length((long) headsPerTask * rows, width));
    long needed = (long) firstTask[batch] * nodeStride;
    if (threads > 1 && nodes.length < needed) {
      nodes = new float[Math.toIntExact(Math.max(needed, nodes.length + nodes.length / 2L))];
    }
  }

  private long count(int batch) {
    long count = 0;
    for (int b = 0; b < batch; b++) {
      count += runs(b);
    }
    return count;
  }

  private long firstRun(int b) {
    return (firstKey[b] / CHUNK) >> runLevel;
  }

  /** Runs of a sequence; one for a sequence of which nothing is seen, so that it is written. */
  private long runs(int b) {
    long last = (Math.max(firstKey[b], endKey[b] - 1) / CHUNK) >> runLevel;
    return last - firstRun(b) + 1;
  }

  @Override
  public void run(int index, Workspace workspace) {
    int b = 0;
    while (index >= firstTask[b + 1]) {
      b++;
    }
    int part = index - firstTask[b];
    int firstHead = part % headBlocks * headsPerTask;
    int heads = Math.min(headsPerTask, layout.keyHeads - firstHead);
    long run = firstRun(b) + part / headBlocks;
    DecodeWorker worker = workspace.get(WORKER);
    try {
      worker.begin(this, b, firstHead, heads);
      long endChunk = (endKey[b] + CHUNK - 1) / CHUNK;
      worker.grow(
          Math.max(firstKey[b] / CHUNK, run << runLevel),
          Math.min(endChunk, (run + 1) << runLevel));
      if (runs(b) == 1) {
        write(worker);
      } else {
        int root = worker.tree.root();
        int length = (int) NodeKernels.length((long) heads * rows, width);
        System.arraycopy(worker.tree.nodes, root, nodes, index * nodeStride, length);
      }
    } finally {
      worker.release();
    }
  }

  /** Merges the runs of a sequence, of which each task has left the node. */
  private void join(DecodeWorker worker, int b) {
    long first = firstRun(b);
    long end = first + runs(b);
    for (int block = 0; block < headBlocks; block++) {
      int firstHead = block * headsPerTask;
      int heads = Math.min(headsPerTask, layout.keyHeads - firstHead);
      try {
        worker.begin(this, b, firstHead, heads);
        int length = (int) NodeKernels.length((long) heads * rows, width);
        int task = firstTask[b] + block;
        for (long run = first; run < end; run++, task += headBlocks) {
          int node = worker.tree.open(runLevel, run);
          System.arraycopy(nodes, task * nodeStride, worker.tree.nodes, node, length);
          worker.tree.add(runLevel, run);
        }
        write(worker);
      } finally {
        worker.release();
      }
    }
  }

  private void write(DecodeWorker worker) {
    worker.results.finish(worker.tree, worker.rows, options.sinks);
    worker.results.write(results, worker.tree, worker.rows);
  }
}
