package io.github.lanewise.internal.work;

import java.util.concurrent.Executor;

/**
 * Those who work on a call: the calling thread and its helpers.
 *
 * <p>Any number of threads may call at once, also from within a task. None of them waits for
 * anything but tasks that have begun, and a waiting caller takes on no foreign task: who waits for
 * whom is a tree, so nothing can deadlock.
 */
public abstract class Crew {

  private final WorkspacePool pool = new WorkspacePool();
  private volatile boolean closed;

  /** The most threads that work on one call, the caller included. */
  public abstract int parallelism();

  /**
   * A workspace for the calling thread, its own until {@link #release}.
   *
   * @throws IllegalStateException if these workers are closed
   */
  public final Workspace acquire() {
    if (closed) {
      throw new IllegalStateException("these workers are closed");
    }
    return pool.acquire();
  }

  /** Gives back a workspace; it must not be used any more. */
  public final void release(Workspace workspace) {
    pool.release(workspace);
    if (closed) {
      pool.clear();
    }
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
  public void close() {
    closed = true;
    pool.clear();
  }

  final boolean isClosed() {
    return closed;
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

  /** The calling thread alone; the same crew for the whole process, and never closed. */
  public static Crew caller() {
    return CallerCrew.INSTANCE;
  }

  /** A crew with threads of its own. */
  public static Crew threads(int count) {
    return ThreadCrew.start(count);
  }

  /** A crew that borrows threads from an executor. */
  public static Crew on(Executor executor, int parallelism) {
    return new ExecutorCrew(executor, parallelism);
  }
}
