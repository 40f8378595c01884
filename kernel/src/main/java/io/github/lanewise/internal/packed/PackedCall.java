package io.github.lanewise.internal.packed;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/**
 * One product with a packed matrix while it runs, cut into tasks of a block of rows of A times a
 * span of panels of B. The rows of all batches are one sequence, so that they share each pass over
 * B. Kept in the caller's workspace and used again, so that a call allocates nothing.
 */
public final class PackedCall implements Task {

  private static final Workspace.Key<PackedCall> CALL = Workspace.key(PackedCall::new);

  private static final Workspace.Key<PackedBlock> BLOCK = Workspace.key(PackedBlock::new);

  /** Floats of a packed block of A: 1 MB. */
  private static final int BLOCK_FLOATS = 1 << 18;

  /** Rows of a block: their results for one panel are 64 KB. */
  private static final int MOST_ROWS = 256;

  private static final int TASKS_PER_THREAD = 4;

  StridedFloats a;
  StridedFloats c;
  PackedPanels b;
  float alpha;

  private long rowsPerBatch;
  private long rows;
  private long rowsPerBlock;
  private long panelsPerSpan;
  private long spans;
  private long firstTask;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private PackedCall() {}

  /** Runs a product whose arguments have been checked. */
  public static void run(
      float alpha, FloatTensor a, PackedPanels b, FloatTensor c, TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      PackedCall call = own.get(CALL);
      try {
        call.a = StridedFloats.of(a);
        call.b = b;
        call.c = StridedFloats.of(c);
        call.alpha = alpha;
        call.cut(runner.parallelism());
        call.execute(runner, own);
      } finally {
        call.unbind();
      }
    }
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    a = null;
    b = null;
    c = null;
  }

  private void cut(int parallelism) {
    int rank = c.rank();
    rowsPerBatch = c.size(rank - 2);
    rows = rowsPerBatch;
    for (int axis = 0; axis < rank - 2; axis++) {
      rows *= c.size(axis);
    }
    int slab = (int) Math.max(1, Math.min(PackedBlock.SLAB, b.depth()));
    int fitting = BLOCK_FLOATS / slab / TileKernels.GROUP * TileKernels.GROUP;
    rowsPerBlock = Math.max(TileKernels.GROUP, Math.min(fitting, MOST_ROWS));
    long blocks = Math.max(1, (rows + rowsPerBlock - 1) / rowsPerBlock);
    long wanted = parallelism == 1 ? 1 : TASKS_PER_THREAD * (long) parallelism;
    long panels = b.panels();
    long spansWanted = Math.max(1, Math.min(panels, (wanted + blocks - 1) / blocks));
    panelsPerSpan = Math.max(1, (panels + spansWanted - 1) / spansWanted);
    spans = (panels + panelsPerSpan - 1) / panelsPerSpan;
  }

  private void execute(TaskRunner runner, Workspace own) {
    long tasks = (rows + rowsPerBlock - 1) / rowsPerBlock * spans;
    for (firstTask = 0; firstTask < tasks; firstTask += Integer.MAX_VALUE) {
      runner.run((int) Math.min(Integer.MAX_VALUE, tasks - firstTask), this, own);
    }
  }

  @Override
  public void run(int index, Workspace workspace) {
    PackedBlock block = workspace.get(BLOCK);
    long task = firstTask + index;
    long row = task / spans * rowsPerBlock;
    int height = (int) Math.min(rowsPerBlock, rows - row);
    long panel = task % spans * panelsPerSpan;
    long panelEnd = Math.min(b.panels(), panel + panelsPerSpan);
    try {
      block.run(this, row, height, panel, panelEnd);
    } finally {
      block.release();
    }
  }

  /** Index of the first element of a row, counted over all batches, in a tensor's storage. */
  long rowOffset(StridedFloats t, long row) {
    int rank = t.rank();
    if (rank == 2) {
      return t.offset() + row * t.stride(0);
    }
    long batch = row / rowsPerBatch;
    long offset = t.offset() + row % rowsPerBatch * t.stride(rank - 2);
    if (rank == 3) {
      return offset + batch * t.stride(0);
    }
    long inner = t.size(1);
    return offset + batch / inner * t.stride(0) + batch % inner * t.stride(1);
  }
}
