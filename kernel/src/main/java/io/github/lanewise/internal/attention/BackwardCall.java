package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One call of attention's gradients while it runs: the packed operands of the heads in flight, and
 * the cut of the work into tasks.
 *
 * <p>The key heads are taken in rounds. A round packs chunks of queries and of keys; then it
 * differentiates, one task a query head, or a part of its keys where there are few heads; at last
 * it adds up what was computed apart: dq of the parts of the keys, dk and dv of the heads of a
 * group.
 */
final class BackwardCall extends Operands implements Task {

  static final Workspace.Key<BackwardCall> KEY = Workspace.key(BackwardCall::new);

  private static final Workspace.Key<GradientBlock> BLOCK = Workspace.key(GradientBlock::new);

  private static final Workspace.Key<BiasBlock> BIAS_BLOCK = Workspace.key(BiasBlock::new);

  private static final int PANEL = TileKernels.PANEL;

  /** Tasks for each thread that a round should have, so that nobody is idle for long at its end. */
  private static final int TASKS_PER_THREAD = 4;

  /** Rounds that a call is cut into at most, if memory allows. */
  private static final int MOST_ROUNDS = 8;

  /** Floats that the heads in flight may take where one key head takes less: 32 MB. */
  private static final long MOST_PACKED = 1L << 23;

  /** What is done at the moment. */
  private enum Stage {
    BIAS,
    PACK,
    DIFFERENTIATE,
    GATHER
  }

  final HeadRows queries = new HeadRows(false);
  final HeadRows keys = new HeadRows(true);
  final HeadRows values = new HeadRows(true);
  final HeadRows out = new HeadRows(false);
  final HeadRows dOut = new HeadRows(false);
  final HeadRows logSumExp = new HeadRows(false);
  final HeadRows dq = new HeadRows(false);
  final HeadRows dk = new HeadRows(true);
  final HeadRows dv = new HeadRows(true);

  /** The gradients of options. */
  final OptionSums optionSums = new OptionSums();

  int valueDim;

  /** The chunks of the heads in flight, head by head. */
  QueryChunk[] queryChunks = new QueryChunk[0];

  KeyChunk[] keyChunks = new KeyChunk[0];

  private final RowGroup rows = new RowGroup();

  /** Queries of the sequence that has most. */
  private long mostQueries;

  /** Where the chunks of each query head, and of each key head, end. */
  private int[] queryEnd = new int[0];

  private int[] keyEnd = new int[0];

  private Stage stage = Stage.PACK;
  private int headsInFlight;

  /** Parts that the keys of a head are cut into, of {@code 2^partLevel} chunks. */
  private int parts;

  private int partLevel;

  /** Shares of dq by query chunk and part; of dk and dv by query head and key chunk. */
  private float[] queryShares = new float[0];

  private float[] keyShares = new float[0];

  @SuppressWarnings("NullAway.Init") // bound before use
  private BackwardCall() {}

  /**
   * Binds arguments that have been checked, except for the mask's, which are checked here.
   *
   * @param sequences where the rows of the tensors are
   */
  void bind(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor results,
      FloatTensor dResults,
      FloatTensor sums) {
    bindQueries(options, StridedFloats.of(q), sequences, k.size(1), 0, Long.MAX_VALUE);
    valueDim = (int) v.size(v.rank() - 1);
    mostQueries = 0;
    for (int m = 0; m < memberCount; m++) {
      mostQueries = Math.max(mostQueries, queries(members[m]));
    }
    queries.bind(sequences, q);
    keys.bind(sequences, k);
    values.bind(sequences, v);
    out.bind(sequences, results);
    dOut.bind(sequences, dResults);
    logSumExp.bind(sequences, sums);
    mask.bind(options.mask, sequences, q.size(1), sequences.isRagged());
  }

  /** Binds what is written, after what is read. */
  void bindGradients(
      @Nullable FloatTensor ofQ,
      @Nullable FloatTensor ofK,
      @Nullable FloatTensor ofV,
      @Nullable FloatTensor ofBias,
      float @Nullable [] ofTemperature,
      float @Nullable [] ofSinks) {
    dq.bind(sequences, ofQ);
    dk.bind(sequences, ofK);
    dv.bind(sequences, ofV);
    optionSums.bind(this, ofBias, ofTemperature, ofSinks);
  }

  @Override
  public void close() {
    queries.unbind();
    keys.unbind();
    values.unbind();
    out.unbind();
    dOut.unbind();
    logSumExp.unbind();
    dq.unbind();
    dk.unbind();
    dv.unbind();
    optionSums.unbind();
    super.close();
  }

  /** Whether the gradients of scores are wanted. */
  boolean wantsScores() {
    return dq.isBound()
        || dk.isBound()
        || optionSums.wantsTemperature()
        || optionSums.bias != OptionSums.Bias.NONE;
  }

  /** Whether the scale is all that lies between the gradient of a score and that of the dot. */
  boolean isScaledAtOnce() {
    return options.temperatures == null && options.softcap == 0f && !wantsSums();
  }

  private boolean wantsSums() {
    return optionSums.rowSums() > 0 || optionSums.bias != OptionSums.Bias.NONE;
  }

  /** Whether something is wanted that each query has. */
  boolean wantsQueries() {
    return dq.isBound() || optionSums.rowSums() > 0;
  }

  /** Whether something is wanted that each key has. */
  boolean wantsKeys() {
    return keyPanel() > 0;
  }

  /** Floats of a panel of a node of dq: {@code [headDim][32]}, in whole tiles. */
  int queryPanel() {
    return dq.isBound() ? tiles(headDim) * PANEL : 0;
  }

  /** Floats of a panel of a node of what each key has: dk, dv and the sum of its column. */
  int keyPanel() {
    return keyPanelSums() + (optionSums.bias == OptionSums.Bias.COLUMNS ? PANEL : 0);
  }

  /** Where dv begins in it. */
  int keyPanelValues() {
    return dk.isBound() ? tiles(headDim) * PANEL : 0;
  }

  /** Where the sums begin in it. */
  int keyPanelSums() {
    return keyPanelValues() + (dv.isBound() ? tiles(valueDim) * PANEL : 0);
  }

  /** Floats of a node of what each query has: dq, and the sums of its row. */
  int queryNode() {
    return queryNodeSums() + optionSums.rowSums() * CHUNK;
  }

  /** Where the sums begin in it. */
  int queryNodeSums() {
    return panels(mostQueries) * queryPanel();
  }

  long mostQueries() {
    return mostQueries;
  }

  int keyNode() {
    return panels(sequences.mostKeys()) * keyPanel();
  }

  private static int tiles(int dim) {
    int rows = TileKernels.TILE_ROWS;
    return (dim + rows - 1) / rows * rows;
  }

  private static int panels(long rows) {
    return (int) (Math.min(CHUNK, rows) + PANEL - 1) / PANEL;
  }

  private static int chunks(long rows) {
    return Math.toIntExact((rows + CHUNK - 1) / CHUNK);
  }

  /** The queries that a key head serves. */
  void setRowsOf(RowGroup group, long batch, long head) {
    group.set(mask, batch, head * this.group, this.group, 0, queries(batch));
  }

  void execute(TaskRunner runner, Workspace own) {
    long heads = sequences.count() * keyHeads;
    if (group == 0) {
      heads = 0;
    }
    if (heads > 0 && optionSums.bias == OptionSums.Bias.PAIRS) {
      stage = Stage.BIAS;
      runner.run(Math.toIntExact(BiasBlock.count(optionSums.pairs())), this, own);
    }
    int most = mostInFlight(heads, runner.parallelism());
    for (long first = 0; first < heads; first += most) {
      headsInFlight = (int) Math.min(most, heads - first);
      list(first);
      cutKeys(runner.parallelism());
      stage = Stage.PACK;
      runner.run(queryCount() + keyCount(), this, own);
      stage = Stage.DIFFERENTIATE;
      runner.run(Math.toIntExact(headsInFlight * group * parts), this, own);
      stage = Stage.GATHER;
      runner.run(queriesToGather() + keysToGather(), this, own);
    }
    optionSums.finish();
  }

  private int mostInFlight(long heads, int parallelism) {
    if (parallelism == 1) {
      return 1;
    }
    long tasks = TASKS_PER_THREAD * (long) parallelism;
    long wanted = Math.max((tasks + group - 1) / group, (heads + MOST_ROUNDS - 1) / MOST_ROUNDS);
    long dims = headDim + (long) valueDim;
    long keyLength = sequences.mostKeys();
    long perHead = 3 * keyLength * dims + group * (2 * mostQueries + keyLength) * dims;
    return (int) Math.min(heads, Math.clamp(MOST_PACKED / Math.max(1, perHead), 1, wanted));
  }

  /** Lists the chunks of the key heads in flight, the first of which is number {@code first}. */
  private void list(long first) {
    int queryHeads = Math.toIntExact(headsInFlight * group);
    if (queryEnd.length < queryHeads) {
      queryEnd = new int[queryHeads];
    }
    if (keyEnd.length < headsInFlight) {
      keyEnd = new int[headsInFlight];
    }
    int queryCount = 0;
    int keyCount = 0;
    for (int slot = 0; slot < headsInFlight; slot++) {
      long batch = (first + slot) / keyHeads;
      long head = (first + slot) % keyHeads;
      for (int g = 0; g < group; g++) {
        queryCount = listQueries(batch, head * group + g, queryCount);
        queryEnd[(int) (slot * group + g)] = queryCount;
      }
      setRowsOf(rows, batch, head);
      rows.findHull();
      keyCount = listKeys(batch, head, rows.firstKey(), rows.endKey(), keyCount);
      keyEnd[slot] = keyCount;
    }
  }

  private int listQueries(long batch, long head, int count) {
    long length = queries(batch);
    int chunks = chunks(length);
    int end = count + chunks;
    if (queryChunks.length < end) {
      int before = queryChunks.length;
      queryChunks = Arrays.copyOf(queryChunks, end);
      for (int at = before; at < end; at++) {
        queryChunks[at] = new QueryChunk();
      }
    }
    for (int i = 0; i < chunks; i++) {
      int rows = (int) Math.min(CHUNK, length - (long) i * CHUNK);
      queryChunks[count + i].set(batch, head, i, rows);
    }
    return end;
  }

  private int listKeys(long batch, long head, long firstSeen, long endSeen, int count) {
    long length = sequences.keys(batch);
    int chunks = chunks(length);
    int end = count + chunks;
    if (keyChunks.length < end) {
      int before = keyChunks.length;
      keyChunks = Arrays.copyOf(keyChunks, end);
      for (int at = before; at < end; at++) {
        keyChunks[at] = new KeyChunk();
      }
    }
    for (int j = 0; j < chunks; j++) {
      int rows = (int) Math.min(CHUNK, length - (long) j * CHUNK);
      keyChunks[count + j].set(batch, head, j, rows, firstSeen, endSeen);
    }
    return end;
  }

  private int queryCount() {
    return queryEnd[(int) (headsInFlight * group) - 1];
  }

  private int keyCount() {
    return keyEnd[headsInFlight - 1];
  }

  private int firstQuery(int queryHead) {
    return queryHead == 0 ? 0 : queryEnd[queryHead - 1];
  }

  private int firstKey(int slot) {
    return slot == 0 ? 0 : keyEnd[slot - 1];
  }

  /**
   * Cuts the keys into parts if there are too few heads for the threads: no more parts than the
   * binary logarithm of the chunks, because each of them has a dq of its own.
   */
  private void cutKeys(int parallelism) {
    int chunks = chunks(sequences.mostKeys());
    long tasks = parallelism == 1 ? 1 : TASKS_PER_THREAD * (long) parallelism;
    long wanted = (tasks + headsInFlight * group - 1) / (headsInFlight * group);
    int logarithm = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, chunks) - 1);
    long most = Math.min(wanted, Math.max(2, logarithm));
    partLevel = 0;
    while (ceilingParts(chunks) > most) {
      partLevel++;
    }
    parts = Math.max(1, ceilingParts(chunks));
    if (parts > 1 && wantsQueries()) {
      queryShares = QueryChunk.grown(queryShares, shares(queryCount(), parts, queryNode()));
    }
    if (group > 1 && wantsKeys()) {
      keyShares = QueryChunk.grown(keyShares, shares(keyCount(), group, keyNode()));
    }
  }

  private int ceilingParts(int chunks) {
    return (chunks + (1 << partLevel) - 1) >> partLevel;
  }

  private static int shares(long chunks, long each, long length) {
    return Math.toIntExact(Math.multiplyExact(Math.multiplyExact(chunks, each), length));
  }

  private int queriesToGather() {
    return parts > 1 && wantsQueries() ? queryCount() : 0;
  }

  private int keysToGather() {
    return group > 1 && wantsKeys() ? keyCount() : 0;
  }

  @Override
  public void run(int index, Workspace workspace) {
    GradientBlock block = workspace.get(BLOCK);
    try {
      switch (stage) {
        case BIAS -> workspace.get(BIAS_BLOCK).run(this, block, optionSums.pairs(), index);
        case PACK -> pack(index, block);
        case DIFFERENTIATE -> differentiate(index, block);
        case GATHER -> gather(index, block);
      }
    } finally {
      block.release();
    }
  }

  private void pack(int index, GradientBlock block) {
    if (index < queryCount()) {
      queryChunks[index].pack(this, block);
      if (optionSums.wantsSinks()) {
        optionSums.takeSink(queryChunks[index]);
      }
    } else {
      keyChunks[index - queryCount()].pack(this, block);
    }
  }

  private void differentiate(int index, GradientBlock block) {
    int queryHead = index / parts;
    int part = index % parts;
    int slot = (int) (queryHead / group);
    int firstKey = Math.min(keyEnd[slot], firstKey(slot) + (part << partLevel));
    int endKey = Math.min(keyEnd[slot], firstKey + (1 << partLevel));
    int inGroup = (int) (queryHead % group);
    int firstQuery = firstQuery(queryHead);
    block.run(this, inGroup, part, firstQuery, queryEnd[queryHead], firstKey, endKey);
  }

  /** Takes dq of a chunk of queries, over the keys of one part. */
  void finishQueries(GradientBlock block, SumTree tree, int index, int part) {
    int root = tree.finish();
    if (parts == 1) {
      writeQueries(block, queryChunks[index], tree.nodes, root);
      return;
    }
    int to = (index * parts + part) * queryNode();
    System.arraycopy(tree.nodes, root, queryShares, to, queryNode());
  }

  /** Takes dk and dv of a chunk of keys, over the queries of one head of the group. */
  void finishKeys(GradientBlock block, SumTree tree, int inGroup, int index) {
    int root = tree.finish();
    if (optionSums.bias == OptionSums.Bias.COLUMNS) {
      KeyChunk chunk = keyChunks[index];
      for (int p = 0; p < chunk.panels(); p++) {
        int from = root + p * keyPanel() + keyPanelSums();
        optionSums.takeColumns(chunk, chunk.head * group + inGroup, p, tree.nodes, from);
      }
    }
    if (group == 1) {
      writeKeys(block, keyChunks[index], tree.nodes, root);
      return;
    }
    int to = (int) (index * group + inGroup) * keyNode();
    System.arraycopy(tree.nodes, root, keyShares, to, keyNode());
  }

  private void gather(int index, GradientBlock block) {
    if (index < queriesToGather()) {
      gatherQueries(block, index);
    } else {
      gatherKeys(block, index - queriesToGather());
    }
  }

  private void gatherQueries(GradientBlock block, int index) {
    SumTree tree = block.gathered;
    tree.begin(queryNode());
    for (int part = 0; part < parts; part++) {
      int node = tree.open(partLevel, part);
      System.arraycopy(
          queryShares, (index * parts + part) * queryNode(), tree.nodes, node, queryNode());
      tree.add(partLevel, part);
    }
    int root = tree.finish();
    writeQueries(block, queryChunks[index], tree.nodes, root);
  }

  /** The heads of a group, ascending. */
  private void gatherKeys(GradientBlock block, int index) {
    int first = (int) (index * group) * keyNode();
    for (int g = 1; g < group; g++) {
      Kernels.gradients().add(keyShares, first, keyShares, first + g * keyNode(), keyNode());
    }
    Kernels.gradients().addZero(keyShares, first, keyNode());
    writeKeys(block, keyChunks[index], keyShares, first);
  }

  private void writeQueries(GradientBlock block, QueryChunk chunk, float[] nodes, int root) {
    optionSums.takeRows(chunk, nodes, root + queryNodeSums());
    for (int u = 0; u * PANEL < chunk.count && dq.isBound(); u++) {
      long row = chunk.first() + (long) u * PANEL;
      int count = Math.min(PANEL, chunk.count - u * PANEL);
      int from = root + u * queryPanel();
      dq.write(block.writer, chunk.batch, chunk.head, row, nodes, from, headDim, count);
    }
  }

  private void writeKeys(GradientBlock block, KeyChunk chunk, float[] nodes, int root) {
    for (int p = 0; p < chunk.panels(); p++) {
      long row = chunk.first() + (long) p * PANEL;
      int count = chunk.lanes(p);
      int from = root + p * keyPanel();
      if (dk.isBound()) {
        dk.write(block.writer, chunk.batch, chunk.head, row, nodes, from, headDim, count);
      }
      if (dv.isBound()) {
        int at = from + keyPanelValues();
        dv.write(block.writer, chunk.batch, chunk.head, row, nodes, at, valueDim, count);
      }
    }
  }
}
