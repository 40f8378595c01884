package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One call of attention with few queries to a key head, over a cache or over tensors.
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

  /** Where keys and values are; null if they are in tensors. */
  @Nullable CacheSnapshot cache;

  final TensorSource tensors = new TensorSource();

  Element keyElement = Element.FLOAT32;
  Element valueElement = Element.FLOAT32;

  /** Tokens of a page, or of a chunk of a tensor. */
  int pageLength;

  /** Value columns of a node: whole groups. */
  int width;

  /** The keys that any row of a member sees: [first, end). */
  private long[] firstKey = new long[0];

  private long[] endKey = new long[0];

  /** Index of the first task of a member, and behind the last that of all. */
  private int[] firstTask = new int[0];

  private int runLevel;
  private int headsPerTask;
  private int headBlocks;

  /** The nodes of the tasks, where a sequence has more than one run. */
  private float[] nodes = new float[0];

  private int nodeStride;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private DecodeCall() {}

  /**
   * The most queries of a sequence that this path serves: few rows to a key head, and none that
   * only looks for its maximum; 0 if it serves none.
   *
   * @param rows the most rows of a key head
   */
  static long mostQueries(AttentionOptions options, long queryHeads, long keyHeads, int rows) {
    boolean serves = keyHeads > 0 && queryHeads > 0 && !options.anyArgmax();
    return serves ? rows / (queryHeads / keyHeads) : 0;
  }

  /** The same over tensors; 0 also if a chunk of a head does not stay in the cache. */
  static long mostQueries(
      AttentionOptions options, FloatTensor q, FloatTensor k, FloatTensor v, int rows) {
    long perToken = k.size(k.rank() - 1) + v.size(v.rank() - 1);
    return perToken <= TensorPages.MOST_PER_TOKEN
        ? mostQueries(options, q.size(1), k.size(1), rows)
        : 0;
  }

  /** Binds arguments that have been checked, for the sequences with at most so many queries. */
  void bindTensors(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      long most) {
    cache = null;
    bindQueries(options, StridedFloats.of(q), sequences, k.size(1), 0, most);
    int valueDim = (int) v.size(v.rank() - 1);
    keyElement = Element.FLOAT32;
    valueElement = Element.FLOAT32;
    pageLength = CHUNK;
    width = (valueDim + valueElement.lanes - 1) / valueElement.lanes * valueElement.lanes;
    StridedFloats values = StridedFloats.of(v);
    int packed = TensorPages.areInRows(values, width) ? 0 : valueDim;
    tensors.bind(StridedFloats.of(k), values, sequences, 0, headDim, packed);
    mask.bind(options.mask, sequences, q.size(1), sequences.isRagged());
  }

  /**
   * Binds arguments that have been checked, except for the mask's, which are checked here, for the
   * sequences that have at most so many queries.
   *
   * @param cache stays open until the call is done
   * @param most as {@link #mostQueries} allows
   * @throws IllegalArgumentException if a query could see a key that was released
   */
  void bindCache(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      CacheSnapshot cache,
      long most) {
    this.cache = cache;
    PageLayout layout = cache.layout();
    bindQueries(options, StridedFloats.of(q), sequences, layout.keyHeads, 0, most);
    keyElement = layout.keyElement;
    valueElement = layout.valueElement;
    pageLength = layout.pageLength;
    width = layout.valueWidth();
    bindMask(cache);
  }

  /** Query rows of a key head. */
  int rows(int sequence) {
    return (int) (group * queries(sequence));
  }

  @Override
  public void close() {
    cache = null;
    tensors.unbind();
    super.close();
  }

  void execute(TaskRunner runner, Workspace own) {
    findHulls();
    int threads = bytes() < LEAST_SHARED ? 1 : runner.parallelism();
    cut(threads);
    int tasks = firstTask[memberCount];
    if (threads == 1) {
      for (int index = 0; index < tasks; index++) {
        run(index, own);
      }
    } else {
      runner.run(tasks, this, own);
    }
    DecodeWorker worker = own.get(WORKER);
    for (int m = 0; m < memberCount; m++) {
      if (runs(m) > 1) {
        join(worker, m);
      }
    }
  }

  /** Finds the hull of what each member's rows see. */
  private void findHulls() {
    if (firstTask.length <= memberCount) {
      firstKey = new long[memberCount];
      endKey = new long[memberCount];
      firstTask = new int[memberCount + 1];
    }
    for (int m = 0; m < memberCount; m++) {
      RowGroup all = rowsOf(members[m]);
      all.findHull();
      firstKey[m] = all.firstKey();
      endKey[m] = all.endKey();
    }
  }

  private long keys() {
    long keys = 0;
    for (int m = 0; m < memberCount; m++) {
      keys += endKey[m] - firstKey[m];
    }
    return keys;
  }

  private long bytes() {
    int perKey = headDim * keyElement.bytes + width * valueElement.bytes;
    return keys() * keyHeads * perKey;
  }

  /**
   * Halves the runs until none is more than its share of a thread's work, and then the blocks of
   * heads until there are tasks enough.
   */
  private void cut(int threads) {
    long longest = 0;
    int mostRows = 0;
    for (int m = 0; m < memberCount; m++) {
      longest = Math.max(longest, endKey[m]);
      mostRows = Math.max(mostRows, rows(members[m]));
    }
    runLevel = Long.SIZE - Long.numberOfLeadingZeros(longest / CHUNK);
    headsPerTask = (int) keyHeads;
    headBlocks = 1;
    if (threads > 1) {
      int wanted = TASKS_PER_THREAD * threads;
      long share = Math.max(1, keys() / wanted);
      while (runLevel > 0 && longestRun() > share) {
        runLevel--;
      }
      while (headsPerTask > 1 && count() * headBlocks < wanted) {
        headsPerTask = (headsPerTask + 1) / 2;
        headBlocks = ((int) keyHeads + headsPerTask - 1) / headsPerTask;
      }
    }
    firstTask[0] = 0;
    for (int m = 0; m < memberCount; m++) {
      long next = firstTask[m] + runs(m) * headBlocks;
      firstTask[m + 1] = Math.toIntExact(next);
    }
    nodeStride = Math.toIntExact(NodeKernels.length((long) headsPerTask * mostRows, width));
    long needed = (long) firstTask[memberCount] * nodeStride;
    if (threads > 1 && nodes.length < needed) {
      nodes = new float[Math.toIntExact(Math.max(needed, nodes.length + nodes.length / 2L))];
    }
  }

  /** Keys of the longest run. */
  private long longestRun() {
    long longest = 0;
    for (int m = 0; m < memberCount; m++) {
      longest = Math.max(longest, Math.min(endKey[m] - firstKey[m], CHUNK << runLevel));
    }
    return longest;
  }

  private long count() {
    long count = 0;
    for (int m = 0; m < memberCount; m++) {
      count += runs(m);
    }
    return count;
  }

  private long firstRun(int m) {
    return (firstKey[m] / CHUNK) >> runLevel;
  }

  /** Runs of a member; one for a member of which nothing is seen, so that it is written. */
  private long runs(int m) {
    long last = (Math.max(firstKey[m], endKey[m] - 1) / CHUNK) >> runLevel;
    return last - firstRun(m) + 1;
  }

  @Override
  public void run(int index, Workspace workspace) {
    int m = memberOf(index);
    int part = index - firstTask[m];
    int firstHead = part % headBlocks * headsPerTask;
    int heads = (int) Math.min(headsPerTask, keyHeads - firstHead);
    long run = firstRun(m) + part / headBlocks;
    DecodeWorker worker = workspace.get(WORKER);
    try {
      worker.begin(this, members[m], firstHead, heads);
      long endChunk = (endKey[m] + CHUNK - 1) / CHUNK;
      worker.grow(
          Math.max(firstKey[m] / CHUNK, run << runLevel),
          Math.min(endChunk, (run + 1) << runLevel));
      if (runs(m) == 1) {
        write(worker);
      } else {
        int root = worker.tree.root();
        int length = (int) NodeKernels.length(worker.rows.count, width);
        System.arraycopy(worker.tree.nodes, root, nodes, index * nodeStride, length);
      }
    } finally {
      worker.release();
    }
  }

  /** The member that a task belongs to. */
  private int memberOf(int index) {
    int m = Arrays.binarySearch(firstTask, 0, memberCount, index);
    return m >= 0 ? m : -m - 2; // each has a task at least: no number comes twice
  }

  /** Merges the runs of a member, of which each task has left the node. */
  private void join(DecodeWorker worker, int m) {
    long first = firstRun(m);
    long end = first + runs(m);
    for (int block = 0; block < headBlocks; block++) {
      int firstHead = block * headsPerTask;
      int heads = (int) Math.min(headsPerTask, keyHeads - firstHead);
      try {
        worker.begin(this, members[m], firstHead, heads);
        int length = (int) NodeKernels.length(worker.rows.count, width);
        int task = firstTask[m] + block;
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
