package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;

/** One call of softmax's gradient while it runs; rows are dealt out in blocks. */
public final class BackwardCall implements Task {

  private static final Workspace.Key<BackwardCall> CALL = Workspace.key(BackwardCall::new);

  /** The gradient of the weights, and the result, of a row that does not lie in an array. */
  private static final Workspace.Floats STAGE_GRADIENT = Workspace.floats();

  private static final Workspace.Floats STAGE_RESULT = Workspace.floats();

  private final OperandRows y = new OperandRows();
  private final OperandRows dy = new OperandRows();
  private final OperandRows dx = new OperandRows();
  private final RowPartition partition = new RowPartition();

  private SoftmaxOptions options;
  private int length;

  /** Rows that are taken at once: not too many where they have to be copied. */
  private int most;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private BackwardCall() {}

  /** Runs a call whose arguments have been checked. */
  public static void run(
      SoftmaxOptions options,
      StridedFloats y,
      StridedFloats dy,
      StridedFloats dx,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      BackwardCall call = own.get(CALL);
      int axis = options.axisOf(y.rank());
      try {
        call.options = options;
        call.length = (int) y.size(axis);
        call.y.bind(y, axis);
        call.dy.bind(dy, axis);
        call.dx.bind(dx, axis);
        call.partition.bind(y, axis);
        call.partition.findRuns(call.y);
        call.partition.findRuns(call.dy);
        call.partition.findRuns(call.dx);
        boolean direct = call.y.array != null && call.dy.array != null && call.dx.array != null;
        call.most = direct ? Integer.MAX_VALUE : call.partition.rowsAcross();
        runner.run(call.partition.tasks(runner.parallelism()), call, own);
      } finally {
        call.unbind();
      }
    }
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    options = null;
    y.unbind();
    dy.unbind();
    dx.unbind();
  }

  /** A block of rows. */
  @Override
  public void run(int index, Workspace workspace) {
    long r = partition.firstRow(index);
    long end = partition.endRow(index);
    while (r < end) {
      int rows = partition.evenRows(r, Math.min(most, end - r), y, dy);
      rows = partition.evenRows(r, rows, dy, dx);
      rows(r, rows, workspace);
      r += rows;
    }
  }

  /** Kernels see arrays only: rows that are no runs of an array are copied to one, and back. */
  private void rows(long r, int rows, Workspace own) {
    float[] weights = y.array;
    int weightsAt = (int) partition.at(y, r);
    int weightsStride = (int) y.spacing;
    if (weights == null) {
      weights = own.get(SoftmaxCall.STAGE, rows * length);
      weightsAt = 0;
      weightsStride = length;
      y.readRows(partition.at(y, r), rows, length, weights, 0, length, own);
    }
    float[] outer = dy.array;
    int outerAt = (int) partition.at(dy, r);
    int outerStride = (int) dy.spacing;
    if (outer == null) {
      outer = own.get(STAGE_GRADIENT, rows * length);
      outerAt = 0;
      outerStride = length;
      dy.readRows(partition.at(dy, r), rows, length, outer, 0, length, own);
    }
    float[] target = dx.array;
    int targetAt = (int) partition.at(dx, r);
    int targetStride = (int) dx.spacing;
    if (target == null) {
      target = own.get(STAGE_RESULT, rows * length);
      targetAt = 0;
      targetStride = length;
    }
    for (int k = 0; k < rows; k++) {
      int result = targetAt + k * targetStride;
      gradient(
          weights, weightsAt + k * weightsStride, outer, outerAt + k * outerStride, target, result);
    }
    if (dx.array == null) {
      dx.writeRows(target, 0, length, partition.at(dx, r), rows, length, own);
    }
  }

  private void gradient(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt) {
    if (options.isUniform()) {
      uniform(y, yAt, dx, dxAt, length);
    } else if (options.logarithmic()) {
      float sum = Kernels.lanes().visibleSum(y, yAt, dy, dyAt, 0, length);
      Kernels.lanes().logBackward(y, yAt, dy, dyAt, sum, options.temperature(), dx, dxAt, length);
    } else {
      float dot = Kernels.lanes().dot(y, yAt, dy, dyAt, 0, length);
      Kernels.lanes().backward(y, yAt, dy, dyAt, dot, options.temperature(), dx, dxAt, length);
    }
  }

  /** Uniform weights do not move with the scores: 0, and NaN where the row is. */
  private static void uniform(float[] y, int yAt, float[] dx, int dxAt, int length) {
    boolean valid = !Float.isNaN(Kernels.lanes().max(y, yAt, yAt + length));
    if (valid) {
      Arrays.fill(dx, dxAt, dxAt + length, 0f);
      return;
    }
    for (int j = 0; j < length; j++) {
      dx[dxAt + j] = Float.isNaN(y[yAt + j]) ? Float.NaN : 0f;
    }
  }
}
