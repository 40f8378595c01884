package io.github.lanewise.internal.rows;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.softmax.OperandRows;
import io.github.lanewise.internal.softmax.RowPartition;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * One call of a function of each element while it runs. Where all operands are dense they are one
 * run, cut into pieces; else the rows are dealt out in blocks.
 */
public final class ElementCall implements Task {
  /** What is computed of x, and of a second operand where there is one. */
  public enum Function {
    SIGMOID,
    SILU_MULTIPLY,
    GELU,
    GELU_TANH
  }

  private static final Workspace.Key<ElementCall> CALL = Workspace.key(ElementCall::new);

  /** Elements that are worth a task of their own. */
  private static final int PIECE = 1 << 13;

  /** Elements that are copied at a time where they do not lie in an array: they stay in a cache. */
  private static final int STAGE = 1 << 12;

  private static final Workspace.Floats STAGE_X = Workspace.floats();
  private static final Workspace.Floats STAGE_SECOND = Workspace.floats();

  private final OperandRows x = new OperandRows();
  private final OperandRows second = new OperandRows();
  private final OperandRows y = new OperandRows();
  private final RowPartition partition = new RowPartition();

  private Function function;
  private boolean dense;
  private long length;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private ElementCall() {}

  /** Runs a call whose arguments have been checked. */
  public static void run(
      Function function,
      StridedFloats x,
      @Nullable StridedFloats second,
      StridedFloats y,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      ElementCall call = own.get(CALL);
      int axis = x.rank() - 1;
      try {
        call.function = function;
        call.x.bind(x, axis);
        call.second.bind(second, axis);
        call.y.bind(y, axis);
        call.dense =
            x.isContiguous() && y.isContiguous() && (second == null || second.isContiguous());
        call.length = call.dense ? x.count() : x.size(axis);
        call.partition.bind(x, axis);
        runner.run(call.tasks(runner.parallelism()), call, own);
      } finally {
        call.unbind();
      }
    }
  }

  private void unbind() {
    x.unbind();
    second.unbind();
    y.unbind();
  }

  private int tasks(int parallelism) {
    return dense ? (int) ((length + PIECE - 1) / PIECE) : partition.tasks(parallelism);
  }

  /** A piece, or a block of rows. */
  @Override
  public void run(int index, Workspace workspace) {
    if (dense) {
      long from = (long) index * PIECE;
      int count = (int) Math.min(PIECE, length - from);
      run(x.at(0, 0, 0) + from, second.at(0, 0, 0) + from, y.at(0, 0, 0) + from, count, workspace);
      return;
    }
    for (long r = partition.firstRow(index); r < partition.endRow(index); r++) {
      long secondAt = second.floats == null ? 0 : partition.at(second, r);
      run(partition.at(x, r), secondAt, partition.at(y, r), (int) length, workspace);
    }
  }

  /** Kernels see arrays only: what lies elsewhere is copied to one, and back. */
  private void run(long xAt, long secondAt, long yAt, int count, Workspace workspace) {
    float[] target = y.array;
    float[] source = x.array;
    float[] other = second.floats == null ? source : second.array;
    if (source != null && other != null && target != null) {
      apply(source, (int) xAt, other, (int) secondAt, target, (int) yAt, count);
      return;
    }
    float[] stage = workspace.get(STAGE_X, STAGE);
    float[] otherStage = workspace.get(STAGE_SECOND, STAGE);
    for (int from = 0; from < count; from += STAGE) {
      int part = Math.min(STAGE, count - from);
      copyIn(x, xAt + from, stage, part);
      if (second.floats != null) {
        copyIn(second, secondAt + from, otherStage, part);
      }
      apply(stage, 0, otherStage, 0, stage, 0, part);
      StridedFloats out = y.floats;
      assert out != null;
      out.write(stage, 0, yAt + from, part);
    }
  }

  private static void copyIn(OperandRows operand, long at, float[] stage, int count) {
    StridedFloats floats = operand.floats;
    assert floats != null;
    floats.read(at, stage, 0, count);
  }

  private void apply(
      float[] x, int xFrom, float[] other, int otherFrom, float[] y, int yFrom, int count) {
    switch (function) {
      case SIGMOID -> Kernels.layers().sigmoid(x, xFrom, y, yFrom, count);
      case SILU_MULTIPLY ->
          Kernels.layers().siluMultiply(x, xFrom, other, otherFrom, y, yFrom, count);
      case GELU -> Kernels.layers().gelu(x, xFrom, y, yFrom, count);
      case GELU_TANH -> Kernels.layers().geluTanh(x, xFrom, y, yFrom, count);
    }
  }
}
