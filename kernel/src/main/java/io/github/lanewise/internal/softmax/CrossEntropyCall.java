package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.kernel.DoubleSums;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import org.jspecify.annotations.Nullable;

/** One call of a loss while it runs; rows are dealt out in blocks. */
public final class CrossEntropyCall implements Task {
  private static final Workspace.Key<CrossEntropyCall> CALL = Workspace.key(CrossEntropyCall::new);

  /** The losses of rows, where nobody else wants them. */
  private static final Workspace.Floats LOSSES = Workspace.floats();

  private final OperandRows logits = new OperandRows();
  private final OperandRows gradient = new OperandRows();
  private final RowPartition partition = new RowPartition();
  private CrossEntropyOptions options;
  private int[] labels;
  private float[] losses;
  private int length;
  private int counted;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private CrossEntropyCall() {}

  /**
   * Runs a call whose arguments have been checked.
   *
   * @return the mean over the rows that count
   */
  public static double run(
      CrossEntropyOptions options,
      StridedFloats logits,
      int[] labels,
      @Nullable StridedFloats dLogits,
      float @Nullable [] losses,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      CrossEntropyCall call = own.get(CALL);
      try {
        call.options = options;
        call.labels = labels;
        call.losses = losses != null ? losses : own.get(LOSSES, labels.length);
        call.length = (int) logits.size(1);
        call.counted = count(options, labels);
        call.logits.bind(logits, 1);
        call.gradient.bind(dLogits, 1);
        call.partition.bind(logits, 1);
        runner.run(call.partition.tasks(runner.parallelism()), call, own);
        return DoubleSums.sum(call.losses, labels.length) / call.counted;
      } finally {
        call.unbind();
      }
    }
  }

  private static int count(CrossEntropyOptions options, int[] labels) {
    int count = 0;
    for (int label : labels) {
      count += options.skips(label) ? 0 : 1;
    }
    return count;
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    options = null;
    labels = null;
    losses = null;
    logits.unbind();
    gradient.unbind();
  }

  /** A block of rows. */
  @Override
  public void run(int index, Workspace workspace) {
    CrossEntropyRow row = workspace.get(CrossEntropyRow.ROW);
    row.bind(options, counted);
    for (long r = partition.firstRow(index); r < partition.endRow(index); r++) {
      int label = labels[(int) r];
      losses[(int) r] = options.skips(label) ? skip(r) : apply(row, r, label, workspace);
    }
  }

  private float skip(long r) {
    StridedFloats target = gradient.floats;
    if (target != null) {
      target.fill(gradient.at(0, 0, r), length, 0f);
    }
    return 0f;
  }

  /** Kernels see arrays only: a row that lies elsewhere is copied to one, and back. */
  private float apply(CrossEntropyRow row, long r, int label, Workspace workspace) {
    long xAt = logits.at(0, 0, r);
    long yAt = gradient.at(0, 0, r);
    boolean wanted = gradient.floats != null;
    boolean staged = wanted && gradient.array == null;
    float[] target = gradient.array;
    int at = (int) yAt;
    if (target == null) {
      target = workspace.get(SoftmaxCall.STAGE, length);
      at = 0;
    }
    float[] source = logits.array;
    int sourceAt = (int) xAt;
    if (source == null) {
      source = target;
      sourceAt = at;
      logits.read(xAt, 0, source, sourceAt, length);
    }
    float loss = row.apply(source, sourceAt, wanted ? target : null, at, length, label, workspace);
    if (staged) {
      gradient.write(target, 0, yAt, 0, length);
    }
    return loss;
  }
}
