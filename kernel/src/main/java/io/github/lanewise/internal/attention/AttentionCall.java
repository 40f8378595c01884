package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.Crew;
import io.github.lanewise.internal.work.Task;
import io.github.lanewise.internal.work.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * One call of attention while it runs: the operands, the packed keys and values of the heads in
 * flight, and the cut of the work into tasks. Kept in the caller's workspace and used again, so
 * that a call allocates nothing.
 *
 * <p>The heads are taken in rounds. A round packs its heads' keys and values, one task a chunk, and
 * then attends, one task a block of up to 32 query rows. One thread takes one head a round, so that
 * what it packs is still in its cache; more threads take as many heads as give everybody work.
 */
public final class AttentionCall implements Task {

  private static final Workspace.Key<AttentionCall> CALL = Workspace.key(AttentionCall::new);

  private static final Workspace.Key<QueryBlock> BLOCK = Workspace.key(QueryBlock::new);

  /** Tasks for each thread that a round should have, so that nobody is idle for long at its end. */
  private static final int TASKS_PER_THREAD = 32;

  /** Rounds that a call is cut into at most, if memory allows: each brings two jobs of 64 bytes. */
  private static final int MOST_ROUNDS = 8;

  /** Floats that the heads in flight may take where one head takes less: 32 MB. */
  private static final long MOST_PACKED = 1L << 23;

  final MaskPlan mask = new MaskPlan();
  final PackedHeads packed = new PackedHeads();
  private final RowGroup rows = new RowGroup();
  private final TensorSource tensors = new TensorSource();
  private final CacheSource cached = new CacheSource();

  AttentionOptions options;
  StridedFloats q;
  @Nullable StridedFloats bias;
  boolean biasPerKey;
  int headDim;
  int valueDim;
  long queryLength;

  /** The end of the keys, in the longest sequence of a cache. */
  long keyLength;

  float scale;
  boolean wantsMoment;

  final Results results = new Results();

  /** What is written: one of these, or the results. */
  @Nullable StridedFloats weights;

  @Nullable ShardNodes shard;

  private KeyValueSource source;
  private long keyHeads;
  private long group;
  private boolean packing;
  private long firstSlotHead;
  private long headsPerBlock;
  private long blocksPerHead;
  private int blocks;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private AttentionCall() {}

  /**
   * Runs a call whose arguments have been checked, except for the mask's, which {@link
   * MaskPlan#bind} checks before anything is written.
   */
  public static void run(
      AttentionOptions options,
      StridedFloats q,
      StridedFloats k,
      @Nullable StridedFloats v,
      @Nullable StridedFloats out,
      @Nullable StridedFloats weights,
      RowStatistics statistics,
      Crew crew) {
    try (Workspace own = crew.acquire()) {
      AttentionCall call = own.get(CALL);
      try {
        call.bindTensors(options, q, k, v == null ? k : v, 0, out != null);
        call.bindResults(out, weights, statistics);
        call.mask.bind(options.mask, q.size(0), q.size(1), call.queryLength, call.keyLength);
        call.execute(crew, own);
      } finally {
        call.unbind();
      }
    }
  }

  /**
   * Runs a call over a shard of the keys, whose arguments have been checked like those of {@link
   * #run}.
   *
   * @param shard receives the result
   */
  public static void runShard(
      AttentionOptions options,
      StridedFloats q,
      StridedFloats k,
      StridedFloats v,
      ShardNodes shard,
      Crew crew) {
    try (Workspace own = crew.acquire()) {
      AttentionCall call = own.get(CALL);
      try {
        call.bindTensors(options, q, k, v, shard.firstKey(), true);
        call.bindShard(shard);
        call.execute(crew, own);
      } finally {
        call.unbind();
      }
    }
  }

  /**
   * Runs a call over a cache, whose arguments have been checked like those of {@link #run}.
   *
   * @param cache stays open until the call is done
   * @throws IllegalArgumentException if a query could see a key that was released, before anything
   *     is written
   */
  static void runCached(
      AttentionOptions options,
      StridedFloats q,
      CacheSnapshot cache,
      StridedFloats out,
      RowStatistics statistics,
      Crew crew,
      Workspace own) {
    AttentionCall call = own.get(CALL);
    try {
      call.bindCache(options, q, cache);
      call.bindResults(out, null, statistics);
      call.mask.bindRagged(
          options.mask, q.size(0), q.size(1), call.queryLength, call.keyLength, cache.lengths());
      AttentionChecks.releasedKeys(cache, call.mask, call.rows, q.size(1), call.queryLength);
      call.execute(crew, own);
    } finally {
      call.unbind();
    }
  }

  private void bindTensors(
      AttentionOptions options,
      StridedFloats q,
      StridedFloats k,
      StridedFloats v,
      long firstKey,
      boolean readsValues) {
    bindQueries(options, q, k.size(1), readsValues ? (int) v.size(3) : 0);
    keyLength = k.size(2);
    tensors.bind(k, v, firstKey, headDim, valueDim);
    source = tensors;
  }

  private void bindCache(AttentionOptions options, StridedFloats q, CacheSnapshot cache) {
    bindQueries(options, q, cache.layout().keyHeads, cache.layout().valueDim);
    keyLength = cache.longest();
    cached.bind(cache);
    source = cached;
  }

  private void bindQueries(AttentionOptions options, StridedFloats q, long keyHeads, int valueDim) {
    this.options = options;
    this.q = q;
    this.keyHeads = keyHeads;
    this.valueDim = valueDim;
    queryLength = q.size(2);
    group = keyHeads == 0 ? 0 : q.size(1) / keyHeads;
    headDim = (int) q.size(3);
    scale = options.scaleFor(headDim);
    bias = options.bias == null ? null : StridedFloats.of(options.bias);
    biasPerKey = bias != null && bias.size(bias.rank() - 1) != 1;
    cutQueries();
  }

  private void bindResults(
      @Nullable StridedFloats out, @Nullable StridedFloats weights, RowStatistics statistics) {
    results.bind(out, statistics);
    this.weights = weights;
    wantsMoment = results.entropy != null;
  }

  private void bindShard(ShardNodes shard) {
    this.shard = shard;
    keyLength = shard.endKey();
    wantsMoment = true;
    mask.bindShard(options.mask, q.size(0), q.size(1), queryLength, shard.firstKey(), keyLength);
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    options = null;
    q = null;
    source = null;
    tensors.unbind();
    cached.unbind();
    packed.release();
    results.unbind();
    weights = null;
    shard = null;
    bias = null;
    mask.release();
  }

  /** Long rows: blocks of one head. Short ones: all queries of as many heads as fit. */
  private void cutQueries() {
    boolean together = queryLength < TileKernels.PANEL && !options.anyArgmax();
    headsPerBlock = together ? TileKernels.PANEL / Math.max(1, queryLength) : 1;
    blocksPerHead = (queryLength + TileKernels.PANEL - 1) / TileKernels.PANEL;
    long headBlocks = (group + headsPerBlock - 1) / headsPerBlock;
    blocks = Math.toIntExact(Math.multiplyExact(headBlocks, blocksPerHead));
  }

  private void execute(Crew crew, Workspace own) {
    long heads = q.size(0) * keyHeads;
    if (heads == 0 || blocks == 0) {
      return;
    }
    int slots = headsInFlight(heads, crew.parallelism());
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
      crew.run(chunks, this, own);
      packing = false;
      crew.run(used * blocks, this, own);
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

  /** Where query 0 of a batch element stands among the keys, for ALiBi. */
  long alibiOffset(long batch) {
    return alibiOffset(mask, batch);
  }

  /** The same for a mask that is bound. */
  public static long alibiOffset(MaskPlan mask, long batch) {
    return Math.max(-POSITIONS, Math.min(POSITIONS, mask.offset(batch)));
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

  /** Index of the first bias of a row in its storage; an axis of size 1 counts for all. */
  public static long biasRow(StridedFloats bias, long batch, long head, long query) {
    long at = bias.offset();
    int rank = bias.rank();
    if (rank >= 2 && bias.size(rank - 2) != 1) {
      at += query * bias.stride(rank - 2);
    }
    if (rank >= 3 && bias.size(rank - 3) != 1) {
      at += head * bias.stride(rank - 3);
    }
    if (rank >= 4 && bias.size(0) != 1) {
      at += batch * bias.stride(0);
    }
    return at;
  }
}
