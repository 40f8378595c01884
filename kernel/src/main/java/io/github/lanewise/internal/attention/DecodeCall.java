package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.Crew;
import io.github.lanewise.internal.work.Task;
import io.github.lanewise.internal.work.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * One call of attention over a cache with few queries to a key head. Kept in the caller's workspace
 * and used again, so that a call allocates nothing.
 *
 * <p>A task is a run of chunks of one sequence for a block of key heads; it makes the node of the
 * merge tree that stands for its run. One thread takes all heads and all chunks of a sequence:
 * pages hold the heads one after the other, and the longer memory is read in order, the faster.
 */
public final class DecodeCall implements Task {

  private static final Workspace.Key<DecodeCall> CALL = Workspace.key(DecodeCall::new);

  private static final Workspace.Key<DecodeWorker> WORKER = Workspace.key(DecodeWorker::new);

  /** Most query rows of a key head that are served here: half a vector of lanes over queries. */
  static final int MOST_ROWS = 8;

  /** Tasks for each thread, so that nobody is idle for long at the end. */
  private static final int TASKS_PER_THREAD = 4;

  /** Bytes of keys and values below which one thread is done before a second has begun. */
  private static final long LEAST_SHARED = 1L << 19;

  final MaskPlan mask = new MaskPlan();

  private final RowGroup sequenceRows = new RowGroup();

  AttentionOptions options;
  StridedFloats q;
  StridedFloats out;
  CacheSnapshot cache;
  PageLayout layout;
  @Nullable StridedFloats bias;
  @Nullable StridedFloats logSumExp;
  @Nullable StridedFloats entropy;
  @Nullable StridedFloats maxWeight;
  float scale;
  int queryLength;
  int group;

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
  private final float[] factors = new float[NodeKernels.FACTORS];

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private DecodeCall() {}

  /** Whether this path is for the call: few rows, and none that only looks for its maximum. */
  public static boolean serves(AttentionOptions options, StridedFloats q, PageLayout layout) {
    if (layout.keyHeads == 0 || options.anyArgmax()) {
      return false;
    }
    long rows = q.size(1) / layout.keyHeads * q.size(2);
    return rows > 0 && rows <= MOST_ROWS;
  }

  /**
   * Runs a call that {@link #serves} has accepted, and whose arguments have been checked except for
   * the mask's, which {@link MaskPlan#bindRagged} checks before anything is written.
   *
   * @param cache stays open until the call is done
   * @throws IllegalArgumentException if a query could see a key that was released, before anything
   *     is written
   */
  public static void run(
      AttentionOptions options,
      StridedFloats q,
      CacheSnapshot cache,
      StridedFloats out,
      RowStatistics statistics,
      Crew crew,
      Workspace own) {
    DecodeCall call = own.get(CALL);
    try {
      call.bind(options, q, cache, out, statistics);
      AttentionChecks.releasedKeys(
          cache, call.mask, call.sequenceRows, q.size(1), call.queryLength);
      call.execute(crew, own);
    } finally {
      call.unbind();
    }
  }

  private void bind(
      AttentionOptions options,
      StridedFloats q,
      CacheSnapshot cache,
      StridedFloats out,
      RowStatistics statistics) {
    this.options = options;
    this.q = q;
    this.cache = cache;
    this.out = out;
    layout = cache.layout();
    logSumExp = strided(statistics.logSumExp());
    entropy = strided(statistics.entropy());
    maxWeight = strided(statistics.maxWeight());
    bias = strided(options.bias);
    queryLength = (int) q.size(2);
    group = (int) (q.size(1) / layout.keyHeads);
    rows = group * queryLength;
    width = layout.valueGroups * layout.lanes;
    scale = options.scaleFor(layout.headDim);
    mask.bindRagged(
        options.mask, q.size(0), q.size(1), queryLength, cache.longest(), cache.lengths());
  }

  private static @Nullable StridedFloats strided(@Nullable FloatTensor t) {
    return t == null ? null : StridedFloats.of(t);
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    options = null;
    q = null;
    cache = null;
    out = null;
    layout = null;
    bias = null;
    logSumExp = null;
    entropy = null;
    maxWeight = null;
    mask.release();
  }

  private void execute(Crew crew, Workspace own) {
    int batch = cache.batch();
    findHulls(batch);
    int threads = bytes(batch) < LEAST_SHARED ? 1 : crew.parallelism();
    cut(batch, threads);
    int tasks = firstTask[batch];
    if (threads == 1) {
      for (int index = 0; index < tasks; index++) {
        run(index, own);
      }
    } else {
      crew.run(tasks, this, own);
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
    long heads = (long) group * layout.keyHeads;
    for (int b = 0; b < batch; b++) {
      sequenceRows.set(mask, b, 0, heads, 0, queryLength);
      sequenceRows.findHull();
      firstKey[b] = sequenceRows.firstKey();
      endKey[b] = sequenceRows.endKey();
    }
  }

  private long bytes(int batch) {
    long keys = 0;
    for (int b = 0; b < batch; b++) {
      keys += endKey[b] - firstKey[b];
    }
    return keys * layout.keyHeads * (layout.headDim + width) * bytesPerElement();
  }

  private int bytesPerElement() {
    return layout.storage == Storage.FLOAT32
        ? Float.BYTES
        : layout.storage == Storage.INT8 ? Byte.BYTES : Short.BYTES;
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
      worker.grow(runLevel, run, firstKey[b], endKey[b]);
      if (runs(b) == 1) {
        worker.results.write(this, worker.rows, worker.nodes, 0);
      } else {
        int length = (int) NodeKernels.length((long) heads * rows, width);
        System.arraycopy(worker.nodes, 0, nodes, index * nodeStride, length);
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
        int levels = Long.SIZE - Long.numberOfLeadingZeros(end - 1);
        int root = merge(levels, 0, first, end, firstTask[b] + block, heads * rows);
        worker.results.write(this, worker.rows, nodes, root);
      } finally {
        worker.release();
      }
    }
  }

  /**
   * Merges the node (level, index) over runs in the place of its lowest run.
   *
   * @param base the task of the run {@code first}
   * @return where it is, or -1 if none of its runs is one of [first, end)
   */
  private int merge(int level, long index, long first, long end, int base, int nodeRows) {
    long low = index << level;
    if (low >= end || low + (1L << level) <= first) {
      return -1;
    }
    if (level == 0) {
      return (base + (int) (index - first) * headBlocks) * nodeStride;
    }
    int a = merge(level - 1, 2 * index, first, end, base, nodeRows);
    int b = merge(level - 1, 2 * index + 1, first, end, base, nodeRows);
    if (a < 0 || b < 0) {
      return Math.max(a, b);
    }
    Kernels.nodes().mergeRows(nodes, a, nodes, b, nodeRows, width, factors);
    return a;
  }
}
