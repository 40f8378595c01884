package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One call of attention over any number of queries while it runs: the packed keys and values of the
 * heads in flight, and the cut of the work into tasks.
 *
 * <p>The heads are taken in rounds. A round packs its heads' keys and values, one task a chunk, and
 * then attends, one task a block of up to 32 query rows. One thread takes one head a round, so that
 * what it packs is still in its cache; more threads take as many heads as give everybody work.
 */
final class PrefillCall extends Operands implements Task {

  static final Workspace.Key<PrefillCall> KEY = Workspace.key(PrefillCall::new);

  private static final Workspace.Key<QueryBlock> BLOCK = Workspace.key(QueryBlock::new);

  /** Tasks for each thread that a round should have, so that nobody is idle for long at its end. */
  private static final int TASKS_PER_THREAD = 32;

  /** Rounds that a call is cut into at most, if memory allows: each brings two jobs of 64 bytes. */
  private static final int MOST_ROUNDS = 8;

  /** Floats that the heads in flight may take where one head takes less: 32 MB. */
  private static final long MOST_PACKED = 1L << 23;

  final PackedHeads packed = new PackedHeads();
  private final RowGroup rows = new RowGroup();
  private final TensorSource tensors = new TensorSource();
  private final CacheSource cached = new CacheSource();

  int valueDim;

  /** What is written: one of these, or the results. */
  @Nullable StridedFloats weights;

  @Nullable ShardNodes shard;

  private KeyValueSource source;
  private boolean packing;

  /** The key head of slot 0, counted through all members. */
  private long firstSlotHead;

  /** Where the blocks of each slot end among those of the round. */
  private int[] slotEnd = new int[0];

  @SuppressWarnings("NullAway.Init") // bound before use
  private PrefillCall() {}

  /**
   * Binds arguments that have been checked, except for the mask's, which are checked here.
   *
   * @param sequences where the rows of the tensors are
   * @param v null: only the weights are wanted
   */
  void bindTensors(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      FloatTensor k,
      @Nullable FloatTensor v) {
    bindTensors(options, sequences, q, k, v, 0);
  }

  /** The same for the sequences that have at least so many queries. */
  void bindTensors(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      FloatTensor k,
      @Nullable FloatTensor v,
      long least) {
    bindKeys(options, sequences, q, k, v, 0, least);
    mask.bind(options.mask, sequences, q.size(1), sequences.isRagged());
  }

  /** The same for a shard of the keys, which receives the results. */
  void bindShard(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      ShardNodes shard) {
    bindKeys(options, sequences, q, k, v, shard.firstKey(), 0);
    this.shard = shard;
    mask.bindShard(options.mask, sequences, q.size(1), shard.firstKey());
  }

  private void bindKeys(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      FloatTensor k,
      @Nullable FloatTensor v,
      long firstKey,
      long least) {
    bindQueries(options, StridedFloats.of(q), sequences, k.size(1), least, Long.MAX_VALUE);
    StridedFloats keys = StridedFloats.of(k);
    StridedFloats values = v == null ? keys : StridedFloats.of(v);
    valueDim = v == null ? 0 : (int) v.size(v.rank() - 1);
    tensors.bind(keys, values, sequences, firstKey, headDim, valueDim);
    source = tensors;
  }

  /**
   * The same for keys and values in a cache, and for the sequences that have at least so many
   * queries.
   *
   * @param cache stays open until the call is done
   * @throws IllegalArgumentException if a query could see a key that was released
   */
  void bindCache(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      CacheSnapshot cache,
      long least) {
    PageLayout layout = cache.layout();
    bindQueries(options, StridedFloats.of(q), sequences, layout.keyHeads, least, Long.MAX_VALUE);
    valueDim = layout.valueDim;
    cached.bind(cache);
    source = cached;
    bindMask(cache);
  }

  @Override
  @SuppressWarnings("NullAway") // bound again before use
  public void close() {
    source = null;
    tensors.unbind();
    cached.unbind();
    packed.release();
    weights = null;
    shard = null;
    super.close();
  }

  /** Whether the nodes' moments are needed. */
  boolean wantsMoment() {
    return shard != null || results.entropy != null;
  }

  /** Of short rows all queries of as many heads as fit make a block, of long ones one head. */
  private long headsPerBlock(long queries) {
    boolean together = queries < TileKernels.PANEL && !options.anyArgmax();
    return together ? TileKernels.PANEL / queries : 1;
  }

  private static long blocksPerHead(long queries) {
    return (queries + TileKernels.PANEL - 1) / TileKernels.PANEL;
  }

  /** Blocks of the queries of a key head. */
  private long blocks(long queries) {
    long headsPerBlock = headsPerBlock(queries);
    long headBlocks = (group + headsPerBlock - 1) / headsPerBlock;
    return Math.multiplyExact(headBlocks, blocksPerHead(queries));
  }

  /** The sequence of a key head that is counted through all members. */
  private int sequenceOf(long memberHead) {
    return members[(int) (memberHead / keyHeads)];
  }

  void execute(TaskRunner runner, Workspace own) {
    long heads = group == 0 ? 0 : memberCount * keyHeads;
    long most = runner.parallelism() == 1 ? 1 : mostInFlight();
    long tasks = TASKS_PER_THREAD * (long) runner.parallelism();
    long least = runner.parallelism() == 1 ? 1 : (heads + MOST_ROUNDS - 1) / MOST_ROUNDS;
    firstSlotHead = 0;
    while (firstSlotHead < heads) {
      int slots = cutRound(Math.min(heads - firstSlotHead, most), least, tasks);
      packed.begin(slots, headDim, valueDim);
      for (int slot = 0; slot < slots; slot++) {
        int sequence = sequenceOf(firstSlotHead + slot);
        int head = (int) ((firstSlotHead + slot) % keyHeads);
        rows.set(mask, sequence, head * group, group, 0, queries(sequence));
        packed.list(slot, sequence, head, rows);
      }
      int chunks = packed.place(source);
      packing = true;
      runner.run(chunks, this, own);
      packing = false;
      runner.run(slotEnd[slots - 1], this, own);
      firstSlotHead += slots;
    }
  }

  /**
   * Takes heads into a round until there are enough of them, and tasks enough; at most {@code
   * most}.
   *
   * @return how many
   */
  private int cutRound(long most, long least, long tasks) {
    int slots = 0;
    long end = 0;
    while (slots < most && (slots < least || end < tasks)) {
      if (slots == slotEnd.length) {
        slotEnd = Arrays.copyOf(slotEnd, Math.max(8, 2 * slots));
      }
      end += blocks(queries(sequenceOf(firstSlotHead + slots)));
      slotEnd[slots++] = Math.toIntExact(end);
    }
    return slots;
  }

  /** Heads whose packed keys and values fit into the room that there is for them. */
  private long mostInFlight() {
    long perHead = Math.max(1, PackedHeads.floatsPerHead(source.mostPacked(), headDim, valueDim));
    return Math.max(1, MOST_PACKED / perHead);
  }

  @Override
  public void run(int index, Workspace workspace) {
    QueryBlock block = workspace.get(BLOCK);
    try {
      if (packing) {
        pack(index, block);
      } else {
        attend(index, block);
      }
    } finally {
      block.release();
    }
  }

  private void pack(int index, QueryBlock block) {
    PackedChunk chunk = packed.chunk(index);
    if (source == tensors) {
      long queries = queries(chunk.sequence);
      block.packedFor.set(mask, chunk.sequence, chunk.head * group, group, 0, queries);
      block.packedFor.findSeen(chunk.index * CHUNK, chunk.end);
    }
    source.pack(chunk, block);
  }

  /** The last block of a head first: under a causal mask it is the heaviest. */
  private void attend(int index, QueryBlock block) {
    int slot = slotOf(index);
    int part = slotEnd[slot] - 1 - index;
    int sequence = sequenceOf(firstSlotHead + slot);
    long queries = queries(sequence);
    long firstHead = (firstSlotHead + slot) % keyHeads * group;
    long head = part / blocksPerHead(queries) * headsPerBlock(queries);
    long firstQuery = part % blocksPerHead(queries) * TileKernels.PANEL;
    long heads = Math.min(headsPerBlock(queries), group - head);
    long count = Math.min(TileKernels.PANEL, queries - firstQuery);
    block.rows.set(mask, sequence, firstHead + head, heads, firstQuery, count);
    block.run(this, slot);
  }

  /** The slot that a block of the round belongs to. */
  private int slotOf(int index) {
    int low = 0;
    int high = packed.slots() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (slotEnd[middle] <= index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
