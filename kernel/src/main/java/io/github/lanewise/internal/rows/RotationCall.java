package io.github.lanewise.internal.rows;

import io.github.lanewise.internal.kernel.LayerKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/**
 * One call of rotary embeddings while it runs: tokens are dealt out in blocks. x is [tokens, dim],
 * [tokens, heads, dim] or [batch, tokens, heads, dim].
 */
public final class RotationCall implements Task {
  private static final Workspace.Key<RotationCall> CALL = Workspace.key(RotationCall::new);
  private static final Workspace.Floats STAGE = Workspace.floats();

  /** Elements that are worth a task of their own. */
  private static final long TASK_ELEMENTS = 1 << 13;

  private static final long TASKS_PER_THREAD = 8;

  /** Where the tokens and heads of an operand lie. */
  private static final class Operand {
    StridedFloats floats;
    long batchStride;
    long tokenStride;
    long headStride;

    @SuppressWarnings("NullAway.Init") // bound before use
    Operand() {}

    void bind(StridedFloats operand) {
      floats = operand;
      int rank = operand.rank();
      headStride = rank >= 3 ? operand.stride(rank - 2) : 0;
      tokenStride = rank >= 2 ? operand.stride(Math.max(0, rank - 3)) : 0;
      batchStride = rank >= 4 ? operand.stride(0) : 0;
    }

    @SuppressWarnings("NullAway") // at rest it holds nothing of the caller's
    void unbind() {
      floats = null;
    }

    long at(long batch, long token) {
      return floats.offset() + batch * batchStride + token * tokenStride;
    }
  }

  private final Operand x = new Operand();
  private final Operand y = new Operand();
  private RotationTable table;
  private int[] positions;
  private long tokens;
  private long tokensPerBatch;
  private long tokensPerTask;
  private int heads;
  private int dim;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private RotationCall() {}

  /** Tokens of an operand. */
  public static long tokens(StridedFloats x) {
    int rank = x.rank();
    return rank == 1 ? 1 : rank == 4 ? x.size(0) * x.size(1) : x.size(0);
  }

  /** Runs a call whose arguments have been checked. */
  public static void run(
      RotationTable table, StridedFloats x, int[] positions, StridedFloats y, TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      RotationCall call = own.get(CALL);
      try {
        call.bind(table, x, positions, y);
        runner.run(call.tasks(runner.parallelism()), call, own);
      } finally {
        call.unbind();
      }
    }
  }

  private void bind(RotationTable table, StridedFloats x, int[] positions, StridedFloats y) {
    this.table = table;
    this.positions = positions;
    this.x.bind(x);
    this.y.bind(y);
    int rank = x.rank();
    dim = (int) x.size(rank - 1);
    heads = rank >= 3 ? (int) x.size(rank - 2) : 1;
    tokens = heads == 0 || dim == 0 ? 0 : tokens(x);
    tokensPerBatch = rank == 4 ? x.size(1) : tokens;
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    table = null;
    positions = null;
    x.unbind();
    y.unbind();
  }

  private int tasks(int parallelism) {
    if (tokens == 0) {
      return 0;
    }
    long enough = Math.max(1, TASK_ELEMENTS / ((long) heads * dim));
    long fair = parallelism == 1 ? tokens : ceilDiv(tokens, TASKS_PER_THREAD * parallelism);
    tokensPerTask = Math.max(fair, Math.min(enough, tokens));
    return (int) ceilDiv(tokens, tokensPerTask);
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }

  /** A block of tokens. */
  @Override
  public void run(int index, Workspace workspace) {
    long end = Math.min(tokens, (index + 1) * tokensPerTask);
    for (long token = index * tokensPerTask; token < end; token++) {
      long batch = token / tokensPerBatch;
      long within = token % tokensPerBatch;
      rotate(positions[(int) token], x.at(batch, within), y.at(batch, within), workspace);
    }
  }

  /** Kernels see arrays only: heads that lie elsewhere are copied to one, and back. */
  private void rotate(int position, long xAt, long yAt, Workspace workspace) {
    float[] source = x.floats.arrayOrNull();
    float[] target = y.floats.arrayOrNull();
    if (source != null && target != null) {
      int from = (int) xAt;
      int to = (int) yAt;
      rotate(position, source, from, (int) x.headStride, target, to, (int) y.headStride);
      return;
    }
    float[] stage = workspace.get(STAGE, heads * dim);
    for (int head = 0; head < heads; head++) {
      x.floats.read(xAt + head * x.headStride, stage, head * dim, dim);
    }
    rotate(position, stage, 0, dim, stage, 0, dim);
    for (int head = 0; head < heads; head++) {
      y.floats.write(stage, head * dim, yAt + head * y.headStride, dim);
    }
  }

  private void rotate(
      int position, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
    LayerKernels kernels = Kernels.layers();
    int at = position * 2 * table.pairs();
    int pairs = table.pairs();
    if (table.interleaved()) {
      kernels.rotateInterleaved(table.values(), at, pairs, x, xAt, xStride, y, yAt, yStride, heads);
    } else {
      kernels.rotateHalves(table.values(), at, pairs, x, xAt, xStride, y, yAt, yStride, heads);
    }
    int rotated = 2 * pairs;
    if (rotated < dim && (x != y || xAt != yAt)) {
      for (int head = 0; head < heads; head++) {
        int from = xAt + head * xStride + rotated;
        System.arraycopy(x, from, y, yAt + head * yStride + rotated, dim - rotated);
      }
    }
  }
}
