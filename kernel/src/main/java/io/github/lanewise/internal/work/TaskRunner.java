package io.github.lanewise.internal.work;

import io.github.lanewise.Workers;

/**
 * The inside of {@link Workers}, which runs tasks: the calling thread and its helpers.
 *
 * <p>Any number of threads may call at once, also from within a task. None of them waits for
 * anything but tasks that have begun, and a waiting caller takes on no foreign task: who waits for
 * whom is a tree, so nothing can deadlock.
 */
public abstract sealed class TaskRunner extends Workers
    permits TaskRunner.CallerWorkers, ThreadWorkers, ExecutorWorkers {

  /** One piece of a call: a row, or a block of rows. */
  @FunctionalInterface
  public interface Task {

    /** Does piece number {@code index}, with the buffers of the thread that does it. */
    void run(int index, Workspace workspace);
  }

  private final Workspace.Pool pool = new Workspace.Pool();

  /** The inside of workers, which every handle is by itself. */
  public static TaskRunner of(Workers workers) {
    return (TaskRunner) workers;
  }

  /** The most threads that work on one call, the caller included. */
  public abstract int parallelism();

  /**
   * A workspace for the calling thread, its own until it is closed.
   *
   * @throws IllegalStateException if these workers are closed
   */
  public final Workspace acquire() {
    if (isClosed()) {
      throw new IllegalStateException("these workers are closed");
    }
    return pool.acquire();
  }

  /**
   * Runs tasks 0 … tasks - 1, taken in ascending order by whoever is free, and returns when all are
   * done; what they wrote is visible to the caller.
   *
   * <p>If a task throws, no further task begins; when those that have begun have ended, the first
   * exception is thrown here, with the others suppressed in it. An interrupt of the caller loses no
   * work and stays set. Workers that are closed during a call finish it.
   *
   * @param own the caller's workspace, handed to the tasks that the caller runs
   */
  public abstract void run(int tasks, Task task, Workspace own);

  /** Ends the helpers and drops the workspaces. Idempotent. */
  @Override
  public void close() {
    pool.close();
  }

  final boolean isClosed() {
    return pool.isClosed();
  }

  static void runAlone(int tasks, Task task, Workspace own) {
    for (int index = 0; index < tasks; index++) {
      task.run(index, own);
    }
  }

  /** Where helpers without a workspace of their own get one, also while a call outlives the end. */
  final Workspace.Pool pool() {
    return pool;
  }

  /** The calling thread alone; one for the whole process, and never closed. */
  public static final class CallerWorkers extends TaskRunner {

    public static final CallerWorkers INSTANCE = new CallerWorkers();

    private CallerWorkers() {}

    @Override
    public int parallelism() {
      return 1;
    }

    @Override
    public void run(int tasks, Task task, Workspace own) {
      runAlone(tasks, task, own);
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
      return "Workers.caller()";
    }
  }
}
