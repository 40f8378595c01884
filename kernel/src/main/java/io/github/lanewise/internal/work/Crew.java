package io.github.lanewise.internal.work;

import io.github.lanewise.Workers;

/**
 * The inside of {@link Workers}: the calling thread and its helpers.
 *
 * <p>Any number of threads may call at once, also from within a task. None of them waits for
 * anything but tasks that have begun, and a waiting caller takes on no foreign task: who waits for
 * whom is a tree, so nothing can deadlock.
 */
public abstract sealed class Crew extends Workers permits CallerCrew, ThreadCrew, ExecutorCrew {

  private final WorkspacePool pool = new WorkspacePool();

  /** The inside of workers, which every handle is by itself. */
  public static Crew of(Workers workers) {
    return (Crew) workers;
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
  final WorkspacePool pool() {
    return pool;
  }
}
