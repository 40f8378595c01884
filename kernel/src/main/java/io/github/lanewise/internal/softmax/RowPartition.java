package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.tensor.StridedFloats;

/** How the rows of an operand are counted, and cut into tasks. */
public final class RowPartition {
  /** Elements that are worth a task of their own: a few microseconds of work. */
  private static final long TASK_ELEMENTS = 1 << 13;

  /**
   * Tasks for each thread, where there are rows enough, so that nobody is idle for long at the end.
   */
  private static final long TASKS_PER_THREAD = 8;

  /** Rows of this length are worth being split. */
  private static final long SPLIT_LENGTH = 1 << 14;

  /** Elements that rows which lie across are copied to at once: they stay in the second cache. */
  private static final long STAGED_ELEMENTS = 1 << 15;

  /** Rows side by side that fill a line of the cache. */
  private static final long LINE_ROWS = 16;

  /** No more elements than that even for a line of rows. */
  private static final long MOST_STAGED = 1 << 26;

  private long heads;
  private long queries;
  private long batches;
  private long rows;
  private long length;
  private long rowsPerTask;

  /** Binds to the shape of an operand whose rows run along an axis. */
  public void bind(StridedFloats operand, int axis) {
    length = operand.size(axis);
    queries = size(operand, axis, 0);
    heads = size(operand, axis, 1);
    batches = size(operand, axis, 2);
    rows = queries * heads * batches;
  }

  private static long size(StridedFloats operand, int axis, int fromEnd) {
    int rowAxis = OperandRows.rowAxis(operand.rank(), axis, fromEnd);
    return rowAxis < 0 ? 1 : operand.size(rowAxis);
  }

  /** Finds out which rows of an operand lie evenly. */
  void findRuns(OperandRows operand) {
    operand.findRuns(queries, heads, batches);
  }

  /** How many rows that lie across are copied at once. */
  int rowsAcross() {
    long some = Math.max(LINE_ROWS, STAGED_ELEMENTS / Math.max(1, length) & -LINE_ROWS);
    long most = Math.max(1, MOST_STAGED / Math.max(1, length));
    return (int) Math.min(some, most);
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

  /** Rows from this one on, so many at most, that lie at one distance in both operands. */
  int evenRows(long row, long most, OperandRows x, OperandRows y) {
    long run = Math.min(x.run, y.run);
    return (int) Math.min(most, run - row % run);
  }

  /** Element index of a row's first element. */
  public long at(OperandRows operand, long row) {
    return operand.at(batchOf(row), headOf(row), queryOf(row));
  }

  long queryOf(long row) {
    return row % queries;
  }

  /** Whether there are so few and so long rows that each is split over the threads. */
  boolean splitsRows(int parallelism) {
    return parallelism > 1 && length >= SPLIT_LENGTH && rows < TASKS_PER_THREAD * parallelism;
  }

  /** Cuts the rows into blocks, a task each, and returns how many. */
  public int tasks(int parallelism) {
    if (rows == 0) {
      return 0;
    }
    // Rows without positions still have statistics.
    long enough = Math.max(1, TASK_ELEMENTS / Math.max(1, length));
    long fair = parallelism == 1 ? rows : ceilDiv(rows, TASKS_PER_THREAD * parallelism);
    rowsPerTask = Math.max(fair, Math.min(enough, rows));
    return (int) ceilDiv(rows, rowsPerTask);
  }

  public long firstRow(int task) {
    return task * rowsPerTask;
  }

  public long endRow(int task) {
    return Math.min(rows, (task + 1) * rowsPerTask);
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }
}
