package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
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

  /** The end of the keys, in the longest sequence of a cache. */
  long keyLength;

  /** What is written: one of these, or the results. */
  @Nullable StridedFloats weights;

  @Nullable ShardNodes shard;

  private KeyValueSource source;
  private boolean packing;
  private long firstSlotHead;
  private long headsPerBlock;
  private long blocksPerHead;
  private int blocks;

  @SuppressWarnings("NullAway.Init") // bound before use
  private PrefillCall() {}

  /**
   * Binds arguments that have been checked, except for the mask's, which are checked here.
   *
   * @param v null: only the weights are wanted
   */
  void bindTensors(
      AttentionOptions options, FloatTensor q, FloatTensor k, @Nullable FloatTensor v) {
    bindKeys(options, q, k, v, 0);
    mask.bind(options.mask, q.size(0), q.size(1), queryLength, keyLength);
  }

  /** The same for a shard of the keys, which receives the results. */
  void bindShard(
      AttentionOptions options, FloatTensor q, FloatTensor k, FloatTensor v, ShardNodes shard) {
    bindKeys(options, q, k, v, shard.firstKey());
    this.shard = shard;
    keyLength = shard.endKey();
    mask.bindShard(options.mask, q.size(0), q.size(1), queryLength, shard.firstKey(), keyLength);
  }

  private void bindKeys(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      @Nullable FloatTensor v,
      long firstKey) {
    bindQueries(options, StridedFloats.of(q), k.size(1));
    StridedFloats keys = StridedFloats.of(k);
    valueDim = v == null ? 0 : (int) v.size(3);
    keyLength = k.size(2);
    tensors.bind(keys, v == null ? keys : StridedFloats.of(v), firstKey, headDim, valueDim);
    source = tensors;
  }

  /**
   * The same for keys and values in a cache.
   *
   * @param cache stays open until the call is done
   * @throws IllegalArgumentException if a query could see a key that was released
   */
  void bindCache(AttentionOptions options, FloatTensor q, CacheSnapshot cache) {
    bindQueries(options, StridedFloats.of(q), cache.layout().keyHeads);
    valueDim = cache.layout().valueDim;
    keyLength = cache.longest();
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

  /** Long rows: blocks of one head. Short ones: all queries of as many heads as fit. */
  private void cutQueries() {
    boolean together = queryLength < TileKernels.PANEL && !options.anyArgmax();
    headsPerBlock = together ? TileKernels.PANEL / Math.max(1, queryLength) : 1;
    blocksPerHead = (queryLength + TileKernels.PANEL - 1) / TileKernels.PANEL;
    long headBlocks = (group + headsPerBlock - 1) / headsPerBlock;
    blocks = Math.toIntExact(Math.multiplyExact(headBlocks, blocksPerHead));
  }

  void execute(TaskRunner runner, Workspace own) {
    cutQueries();
    long heads = q.size(0) * keyHeads;
    if (heads == 0 || blocks == 0) {
      return;
    }
    int slots = headsInFlight(heads, runner.parallelism());
    for (firstSlotHead = 0; firstSlotHead < heads; firstSlotHead += slots) {
      int used = (int) Math.min(slots, heads - firstSlotHead);
      packed.begin(used, headDim, valueDim);
      for (int slot = 0; slot < used; slot++) {
        long batch = (firstSlotHead + slot) / keyHeads;
        long firstHead = (firstSlotHead + slot) % keyHeads * group;
        rows.set(mask, batch, firstHead, group, 0, queryLength);
        packed.list(slot, rows);
      }
      int chunks = packed.place(source, keyHeads, firstSlotHead);
      packing = true;
      runner.run(chunks, this, own);
      packing = false;
      runner.run(used * blocks, this, own);
    }
  }

  private int headsInFlight(long heads, int parallelism) {
    if (parallelism == 1) {
      return 1;
    }
    long wanted = Math.max(1, (TASKS_PER_THREAD * (long) parallelism + blocks - 1) / blocks);
    wanted = Math.max(wanted, (heads + MOST_ROUNDS - 1) / MOST_ROUNDS);
    long perHead = Math.max(1, PackedHeads.floatsPerHead(source.mostPacked(), headDim, valueDim));
    long affordable = Math.max(1, MOST_PACKED / perHead);
    return (int) Math.min(heads, Math.min(wanted, affordable));
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
    long batch = (firstSlotHead + chunk.slot) / keyHeads;
    long head = (firstSlotHead + chunk.slot) % keyHeads;
    if (source == tensors) {
      block.packedFor.set(mask, batch, head * group, group, 0, queryLength);
      block.packedFor.findSeen(chunk.index * CHUNK, chunk.end);
    }
    source.pack(chunk, batch, head, block);
  }

  /** The last block of a head first: under a causal mask it is the heaviest. */
  private void attend(int index, QueryBlock block) {
    int slot = index / blocks;
    int part = blocks - 1 - index % blocks;
    long batch = (firstSlotHead + slot) / keyHeads;
    long firstHead = (firstSlotHead + slot) % keyHeads * group;
    long head = part / blocksPerHead * headsPerBlock;
    long firstQuery = part % blocksPerHead * TileKernels.PANEL;
    long heads = Math.min(headsPerBlock, group - head);
    long queries = Math.min(TileKernels.PANEL, queryLength - firstQuery);
    block.rows.set(mask, batch, firstHead + head, heads, firstQuery, queries);
    block.run(this, slot);
  }
}
