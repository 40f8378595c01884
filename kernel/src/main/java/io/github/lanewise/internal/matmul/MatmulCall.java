package io.github.lanewise.internal.matmul;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/**
 * One matrix product while it runs, cut into tasks of a block of rows of A times a span of columns
 * of B. Kept in the caller's workspace and used again, so that a call allocates nothing.
 */
public final class MatmulCall implements Task {

  private static final Workspace.Key<MatmulCall> CALL = Workspace.key(MatmulCall::new);

  private static final Workspace.Key<MatmulBlock> BLOCK = Workspace.key(MatmulBlock::new);

  private static final Workspace.Key<RowsInPlace> IN_PLACE = Workspace.key(RowsInPlace::new);

  /** Floats of a packed block of A: 1 MB, which shares a second-level cache with a panel of B. */
  private static final long BLOCK_FLOATS = 1L << 18;

  /** What a panel of B packed in an array can have: the inner axis of a product. */
  private static final long MOST_DEPTH = (Integer.MAX_VALUE - 64L) / TileKernels.PANEL;

  private static final int MOST_ROWS = 1024;
  private static final int GROUP = TileKernels.GROUP;
  private static final int TASKS_PER_THREAD = 4;

  StridedFloats a;
  StridedFloats b;
  StridedFloats c;
  float alpha;
  boolean transposed;
  int rank;
  int depth;

  private boolean inPlace;
  private long rows;
  private long columns;
  private long rowsPerBlock;
  private long rowBlocks;
  private long columnsPerSpan;
  private long spans;
  private long firstTask;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private MatmulCall() {}

  /**
   * Checks that rows of A can be packed, if there is anything to compute.
   *
   * @throws IllegalArgumentException if they cannot
   */
  public static void requireDepth(FloatTensor a, FloatTensor c) {
    long depth = a.size(a.rank() - 1);
    if (depth > MOST_DEPTH && StridedFloats.of(c).count() > 0) {
      throw new IllegalArgumentException(
          "a.size(" + (a.rank() - 1) + ") is " + depth + ", but must be at most " + MOST_DEPTH);
    }
  }

  /** Runs a product whose arguments have been checked. */
  public static void run(
      float alpha,
      FloatTensor a,
      FloatTensor b,
      FloatTensor c,
      boolean transposed,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      MatmulCall call = own.get(CALL);
      try {
        call.bind(alpha, a, b, c, transposed);
        call.cut(runner.parallelism());
        call.execute(runner, own);
      } finally {
        call.unbind();
      }
    }
  }

  private void bind(float alpha, FloatTensor a, FloatTensor b, FloatTensor c, boolean transposed) {
    this.a = StridedFloats.of(a);
    this.b = StridedFloats.of(b);
    this.c = StridedFloats.of(c);
    this.alpha = alpha;
    this.transposed = transposed;
    rank = a.rank();
    rows = c.size(rank - 2);
    columns = c.size(rank - 1);
    depth = (int) a.size(rank - 1);
    inPlace = RowsInPlace.serves(this.a, this.c, rows, depth);
  }

  private void cut(int parallelism) {
    int panel = inPlace ? TileKernels.WIDE_PANEL : TileKernels.PANEL;
    long panels = (columns + panel - 1) / panel;
    long tasksWanted = parallelism == 1 ? 1 : TASKS_PER_THREAD * (long) parallelism;
    if (inPlace) {
      // Blocks of nearly the same height, none of less rows than a tile has.
      long most = RowsInPlace.mostRows(depth);
      long wanted = tasksWanted / Math.max(1, batches() * panels);
      rowBlocks = Math.max((rows + most - 1) / most, Math.min(wanted, rows / RowsInPlace.ROWS));
    } else {
      long fitting = BLOCK_FLOATS / Math.max(1, depth) / GROUP * GROUP;
      rowsPerBlock = Math.max(GROUP, Math.min(fitting, MOST_ROWS));
      rowBlocks = (rows + rowsPerBlock - 1) / rowsPerBlock;
    }
    long blocks = Math.max(1, batches() * rowBlocks);
    long spansWanted = Math.max(1, Math.min(panels, (tasksWanted + blocks - 1) / blocks));
    long panelsPerSpan = Math.max(1, (panels + spansWanted - 1) / spansWanted);
    columnsPerSpan = panelsPerSpan * panel;
    spans = (panels + panelsPerSpan - 1) / panelsPerSpan;
  }

  /** The first row of a block; of the block behind the last one, the number of rows. */
  private long firstRow(long block) {
    if (block == rowBlocks) {
      return rows;
    }
    if (inPlace) {
      return rows * block / rowBlocks / RowsInPlace.TILE * RowsInPlace.TILE;
    }
    return block * rowsPerBlock;
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    a = null;
    b = null;
    c = null;
  }

  private long batches() {
    long batches = 1;
    for (int axis = 0; axis < rank - 2; axis++) {
      batches *= c.size(axis);
    }
    return batches;
  }

  private void execute(TaskRunner runner, Workspace own) {
    long tasks = batches() * rowBlocks * spans;
    for (firstTask = 0; firstTask < tasks; firstTask += Integer.MAX_VALUE) {
      runner.run((int) Math.min(Integer.MAX_VALUE, tasks - firstTask), this, own);
    }
  }

  @Override
  public void run(int index, Workspace workspace) {
    long task = firstTask + index;
    long span = task % spans;
    long rowBlock = task / spans % rowBlocks;
    long batch = task / spans / rowBlocks;
    long row0 = firstRow(rowBlock);
    long rowEnd = firstRow(rowBlock + 1);
    long column0 = span * columnsPerSpan;
    long columnEnd = Math.min(columns, column0 + columnsPerSpan);
    if (inPlace) {
      runInPlace(workspace.get(IN_PLACE), batch, row0, rowEnd, column0, columnEnd);
    } else {
      runPacked(workspace.get(BLOCK), batch, row0, (int) (rowEnd - row0), column0, columnEnd);
    }
  }

  private void runInPlace(
      RowsInPlace block, long batch, long row0, long rowEnd, long column0, long columnEnd) {
    try {
      block.run(this, batch, row0, rowEnd, column0, columnEnd);
    } finally {
      block.release();
    }
  }

  private void runPacked(
      MatmulBlock block, long batch, long row0, int blockRows, long column0, long columnEnd) {
    try {
      block.run(this, batch, row0, blockRows, column0, columnEnd);
    } finally {
      block.release();
    }
  }

  /** Index of a batch's first element in its storage. */
  long batchOffset(StridedFloats t, long batch) {
    if (rank == 2) {
      return t.offset();
    }
    if (rank == 3) {
      return t.offset() + batch * t.stride(0);
    }
    long inner = t.size(1);
    return t.offset() + batch / inner * t.stride(0) + batch % inner * t.stride(1);
  }
}
