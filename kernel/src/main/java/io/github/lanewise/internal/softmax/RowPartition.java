package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.tensor.StridedFloats;

/** How the rows of an operand are counted, and cut into tasks. */
final class RowPartition {
  /** Elements that are worth a task of their own: a few microseconds of work. */
  private static final long TASK_ELEMENTS = 1 << 13;

  /**
   * Tasks for each thread, where there are rows enough, so that nobody is idle for long at the end.
   */
  private static final long TASKS_PER_THREAD = 8;

  /** Rows of this length are worth being split. */
  private static final long SPLIT_LENGTH = 1 << 14;

  private long heads;
  private long queries;
  private long rows;
  private long length;
  private long rowsPerTask;

  void bind(StridedFloats operand) {
    int rank = operand.rank();
    length = operand.size(rank - 1);
    queries = rank >= 2 ? operand.size(rank - 2) : 1;
    heads = rank >= 3 ? operand.size(rank - 3) : 1;
    rows = queries * heads * (rank >= 4 ? operand.size(rank - 4) : 1);
  }

  long rows() {
    return rows;
  }

  long heads() {
    return heads;
  }

  long queries() {
    return queries;
  }

  long batchOf(long row) {
    return row / queries / heads;
  }

  long headOf(long row) {
    return row / queries % heads;
  }

  /** Rows from this one on that lie at one distance in both operands. */
  long evenRows(long row, OperandRows x, OperandRows y) {
    long run = Math.min(x.run, y.run);
    return run - row % run;
  }

  long queryOf(long row) {
    return row % queries;
  }

  /** Whether there are so few and so long rows that each is split over the threads. */
  boolean splitsRows(int parallelism) {
    return parallelism > 1 && length >= SPLIT_LENGTH && rows < TASKS_PER_THREAD * parallelism;
  }

  /** Cuts the rows into blocks, a task each, and returns how many. */
  int tasks(int parallelism) {
    if (rows == 0) {
      return 0;
    }
    // Rows without positions still have statistics.
    long enough = Math.max(1, TASK_ELEMENTS / Math.max(1, length));
    long fair = parallelism == 1 ? rows : ceilDiv(rows, TASKS_PER_THREAD * parallelism);
    rowsPerTask = Math.max(fair, Math.min(enough, rows));
    return (int) ceilDiv(rows, rowsPerTask);
  }

  long firstRow(int task) {
    return task * rowsPerTask;
  }

  long endRow(int task) {
    return Math.min(rows, (task + 1) * rowsPerTask);
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }
}
