package io.github.lanewise.internal.work;

/** Those who work on a call: the calling thread and its helpers. */
public abstract class Crew {

  /** The most threads that work on one call, the caller included. */
  public abstract int parallelism();

  /** A workspace for the calling thread; to be given back by {@link #release}. */
  public abstract Workspace acquire();

  public abstract void release(Workspace workspace);

  /**
   * Runs tasks 0 to tasks - 1, taken in ascending order by whoever is free, the caller included;
   * returns when all are done.
   */
  public abstract void run(int tasks, Task task, Workspace own);

  public abstract void close();

  /** The calling thread alone. */
  public static Crew caller() {
    return CallerCrew.INSTANCE;
  }
}
