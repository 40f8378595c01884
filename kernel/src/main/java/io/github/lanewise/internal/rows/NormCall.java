package io.github.lanewise.internal.rows;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.softmax.OperandRows;
import io.github.lanewise.internal.softmax.RowPartition;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/** One call of the root mean square norm while it runs; rows are dealt out in blocks. */
public final class NormCall implements Task {
  private static final Workspace.Key<NormCall> CALL = Workspace.key(NormCall::new);
  private static final Workspace.Floats STAGE = Workspace.floats();
  private static final Workspace.Floats STAGE_WEIGHT = Workspace.floats();

  private final OperandRows x = new OperandRows();
  private final OperandRows weight = new OperandRows();
  private final OperandRows y = new OperandRows();
  private final RowPartition partition = new RowPartition();

  private float epsilon;
  private boolean onePlus;
  private int length;

  private NormCall() {}

  /** Runs a call whose arguments have been checked. */
  public static void run(
      StridedFloats x,
      StridedFloats weight,
      float epsilon,
      boolean onePlus,
      StridedFloats y,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      NormCall call = own.get(CALL);
      int axis = x.rank() - 1;
      try {
        call.epsilon = epsilon;
        call.onePlus = onePlus;
        call.length = (int) x.size(axis);
        call.x.bind(x, axis);
        call.weight.bind(weight, 0);
        call.y.bind(y, axis);
        call.partition.bind(x, axis);
        runner.run(call.partition.tasks(runner.parallelism()), call, own);
      } finally {
        call.unbind();
      }
    }
  }

  private void unbind() {
    x.unbind();
    weight.unbind();
    y.unbind();
  }

  /** A block of rows. */
  @Override
  public void run(int index, Workspace workspace) {
    float[] weights = weight.array;
    long first = weight.at(0, 0, 0);
    if (weights == null) {
      weights = workspace.get(STAGE_WEIGHT, length);
      weight.read(first, 0, weights, 0, length);
      first = 0;
    }
    int weightAt = (int) first;
    for (long r = partition.firstRow(index); r < partition.endRow(index); r++) {
      row(partition.at(x, r), weights, weightAt, partition.at(y, r), workspace);
    }
  }

  /** Kernels see arrays only: a row that lies elsewhere is copied to one, and back. */
  private void row(long xAt, float[] weights, int weightAt, long yAt, Workspace workspace) {
    float[] source = x.array;
    float[] target = y.array;
    int from = (int) xAt;
    int to = (int) yAt;
    if (source == null || target == null) {
      float[] stage = workspace.get(STAGE, length);
      if (source == null) {
        x.read(xAt, 0, stage, 0, length);
        source = stage;
        from = 0;
      }
      if (target == null) {
        target = stage;
        to = 0;
      }
    }
    float factor = factor(Kernels.lanes().dot(source, from, source, from, 0, length));
    Kernels.layers()
        .normalize(source, from, factor, weights, weightAt, onePlus, target, to, length);
    if (y.array == null) {
      y.write(target, 0, yAt, 0, length);
    }
  }

  /** 1/√(mean square + ε), in double, rounded once to float. */
  private float factor(float squares) {
    return (float) (1 / Math.sqrt((double) squares / length + epsilon));
  }
}
