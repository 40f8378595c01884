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
      int rowAxes = y.rank() - 1;
      try {
        call.options = options;
        call.length = (int) y.size(rowAxes);
        call.y.bind(y, rowAxes);
        call.dy.bind(dy, rowAxes);
        call.dx.bind(dx, rowAxes);
        call.partition.bind(y);
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
    for (long r = partition.firstRow(index); r < partition.endRow(index); r++) {
      long b = partition.batchOf(r);
      long h = partition.headOf(r);
      long i = partition.queryOf(r);
      row(y.at(b, h, i), dy.at(b, h, i), dx.at(b, h, i), workspace);
    }
  }

  /** Kernels see arrays only: a row that lies elsewhere is copied to one, and back. */
  private void row(long yAt, long dyAt, long dxAt, Workspace own) {
    float[] weights = y.array;
    int weightsAt = (int) yAt;
    if (weights == null) {
      weights = own.get(SoftmaxCall.STAGE, length);
      weightsAt = 0;
      y.read(yAt, weights, 0, length);
    }
    float[] outer = dy.array;
    int outerAt = (int) dyAt;
    if (outer == null) {
      outer = own.get(STAGE_GRADIENT, length);
      outerAt = 0;
      dy.read(dyAt, outer, 0, length);
    }
    float[] target = dx.array;
    int targetAt = (int) dxAt;
    if (target == null) {
      target = own.get(STAGE_RESULT, length);
      targetAt = 0;
    }
    gradient(weights, weightsAt, outer, outerAt, target, targetAt);
    if (dx.array == null) {
      dx.write(target, 0, dxAt, length);
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
