package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.Arithmetic.LANES;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_ROWS;
import static io.github.lanewise.internal.kernel.RowReductions.GROUP_SCRATCH;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * One call of softmax while it runs. Kept in the caller's workspace and used again, so that a call
 * allocates nothing.
 *
 * <p>Rows are dealt out in blocks; where there are few and long ones, each is split instead.
 */
public final class SoftmaxCall implements Task {
  private static final Workspace.Key<SoftmaxCall> CALL = Workspace.key(SoftmaxCall::new);
  private static final Workspace.Key<SoftmaxRow> ROW = Workspace.key(SoftmaxRow::new);
  private static final Workspace.Key<SharedRow> SPLIT = Workspace.key(SharedRow::new);

  /** A row that does not lie in an array. */
  static final Workspace.Floats STAGE = Workspace.floats();

  private static final MaskPlan NO_MASK = new MaskPlan();

  private SoftmaxOptions options;
  private final MaskPlan mask = new MaskPlan();
  private final OperandRows x = new OperandRows();
  private final OperandRows y = new OperandRows();
  private final OperandRows logSumExp = new OperandRows();
  private final OperandRows entropy = new OperandRows();
  private final OperandRows maxWeight = new OperandRows();
  private final RowPartition partition = new RowPartition();
  private int length;

  /** Whether rows are weighed several at a time. */
  private boolean grouped;

  /** Whether rows go one after the other, the next begun while one is ended. */
  private boolean chained;

  /** Whether these are logarithms. */
  private boolean logarithmic;

  /** Whether rows under a mask are, each of which is staged by itself. */
  private boolean masked;

  /** Whether rows run along another axis than the last. */
  private boolean across;

  /** Whether these are weighed where they lie, a lane for each. */
  private boolean columns;

  @SuppressWarnings("NullAway.Init") // bound before use, by `run`
  private SoftmaxCall() {}

  /** Runs a call whose arguments have been checked, except for whether the mask fits. */
  public static void run(
      SoftmaxOptions options,
      StridedFloats x,
      Mask mask,
      StridedFloats y,
      RowStatistics statistics,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      SoftmaxCall call = own.get(CALL);
      try {
        call.bind(options, x, mask, y, statistics);
        call.execute(runner, own);
      } finally {
        call.unbind();
      }
    }
  }

  /** One row in an array, in place. */
  public static void run(
      SoftmaxOptions options, float[] x, int from, int length, TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      if (options.isPlain() && SoftmaxRow.applyPlain(x, from, length, own)) {
        return;
      }
      SoftmaxRow row = own.get(ROW);
      try {
        row.bind(options, NO_MASK, false, false, false);
        row.bindRow(0, 0, 0, length);
        row.bindArrays(x, from, x, from);
        row.apply(own);
      } finally {
        row.unbind();
      }
    }
  }

  private void bind(
      SoftmaxOptions options,
      StridedFloats input,
      Mask mask,
      StridedFloats output,
      RowStatistics statistics) {
    this.options = options;
    int axis = options.axisOf(input.rank());
    this.mask.bindSoftmax(mask, input);
    x.bind(input, axis);
    y.bind(output, axis);
    logSumExp.bind(strided(statistics.logSumExp()), OperandRows.NO_AXIS);
    entropy.bind(strided(statistics.entropy()), OperandRows.NO_AXIS);
    maxWeight.bind(strided(statistics.maxWeight()), OperandRows.NO_AXIS);
    length = (int) input.size(axis);
    partition.bind(input, axis);
    across = x.areAcross() || y.areAcross();
    boolean bare = logSumExp.floats == null && entropy.floats == null;
    boolean plain = bare && this.mask.isNone();
    boolean restAlone = this.mask.isNone() && entropy.floats == null && maxWeight.floats == null;
    logarithmic = restAlone && LogarithmicRows.fits(options, length);
    boolean unchecked = options.logarithmic() ? restAlone : plain;
    chained = unchecked && LongRows.fits(options, length);
    grouped = logarithmic || (plain && !chained && GroupedRows.fits(options, length));
    columns = plain && across && ColumnRows.fits(options, length);
    masked =
        bare
            && this.mask.isArray()
            && !across
            && x.array != null
            && y.array != null
            && options.isPlain()
            && length >= LANES
            && length <= CHUNK;
    partition.findRuns(x);
    partition.findRuns(y);
  }

  private static @Nullable StridedFloats strided(@Nullable FloatTensor t) {
    return t == null ? null : StridedFloats.of(t);
  }

  @SuppressWarnings("NullAway") // a call at rest holds nothing of the caller's
  private void unbind() {
    options = null;
    mask.release();
    x.unbind();
    y.unbind();
    logSumExp.unbind();
    entropy.unbind();
    maxWeight.unbind();
  }

  private void execute(TaskRunner runner, Workspace own) {
    if (!partition.splitsRows(runner.parallelism()) || options.isArgmax()) {
      runner.run(partition.tasks(runner.parallelism()), this, own);
      return;
    }
    SharedRow split = own.get(SPLIT);
    SoftmaxRow row = begin(own);
    try {
      for (long r = 0; r < partition.rows(); r++) {
        row.bindRow(partition, r, length);
        split.apply(row, x, row.in(x), y, row.in(y), length, runner, own);
        writeStatistics(row);
      }
    } finally {
      row.unbind();
    }
  }

  /** A block of rows. */
  @Override
  public void run(int index, Workspace workspace) {
    long r = partition.firstRow(index);
    long end = partition.endRow(index);
    if (!grouped && !chained && !across && !masked) {
      applySingly(r, end, workspace);
      return;
    }
    float[] source = x.array;
    float[] target = y.array;
    int most = mostRows(source != null && target != null);
    while (r < end) {
      int rows = partition.evenRows(r, Math.min(most, end - r), x, y);
      if (columns && ColumnRows.fits(x, y, rows)) {
        long xAt = partition.at(x, r);
        long yAt = partition.at(y, r);
        write(
            maxWeight, r, rows, ColumnRows.apply(options, x, xAt, y, yAt, rows, length, workspace));
      } else if (across) {
        applyAcross(r, rows, workspace);
      } else if (masked && source != null && target != null) {
        applyMasked(source, target, r, rows, workspace);
      } else if (!applyGroup(r, rows, workspace)) {
        applySingly(r, r + rows, workspace);
      }
      r += rows;
    }
  }

  /** How many rows are taken at once. */
  private int mostRows(boolean inArrays) {
    if (columns) {
      return ScoreKernels.PANEL;
    }
    if (across) {
      return partition.rowsAcross();
    }
    return chained && inArrays
        ? LongRows.most(partition.rows(), length)
        : Math.max(1, GroupedRows.size(length));
  }

  /** Rows that lie evenly, of which at least one operand's run across the order of memory. */
  private void applyAcross(long from, int rows, Workspace workspace) {
    float[] staged = workspace.get(STAGE, rows * length);
    x.readRows(partition.at(x, from), rows, length, staged, 0, length, workspace);
    int most = grouped ? GroupedRows.size(length) : chained ? GROUP_ROWS : rows;
    for (int k = 0; k < rows; k += most) {
      int count = Math.min(most, rows - k);
      int at = k * length;
      if (!(grouped || chained)
          || !applyGroup(staged, at, length, staged, at, length, from + k, count, workspace)) {
        applySingly(staged, at, staged, at, from + k, count, workspace);
      }
    }
    y.writeRows(staged, 0, length, partition.at(y, from), rows, length, workspace);
  }

  /**
   * Rows in arrays, and their statistics.
   *
   * @return false, with nothing done, if one of them has to go alone
   */
  private boolean applyGroup(
      float[] source,
      int sourceAt,
      int sourceStride,
      float[] target,
      int at,
      int stride,
      long from,
      int rows,
      Workspace workspace) {
    if (logarithmic) {
      float[] sums =
          LogarithmicRows.apply(
              source, sourceAt, sourceStride, target, at, stride, rows, length, workspace);
      write(logSumExp, from, rows, sums);
      return sums != null;
    }
    if (chained) {
      applyChain(source, sourceAt, sourceStride, target, at, stride, from, rows, workspace);
      return true;
    }
    float[] largest =
        GroupedRows.apply(
            options, source, sourceAt, sourceStride, target, at, stride, rows, length, workspace);
    write(maxWeight, from, rows, largest);
    return largest != null;
  }

  /** Long rows in arrays, those by themselves that have no finite maximum. */
  private void applyChain(
      float[] source,
      int sourceAt,
      int sourceStride,
      float[] target,
      int at,
      int stride,
      long from,
      int rows,
      Workspace workspace) {
    float[] statistics = LongRows.statistics(workspace);
    OperandRows statistic = options.logarithmic() ? logSumExp : maxWeight;
    for (int k = 0; k < rows; k++) {
      int x = sourceAt + k * sourceStride;
      int y = at + k * stride;
      int done =
          LongRows.apply(
              options,
              source,
              x,
              sourceStride,
              target,
              y,
              stride,
              rows - k,
              length,
              statistics,
              workspace);
      write(statistic, from + k, done, statistics);
      k += done;
      if (k < rows) {
        int special = sourceAt + k * sourceStride;
        applySingly(source, special, target, at + k * stride, from + k, 1, workspace);
      }
    }
  }

  private void applySingly(
      float[] source, int x, float[] target, int y, long from, int rows, Workspace workspace) {
    SoftmaxRow row = begin(workspace);
    try {
      for (int k = 0; k < rows; k++) {
        row.bindRow(partition, from + k, length);
        row.bindArrays(source, x + k * length, target, y + k * length);
        row.apply(workspace);
        writeStatistics(row);
      }
    } finally {
      row.unbind();
    }
  }

  private void applySingly(long from, long end, Workspace workspace) {
    SoftmaxRow row = begin(workspace);
    try {
      for (long r = from; r < end; r++) {
        bindRow(row, from, r);
        apply(row, row.in(x), row.in(y), workspace);
        writeStatistics(row);
      }
    } finally {
      row.unbind();
    }
  }

  /** Rows that do not lie in an array are copied to one, and back, as in {@link #apply}. */
  private boolean applyGroup(long r, int rows, Workspace workspace) {
    long xAt = partition.at(x, r);
    long yAt = partition.at(y, r);
    float[] target = y.array;
    int at = (int) yAt;
    int stride = (int) y.spacing;
    if (target == null) {
      target = workspace.get(STAGE, rows * length);
      at = 0;
      stride = length;
    }
    float[] source = x.array;
    int sourceAt = (int) xAt;
    int sourceStride = (int) x.spacing;
    if (source == null) {
      x.readRows(xAt, rows, length, target, at, stride, workspace);
      source = target;
      sourceAt = at;
      sourceStride = stride;
    }
    if (!applyGroup(source, sourceAt, sourceStride, target, at, stride, r, rows, workspace)) {
      return false;
    }
    if (y.array == null) {
      y.writeRows(target, 0, length, yAt, rows, length, workspace);
    }
    return true;
  }

  /** Rows in arrays that see what an array says. */
  private void applyMasked(
      float[] source, float[] target, long from, int rows, Workspace workspace) {
    float[] group = workspace.get(GroupedRows.GROUP, GROUP_SCRATCH);
    int xAt = (int) partition.at(x, from);
    int xStride = (int) x.spacing;
    int yAt = (int) partition.at(y, from);
    int yStride = (int) y.spacing;
    SoftmaxRow row = begin(workspace);
    try {
      for (int k = 0; k < rows; k++) {
        bindRow(row, from, from + k);
        row.bindArrays(source, xAt + k * xStride, target, yAt + k * yStride);
        group[k] = row.stage(workspace);
      }
      float[] largest = GroupedRows.apply(group, target, yAt, yStride, rows, length, workspace);
      for (int k = 0; k < rows; k++) {
        if (Float.isNaN(largest[k])) {
          row.bindRow(partition, from + k, length);
          row.bindArrays(source, xAt + k * xStride, target, yAt + k * yStride);
          largest[k] = row.writeWithoutWeights(group[k], workspace);
        }
      }
      write(maxWeight, from, rows, largest);
    } finally {
      row.unbind();
    }
  }

  private void write(OperandRows to, long from, int rows, float @Nullable [] statistic) {
    if (to.floats == null || statistic == null) {
      return;
    }
    for (int k = 0; k < rows; k++) {
      long row = from + k;
      to.set(partition.batchOf(row), partition.headOf(row), partition.queryOf(row), statistic[k]);
    }
  }

  /** Binds the rows from {@code first} on one after the other: to number them takes a division. */
  private void bindRow(SoftmaxRow row, long first, long r) {
    if (r == first) {
      row.bindRow(partition, r, length);
    } else {
      row.bindNext(partition);
    }
  }

  private SoftmaxRow begin(Workspace workspace) {
    SoftmaxRow row = workspace.get(ROW);
    row.bind(
        options, mask, logSumExp.floats != null, entropy.floats != null, maxWeight.floats != null);
    return row;
  }

  /** Kernels see arrays only: a row that lies elsewhere is copied to one, and back. */
  private void apply(SoftmaxRow row, long xAt, long yAt, Workspace workspace) {
    float[] target = y.array;
    int at = (int) yAt;
    if (target == null) {
      target = workspace.get(STAGE, length);
      at = 0;
    }
    float[] source = x.array;
    if (source != null) {
      row.bindArrays(source, (int) xAt, target, at);
    } else {
      int first = row.first();
      x.read(xAt, first, target, at + first, row.end() - first);
      row.bindArrays(target, at, target, at);
    }
    row.apply(workspace);
    if (y.array == null) {
      y.write(target, 0, yAt, 0, length);
    }
  }

  private void writeStatistics(SoftmaxRow row) {
    row.write(logSumExp, row.logSumExp);
    row.write(entropy, row.entropy);
    row.write(maxWeight, row.maxWeight);
  }
}
