package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
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

  /** The chunks of the heads in flight. */
  final HeadChunks chunks = new HeadChunks();

  private final GradientShares shares = new GradientShares();

  /** Queries of the sequence that has most. */
  private long mostQueries;

  private Stage stage = Stage.PACK;

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

  /** The queries that a key head serves. */
  void setRowsOf(RowGroup group, long batch, long head) {
    group.set(mask, batch, head * this.group, this.group, 0, queries(batch));
  }

  void execute(TaskRunner runner, Workspace own) {
    long heads = sequences.count() * keyHeads;
    if (group == 0) {
      heads = 0;
    }
    if (optionSums.bias == OptionSums.Bias.PAIRS) {
      stage = Stage.BIAS;
      runner.run(Math.toIntExact(BiasBlock.count(optionSums.pairs())), this, own);
    }
    int most = mostInFlight(heads, runner.parallelism());
    for (long first = 0; first < heads; first += most) {
      int count = (int) Math.min(most, heads - first);
      chunks.list(this, first, count);
      shares.cutKeys(this, count * group, tasks(runner.parallelism()));
      stage = Stage.PACK;
      runner.run(chunks.queryCount() + chunks.keyCount(), this, own);
      stage = Stage.DIFFERENTIATE;
      runner.run(Math.toIntExact(count * group * shares.parts()), this, own);
      stage = Stage.GATHER;
      runner.run(shares.toGather(this), this, own);
    }
    optionSums.finish();
  }

  private static long tasks(int parallelism) {
    return parallelism == 1 ? 1 : TASKS_PER_THREAD * (long) parallelism;
  }

  private int mostInFlight(long heads, int parallelism) {
    if (parallelism == 1) {
      return 1;
    }
    long tasks = tasks(parallelism);
    long wanted = Math.max((tasks + group - 1) / group, (heads + MOST_ROUNDS - 1) / MOST_ROUNDS);
    long dims = headDim + (long) valueDim;
    long keyLength = sequences.mostKeys();
    long perHead = 3 * keyLength * dims + group * (2 * mostQueries + keyLength) * dims;
    return (int) Math.min(heads, Math.clamp(MOST_PACKED / Math.max(1, perHead), 1, wanted));
  }

  @Override
  public void run(int index, Workspace workspace) {
    GradientBlock block = workspace.get(BLOCK);
    try {
      switch (stage) {
        case BIAS -> workspace.get(BIAS_BLOCK).run(this, block, optionSums.pairs(), index);
        case PACK -> pack(index, block);
        case DIFFERENTIATE -> differentiate(index, block);
        case GATHER -> shares.gather(this, block, index);
      }
    } finally {
      block.release();
    }
  }

  private void pack(int index, GradientBlock block) {
    int queryCount = chunks.queryCount();
    if (index < queryCount) {
      chunks.queries[index].pack(this, block);
      if (optionSums.wantsSinks()) {
        optionSums.takeSink(chunks.queries[index]);
      }
    } else {
      chunks.keys[index - queryCount].pack(this, block);
    }
  }

  private void differentiate(int index, GradientBlock block) {
    int queryHead = index / shares.parts();
    int part = index % shares.parts();
    int slot = (int) (queryHead / group);
    int endOfHead = chunks.endKey(slot);
    int firstKey = Math.min(endOfHead, shares.firstChunk(part) + chunks.firstKey(slot));
    int endKey = Math.min(endOfHead, shares.firstChunk(part + 1) + chunks.firstKey(slot));
    block.begin(this, chunks.firstQuery(queryHead), chunks.endQuery(queryHead));
    for (int k = firstKey; k < endKey; k++) {
      SumTree tree = block.keys(this, chunks.keys[k]);
      if (wantsKeys()) {
        shares.takeKeys(this, block, tree, (int) (queryHead % group), k);
      }
    }
    for (int i = chunks.firstQuery(queryHead); i < chunks.endQuery(queryHead); i++) {
      if (wantsQueries()) {
        shares.takeQueries(this, block, block.queries(chunks.queries[i]), i, part);
      }
    }
  }
}
